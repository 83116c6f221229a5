# SPDX-License-Identifier: MIT
"""What a program uses: set_hostports (where reports go), record_error and flush."""

from __future__ import annotations

from flawless.client.context import set_tag, set_transaction, set_user
from flawless.client.client import (
    counters,
    flush,
    init,
    install_scrubbers,
    record_error,
    set_hostport,
    set_hostports,
)

__all__ = [
    "counters",
    "flush",
    "init",
    "install_scrubbers",
    "record_error",
    "set_hostport",
    "set_hostports",
    "set_tag",
    "set_transaction",
    "set_user",
]
