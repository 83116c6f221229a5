# SPDX-License-Identifier: MIT
"""Reports this program's exceptions to a Flawless server.

    import flawless
    flawless.init(dsn="http://<key>@<host>:9028/1")

or set FLAWLESS_DSN and call nothing. Then wrap what shall be watched: a WSGI application in
flawless.client.middleware.FlawlessMiddleware, functions in
flawless.client.decorators.wrap_function, or call flawless.client.record_error() where an exception
is caught.
"""

from __future__ import annotations

from flawless.client.client import VERSION as __version__
from flawless.client.client import init

__all__ = ["__version__", "init"]
