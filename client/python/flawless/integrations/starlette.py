# SPDX-License-Identifier: MIT
"""Starlette and what is built on it: install(app)."""

from __future__ import annotations

from typing import Any, Optional

from flawless.integrations.asgi import FlawlessMiddleware


def install(app: Any, error_threshold: Optional[int] = None) -> None:
    """Reports what an application raises and no handler of its own answers. Called before the
    first request; see flawless.integrations.asgi.FlawlessMiddleware."""
    app.add_middleware(FlawlessMiddleware, error_threshold=error_threshold)
