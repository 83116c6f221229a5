# SPDX-License-Identifier: MIT
"""Any ASGI application: application = FlawlessMiddleware(application)."""

from __future__ import annotations

import functools
from typing import Any, Awaitable, Callable, Mapping, MutableMapping, Optional
from urllib.parse import quote

from flawless.client import client, context
from flawless.client.middleware import hide_secrets

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[Any]]


def _headers(scope: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.decode("latin-1").title(): value.decode("utf-8", "replace")
        for name, value in scope.get("headers", ())
    }


def _url(scope: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    host = headers.get("Host")
    if not host:
        name, port = (scope.get("server") or ("", None))[:2]
        host = "%s:%s" % (name, port) if port else str(name)
    path = scope.get("root_path", "") if not _has_root(scope) else ""
    return "%s://%s%s" % (
        scope.get("scheme", "http"),
        host,
        quote(path + scope.get("path", ""), "/:@!$&'()*+,;=~"),
    )


def _has_root(scope: Mapping[str, Any]) -> bool:
    # Whether path begins with root_path: servers disagree.
    return str(scope.get("path", "")).startswith(scope.get("root_path", "") or "/")


def request_of(scope: Mapping[str, Any]) -> dict[str, Any]:
    """An ASGI scope as an event's request, without secrets in the query."""
    headers = _headers(scope)
    client_address = scope.get("client")
    return {
        "method": scope.get("method", "GET"),
        "url": _url(scope, headers),
        "query_string": hide_secrets(scope.get("query_string", b"").decode("utf-8", "replace")),
        "headers": headers,
        "env": {"REMOTE_ADDR": str(client_address[0])} if client_address else {},
    }


def _route_of(scope: Mapping[str, Any]) -> Optional[str]:
    # Starlette and FastAPI put there what they found, while they serve the request; older
    # Starlettes only the function.
    path = getattr(scope.get("route"), "path", None)
    return path or getattr(scope.get("endpoint"), "__qualname__", None)


class FlawlessMiddleware:
    """Wraps an ASGI application. What it raises while it serves a request or a websocket, or while
    it starts and stops, is reported and raised again.

    app: the ASGI application.
    hostname: of this machine if None.
    error_threshold: occurrences before a letter is written; the server's if None.
    """

    def __init__(
        self,
        app: Application,
        hostname: Optional[str] = None,
        error_threshold: Optional[int] = None,
    ) -> None:
        self.app = app
        self.hostname = hostname
        self.error_threshold = error_threshold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        around = context.begin(scope, request_of, functools.partial(_route_of, scope))
        try:
            await self.app(scope, receive, send)
        except BaseException as exception:
            self._report(exception)
            raise
        finally:
            context.end(around)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        # An application that knows no lifespan says so by raising before it listens.
        is_listening = False

        async def listen() -> Any:
            nonlocal is_listening
            is_listening = True
            return await receive()

        try:
            await self.app(scope, listen, send)
        except BaseException as exception:
            if is_listening:
                self._report(exception)
            raise

    def _report(self, exception: BaseException) -> None:
        client.report(
            exception,
            exception.__traceback__,
            hostname=self.hostname,
            error_threshold=self.error_threshold,
        )
