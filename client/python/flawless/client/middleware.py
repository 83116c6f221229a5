# SPDX-License-Identifier: MIT
"""A WSGI application whose exceptions are reported, with the request."""

from __future__ import annotations

import functools
import io
import re
from typing import Any, Callable, Iterable, Mapping, Optional
from urllib.parse import quote

from flawless import _capture
from flawless.client import client, context

Environ = Mapping[str, Any]
Application = Callable[[Any, Any], Iterable[bytes]]

_ENVIRONMENT_NAMES = ("REMOTE_ADDR", "REMOTE_PORT", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL")
_SECRET_PARAMETER = re.compile(
    "passw|secret|token|key|auth|session|credential|signature|csrf", re.IGNORECASE
)


def _text(value: Any) -> str:
    # WSGI hands bytes over as latin-1 characters; people mean UTF-8.
    return str(value).encode("latin-1", "replace").decode("utf-8", "replace")


def _url(environ: Environ) -> str:
    scheme = environ.get("wsgi.url_scheme", "http")
    host = str(environ.get("HTTP_HOST") or "")
    if not host:
        host = str(environ.get("SERVER_NAME", ""))
        port = str(environ.get("SERVER_PORT", ""))
        if port and port != {"http": "80", "https": "443"}.get(scheme):
            host += ":" + port
    path = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
    return "%s://%s%s" % (scheme, host, quote(path.encode("latin-1", "replace"), "/:@!$&'()*+,;=~"))


def _headers(environ: Environ) -> dict[str, str]:
    headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            name = name[5:]
        elif name not in ("CONTENT_TYPE", "CONTENT_LENGTH") or not value:
            continue
        headers[name.replace("_", "-").title()] = _text(value)
    return headers


def _hide_value(parameter: str) -> str:
    name, sign, _ = parameter.partition("=")
    is_secret = sign and _SECRET_PARAMETER.search(name)
    return name + "=[Filtered]" if is_secret else parameter


def hide_secrets(query: str) -> str:
    """A query string with the values of secret parameters replaced."""
    return "".join(map(_hide_value, re.split("([&;])", query)))


def request_of(environ: Environ) -> dict[str, Any]:
    """A WSGI environment as an event's request; values of secret query parameters are hidden here,
    those of secret headers by the capture."""
    return {
        "method": str(environ.get("REQUEST_METHOD", "")),
        "url": _url(environ),
        "query_string": hide_secrets(_text(environ.get("QUERY_STRING", ""))),
        "headers": _headers(environ),
        "env": {name: _text(environ[name]) for name in _ENVIRONMENT_NAMES if name in environ},
    }


class _WatchedFile:
    """A file that an application gave to the server's file wrapper."""

    def __init__(self, file: Any, report: Callable[[BaseException], None]) -> None:
        self._file = file
        self._report = report

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, *arguments: Any) -> Any:
        try:
            return self._file.read(*arguments)
        except BaseException as exception:
            self._report(exception)
            raise


class FlawlessMiddleware(_capture.WatchedApplication):
    """Wraps a WSGI application. Exceptions are reported with their request and raised again.

    app: the WSGI application.
    hostname: of this machine if None.
    error_threshold: occurrences before a letter is written; the server's if None.
    transaction: says what the application does with the request; asked only for a report.
    """

    def __init__(
        self,
        app: Application,
        hostname: Optional[str] = None,
        error_threshold: Optional[int] = None,
        transaction: context.Transaction = None,
    ) -> None:
        super().__init__(app, request_of, transaction, self._report, self._watch_file)
        self.hostname = hostname
        self.error_threshold = error_threshold

    def _report(
        self, exception: BaseException, _caller: None = None, request: client.Request = None
    ) -> None:
        client.report(
            exception,
            exception.__traceback__,
            hostname=self.hostname,
            error_threshold=self.error_threshold,
            request=request,
        )

    def _watch_file(self, wrapper: Any) -> None:
        # Under the names that wsgiref and gunicorn, waitress, werkzeug give it. Files of the
        # operating system are left alone: servers hand those to the kernel.
        request = context.request()
        for name in ("filelike", "file"):
            file = getattr(wrapper, name, None)
            if hasattr(file, "read") and not isinstance(file, io.IOBase):
                report = functools.partial(self._report, request=request)
                setattr(wrapper, name, _WatchedFile(file, report))
