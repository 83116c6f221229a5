# SPDX-License-Identifier: MIT
"""What a program logs as an error.

A record with an exception reports that exception, unless something reported it before; one without
reports its message and who logged it. Errors are told apart by the message before its arguments
are filled in.
"""

from __future__ import annotations

import functools
import logging
import sys
from types import FrameType
from typing import Any, Optional

from flawless.client import client

_OURS = "__flawless_level__"
_LEVELS = ((logging.CRITICAL, "fatal"), (logging.ERROR, "error"), (logging.WARNING, "warning"))
_MESSAGE_MAX = 4096  # characters


def _level_of(record: logging.LogRecord) -> str:
    return next((name for least, name in _LEVELS if record.levelno >= least), "info")


def _caller_of(record: logging.LogRecord) -> Optional[FrameType]:
    # None in another thread than the one that logged, as with a QueueListener.
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == record.pathname and frame.f_lineno == record.lineno:
            return frame
        frame = frame.f_back
    return None


def _details_of(record: logging.LogRecord) -> dict[str, Any]:
    entry = {
        "message": str(record.msg)[:_MESSAGE_MAX],
        "formatted": record.getMessage()[:_MESSAGE_MAX],
    }
    return {"level": _level_of(record), "logger": record.name, "logentry": entry}


def report(record: logging.LogRecord) -> None:
    """Reports a record, whatever its level. Raises no Exception."""
    try:
        details = _details_of(record)
        _, exception, traceback = record.exc_info or (None, None, None)
        caller = _caller_of(record) if traceback is None else None
    except Exception:  # arguments that do not fit the message, say: logging itself complains
        return
    if exception is not None or caller is not None:
        client.report(exception, traceback, caller=caller, is_handled=True, details=details)


class FlawlessHandler(logging.Handler):
    """A handler for a logging configuration: "flawless.integrations.logging.FlawlessHandler".

    level: the least that is reported.
    """

    def __init__(self, level: int = logging.ERROR) -> None:
        super().__init__(level)

    def emit(self, record: logging.LogRecord) -> None:
        report(record)


def install(level: int = logging.ERROR) -> None:
    """Reports what any logger logs at that level or above, however logging is configured later."""
    before = logging.Logger.callHandlers
    if hasattr(before, _OURS):
        setattr(before, _OURS, level)
        return

    # Not a handler: configurations remove those, and loggers that do not propagate go past them.
    @functools.wraps(before)
    def call_handlers(self: logging.Logger, record: logging.LogRecord) -> None:
        if record.levelno >= getattr(call_handlers, _OURS):
            report(record)
        before(self, record)

    setattr(call_handlers, _OURS, level)
    setattr(logging.Logger, "callHandlers", call_handlers)
