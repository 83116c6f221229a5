# SPDX-License-Identifier: MIT
"""Celery: install() in the module that makes the application."""

from __future__ import annotations

from typing import Any

from celery import signals

from flawless.client import client, context

_around: dict[str, context.Scope] = {}  # by a running task's id


def _begin(task_id: str, task: Any, **more: Any) -> None:
    _around[task_id] = context.begin(transaction=task.name)
    context.set_tag("task_id", task_id)


def _end(task_id: str, **more: Any) -> None:
    around = _around.pop(task_id, None)
    if around is not None:
        context.end(around)


def _report(sender: Any, exception: BaseException, **more: Any) -> None:
    # What a task names in its option throws is expected.
    if not isinstance(exception, tuple(getattr(sender, "throws", None) or ())):
        client.report(exception, exception.__traceback__)


def _flush(**more: Any) -> None:
    client.flush()  # a worker's process ends without atexit


def install() -> None:
    """Reports the tasks that fail for good; those that will be tried again are not reported."""
    for signal, act in (
        (signals.task_prerun, _begin),
        (signals.task_postrun, _end),
        (signals.task_failure, _report),
        (signals.worker_process_shutdown, _flush),
    ):
        signal.connect(act, weak=False, dispatch_uid="flawless")
