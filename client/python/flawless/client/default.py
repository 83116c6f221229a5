# SPDX-License-Identifier: MIT
"""The server for programs that name none.

hostport is "host:port" or a DSN "http://key@host:port/1". It is read when the first error happens
and nothing else (set_hostports, init, init_config, FLAWLESS_DSN) has named a server.
"""

from __future__ import annotations

from typing import Optional

hostport: Optional[str] = None
