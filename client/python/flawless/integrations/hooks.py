# SPDX-License-Identifier: MIT
"""What ends the program (sys.excepthook) or a thread (threading.excepthook), and what is raised
where nobody can catch it, as in __del__ (sys.unraisablehook)."""

from __future__ import annotations

import functools
import sys
import threading
from types import TracebackType
from typing import Any, Callable, Optional

from flawless.client import client

_OURS = "__flawless_hook__"


def _report(exception: Optional[BaseException], traceback: Optional[TracebackType]) -> None:
    if exception is not None:
        client.report(exception, traceback)


def _chain(module: Any, name: str, report: Callable[..., None]) -> None:
    """Calls report before what was at module.name. Twice is as good as once."""
    before = getattr(module, name)
    if getattr(before, _OURS, False):
        return

    @functools.wraps(before)
    def hook(*arguments: Any) -> None:
        report(*arguments)
        before(*arguments)

    setattr(hook, _OURS, True)
    setattr(module, name, hook)


def install() -> None:
    """Reports first, then does what was done before."""
    _chain(sys, "excepthook", lambda _, exception, traceback: _report(exception, traceback))
    _chain(threading, "excepthook", lambda what: _report(what.exc_value, what.exc_traceback))
    _chain(sys, "unraisablehook", lambda what: _report(what.exc_value, what.exc_traceback))
