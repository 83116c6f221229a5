# SPDX-License-Identifier: MIT
"""What a program uses: where reports go (set_hostports), reporting (record_error), waiting (flush)."""
from __future__ import annotations

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
]
