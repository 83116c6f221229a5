# SPDX-License-Identifier: MIT
"""Django: "flawless.integrations.django.middleware", first in MIDDLEWARE."""

from __future__ import annotations

import functools
import sys
from typing import Any, Awaitable, Callable, Optional, Union

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.signals import got_request_exception

from flawless.client import client, context
from flawless.client.middleware import request_of

Answer = Callable[[Any], Any]


def _request_of(request: Any) -> dict[str, Any]:
    return request_of({"wsgi.url_scheme": request.scheme, **request.META})


def _route_of(request: Any) -> Optional[str]:
    return getattr(request.resolver_match, "route", None)


def _tell_user(request: Any) -> None:
    # Only when the program has asked for the user already: no query for a report's sake.
    user = getattr(request, "_cached_user", None)
    if user is not None and user.is_authenticated and context.current().user is None:
        context.set_user(id=user.pk)


def _report(sender: Any, request: Any = None, **more: Any) -> None:
    exception = sys.exc_info()[1]
    if exception is None:
        return
    if request is None:
        client.report(exception, exception.__traceback__)
        return
    _tell_user(request)
    client.report(
        exception, exception.__traceback__, request=functools.partial(_request_of, request)
    )


def _begin(request: Any) -> context.Scope:
    return context.begin(request, _request_of, functools.partial(_route_of, request))


def middleware(get_response: Answer) -> Union[Answer, Callable[[Any], Awaitable[Any]]]:
    """Reports what views and middleware raise and Django answers with 500."""
    got_request_exception.connect(_report, dispatch_uid="flawless")

    def serve(request: Any) -> Any:
        around = _begin(request)
        try:
            return get_response(request)
        finally:
            context.end(around)

    async def serve_async(request: Any) -> Any:
        around = _begin(request)
        try:
            return await get_response(request)
        finally:
            context.end(around)

    return markcoroutinefunction(serve_async) if iscoroutinefunction(get_response) else serve


middleware.sync_capable = middleware.async_capable = True  # type: ignore[attr-defined]
