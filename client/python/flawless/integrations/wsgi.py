# SPDX-License-Identifier: MIT
"""Any WSGI application: application = FlawlessMiddleware(application)."""

from __future__ import annotations

from flawless.client.middleware import FlawlessMiddleware, request_of

__all__ = ["FlawlessMiddleware", "request_of"]
