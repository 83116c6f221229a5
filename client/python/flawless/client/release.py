# SPDX-License-Identifier: MIT
"""Which revision of the program runs here."""

from __future__ import annotations

import os
import sys
from typing import Optional

from flawless import _capture

# In the order of their claims; the first two are ours, the others what platforms set to a commit.
VARIABLES = (
    "FLAWLESS_RELEASE",
    "SENTRY_RELEASE",
    "HEROKU_BUILD_COMMIT",
    "HEROKU_SLUG_COMMIT",
    "RENDER_GIT_COMMIT",
    "RAILWAY_GIT_COMMIT_SHA",
    "VERCEL_GIT_COMMIT_SHA",
    "SOURCE_VERSION",  # Heroku's builds, OpenShift
    "CODEBUILD_RESOLVED_SOURCE_VERSION",  # AWS
    "GIT_COMMIT",  # Jenkins
    "CI_COMMIT_SHA",  # GitLab
    "GITHUB_SHA",
    "CIRCLE_SHA1",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",  # Azure
)


def _program_directories() -> list[str]:
    main_file = getattr(sys.modules.get("__main__"), "__file__", None)
    directories = [os.path.dirname(os.path.abspath(main_file))] if main_file else []
    try:
        directories.append(os.getcwd())  # the main module may be a server's command
    except OSError:
        pass
    return directories


def find_release(program: Optional[str] = None) -> Optional[str]:
    """What the surroundings say, else the commit checked out beside the program, read from .git.

    program: the directory it lies in; that of the main module and the working directory if None.
    """
    for name in VARIABLES:
        if os.environ.get(name):
            return os.environ[name]
    for directory in [program] if program else _program_directories():
        commit = _capture.find_release(directory)
        if commit:
            return commit
    return None
