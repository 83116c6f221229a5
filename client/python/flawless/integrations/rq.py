# SPDX-License-Identifier: MIT
"""RQ: Worker(queues, exception_handlers=[report]), or on the command line
`rq worker --exception-handler flawless.integrations.rq.report`."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Optional, Type

from flawless.client import client, context


def report(
    job: Any,
    exception_type: Type[BaseException],
    exception: BaseException,
    traceback: Optional[TracebackType],
) -> bool:
    """Reports the exception of a job and leaves the rest to the next handler."""
    around = context.begin(transaction=lambda: str(job.func_name))
    context.set_tag("job_id", job.id)
    client.report(exception, traceback)
    context.end(around)
    client.flush()  # the job's process ends without atexit
    return True
