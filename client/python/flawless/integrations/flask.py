# SPDX-License-Identifier: MIT
"""Flask: install(app)."""

from __future__ import annotations

from typing import Any, Optional

import flask

from flawless.client import client
from flawless.client.middleware import FlawlessMiddleware


def _route() -> Optional[str]:
    rule = flask.request.url_rule if flask.has_request_context() else None
    return rule.rule if rule is not None else None


def install(app: flask.Flask, error_threshold: Optional[int] = None) -> None:
    """Reports what an application raises and no handler of its own answers, also while a response
    is streamed."""

    def report(sender: Any, exception: BaseException, **more: Any) -> None:
        client.report(exception, exception.__traceback__, error_threshold=error_threshold)

    # Flask answers the exceptions itself, so they do not reach the middleware.
    flask.got_request_exception.connect(report, app, weak=False)
    watched = FlawlessMiddleware(app.wsgi_app, error_threshold=error_threshold, transaction=_route)
    setattr(app, "wsgi_app", watched)
