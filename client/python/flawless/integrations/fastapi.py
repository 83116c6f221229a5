# SPDX-License-Identifier: MIT
"""FastAPI, which is a Starlette application: install(app)."""

from __future__ import annotations

from flawless.integrations.starlette import install

__all__ = ["install"]
