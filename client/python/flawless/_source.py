# SPDX-License-Identifier: MIT
"""What the C extension asks about files: their lines, and where they lie."""

from __future__ import annotations

import linecache
import os
import stat
import sys
import sysconfig
import tokenize
from typing import Any, Optional

_FILES_MAX = 200  # files remembered
_FILE_BYTES_MAX = 4_000_000  # a larger one is not read

# filename -> (size, time of change, lines); lines is None where there is no source
_lines: dict[str, tuple[int, int, Optional[list[str]]]] = {}
_places: dict[tuple[str, Optional[str]], Optional[tuple[str, str, bool]]] = {}

_own_directory = os.path.dirname(os.path.abspath(__file__)) + os.sep
_library_directories = tuple(
    {
        os.path.join(path, "")
        for name in ("stdlib", "platstdlib")
        for path in (sysconfig.get_path(name), os.path.realpath(sysconfig.get_path(name)))
    }
)


def _read_file(filename: str) -> Optional[list[str]]:
    try:
        with tokenize.open(filename) as file:  # in the encoding the file declares
            return file.readlines()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None


def _ask_loader(filename: str, module_globals: Any) -> Optional[list[str]]:
    # Zip files, doctests, interactive cells. linecache keeps what it finds there itself.
    return linecache.getlines(filename, module_globals) or None


def source_lines(filename: str, module_globals: Any) -> Optional[list[str]]:
    """The lines of a source file with their ends, or None; read anew when the file has changed.

    filename is a code object's co_filename, module_globals the globals of its frame.
    """
    try:
        found = os.stat(filename)
    except (OSError, ValueError):
        return _ask_loader(filename, module_globals)
    if not stat.S_ISREG(found.st_mode):  # a pipe: what is read there is somebody else's
        return None
    size, changed_at = found.st_size, found.st_mtime_ns
    known = _lines.get(filename)
    if known is not None and known[0] == size and known[1] == changed_at:
        return known[2]
    lines = _read_file(filename) if size <= _FILE_BYTES_MAX else None
    if len(_lines) >= _FILES_MAX:
        _lines.clear()
    _lines[filename] = (size, changed_at, lines)
    return lines


def _short_name(abs_path: str, module: Optional[str]) -> str:
    # As the file is called from the sys.path entry it was imported from: "package/module.py".
    if not module:
        return abs_path
    package, _, rest = module.partition(".")
    if not rest:
        package_file = getattr(sys.modules.get(package), "__file__", None)
        if package_file and os.path.basename(package_file) == "__init__.py":
            return os.path.join(package, os.path.basename(abs_path))
        return os.path.basename(abs_path)
    package_file = getattr(sys.modules.get(package), "__file__", None)
    if not package_file:
        return abs_path
    root = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(package_file))), "")
    return abs_path[len(root) :] if abs_path.startswith(root) else abs_path


def _is_in_app(abs_path: str) -> bool:
    if abs_path.startswith("<"):
        return False
    parts = abs_path.split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts:
        return False
    return not abs_path.startswith(_library_directories)


def _find_place(filename: str, module: Optional[str]) -> Optional[tuple[str, str, bool]]:
    abs_path = filename if filename.startswith("<") else os.path.abspath(filename)
    if abs_path.startswith(_own_directory):
        return None
    return abs_path, _short_name(abs_path, module), _is_in_app(abs_path)


def place_of(filename: str, module: Optional[str]) -> Optional[tuple[str, str, bool]]:
    """(absolute path, path from the sys.path entry, whether it is the program's own code).

    None for the files of this package, which are no part of anybody's error.
    """
    key = (filename, module)
    try:
        return _places[key]
    except KeyError:
        pass
    place = _find_place(filename, module)
    if len(_places) >= 10 * _FILES_MAX:
        _places.clear()
    _places[key] = place
    return place
