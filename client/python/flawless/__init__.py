# SPDX-License-Identifier: MIT
"""Reports this program's exceptions to a Flawless server.

    import flawless
    flawless.init(dsn="http://<key>@<host>:9028/1")

or set FLAWLESS_DSN and call nothing. Then wrap what shall be watched: functions and classes
(wrap_function, wrap_class), a block of code (watch), an application (flawless.integrations), or
call record_error() where an exception is caught. `flawless-run program.py` watches a program
without any change to it.
"""

from __future__ import annotations

from flawless.client.client import VERSION as __version__
from flawless.client.client import counters, flush, init, install_scrubbers, record_error
from flawless.client.context import set_tag, set_transaction, set_user
from flawless.client.decorators import WrapClassMetaclass, watch, wrap_class, wrap_function

__all__ = [
    "WrapClassMetaclass",
    "__version__",
    "counters",
    "flush",
    "init",
    "install_scrubbers",
    "record_error",
    "set_tag",
    "set_transaction",
    "set_user",
    "watch",
    "wrap_class",
    "wrap_function",
]
