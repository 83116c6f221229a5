# SPDX-License-Identifier: MIT
"""What ends a process of multiprocessing, however it was started: fork, spawn or forkserver."""

from __future__ import annotations

import functools
from multiprocessing.process import BaseProcess
from typing import Any

from flawless.client import client
from flawless.client.decorators import wrap_function

_OURS = "__flawless_installed__"


class _Luggage:
    """Travels with a process object; where it is unpacked, in the child, it installs this."""

    def __reduce__(self) -> Any:
        return _unpack, client.settings()


def _unpack(*settings: Any) -> _Luggage:
    client.adopt(*settings)
    install()
    return _Luggage()


def install() -> None:
    """Reports what ends the processes that are started from now on."""
    if hasattr(BaseProcess, _OURS):
        return
    start, bootstrap = BaseProcess.start, BaseProcess._bootstrap  # type: ignore[attr-defined]

    @functools.wraps(start)
    def watched_start(self: Any) -> None:
        self._flawless = _Luggage()
        start(self)

    @functools.wraps(bootstrap)
    def watched_bootstrap(self: Any, *arguments: Any, **keywords: Any) -> Any:
        self.run = wrap_function(self.run, save_current_stack_trace=False)
        return bootstrap(self, *arguments, **keywords)

    setattr(BaseProcess, "start", watched_start)
    setattr(BaseProcess, "_bootstrap", watched_bootstrap)
    setattr(BaseProcess, _OURS, True)
