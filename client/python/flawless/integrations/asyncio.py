# SPDX-License-Identifier: MIT
"""What an event loop's exception handler is told: tasks that nobody awaited, callbacks that
raised."""

from __future__ import annotations

import asyncio
from typing import Any, Optional

from flawless.client import client


def install(loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
    """Reports first, then does what was done before. Called with a loop, or from within one."""
    loop = loop or asyncio.get_running_loop()
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, said: dict[str, Any]) -> None:
        exception = said.get("exception")
        if isinstance(exception, BaseException):
            client.report(exception, exception.__traceback__)
        if before is not None:
            before(loop, said)
        else:
            loop.default_exception_handler(said)

    loop.set_exception_handler(handle)
