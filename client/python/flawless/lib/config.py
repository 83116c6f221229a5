# SPDX-License-Identifier: MIT
"""Reading the client's options from the server's flawless.cfg."""

from __future__ import annotations

import configparser
import os
from typing import Union

from flawless.client import client


def _split(hostports: str) -> list[str]:
    return [one.strip() for one in hostports.split(",") if one.strip() not in ("", "none")]


def init_config(path: Union[str, "os.PathLike[str]"]) -> None:
    """Takes flawless_hostports, client_timeout (seconds) and project_key from section [flawless].

    flawless_hostports: "host:port" or DSNs, with commas between; if it is missing, the servers stay
        as they are. project_key is used for those that bring no key.
    Raises OSError if the file cannot be read, ValueError naming file and option if it is malformed.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except (configparser.Error, UnicodeDecodeError) as problem:
        raise ValueError("%s is no configuration file: %s" % (path, problem)) from None
    if not parser.has_section("flawless"):
        raise ValueError("%s has no section [flawless]" % (path,))
    section = parser["flawless"]
    try:
        timeout = float(section.get("client_timeout", str(client.DEFAULT_CLIENT_TIMEOUT)))
    except ValueError:
        raise ValueError(
            "%s: client_timeout is %r, expected a number of seconds"
            % (path, section["client_timeout"])
        ) from None
    hostports = _split(section.get("flawless_hostports", ""))
    if hostports:
        try:
            delivery = client._delivery._replace(client_timeout=timeout)
            client._configure(hostports, section.get("project_key", "").strip(), delivery)
        except ValueError as problem:
            raise ValueError("%s: flawless_hostports: %s" % (path, problem)) from None
