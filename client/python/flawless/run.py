# SPDX-License-Identifier: MIT
"""flawless-run: runs a program and reports what goes wrong in it, without a change to it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import pkgutil
import runpy
import sys
import types
from types import TracebackType
from typing import Any, Optional, Sequence, Type

from flawless.client import client
from flawless.client.release import find_release
from flawless.integrations import logging, multiprocessing

_DESCRIPTION = """Runs a Python program and reports to a Flawless server what ends it, its threads
and its processes, and what it logs as an error. The server is the one in FLAWLESS_DSN unless --dsn
names another."""

_EPILOG = """What comes after PROGRAM is its own, and the exit status is that of the program; 2 when this
command line is wrong. FLAWLESS_DSN, FLAWLESS_KEY, FLAWLESS_RELEASE, FLAWLESS_ENVIRONMENT,
FLAWLESS_CA_FILE and FLAWLESS_SPOOL_DIR are obeyed as by flawless.init()."""


def _parse(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "flawless-run",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        usage="%(prog)s [--dsn DSN] [--release R] [--environment E] (PROGRAM | -m MODULE) ...",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version="flawless %s" % client.VERSION)
    parser.add_argument("--dsn", help="where reports go; default: FLAWLESS_DSN")
    parser.add_argument("--release", metavar="R", help="the revision; default: found beside the program")
    parser.add_argument("--environment", metavar="E", help="such as staging; default: production")
    parser.add_argument("-m", action="store_true", dest="is_module", help="PROGRAM is a module, as for python -m")
    parser.add_argument("program", metavar="PROGRAM", help="a file or, after -m, a module")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="its own arguments")
    return parser.parse_args(arguments)


def _strip(traceback: Optional[TracebackType]) -> Optional[TracebackType]:
    """What follows the frames of this file and of runpy, which only started the program."""
    entry = rest = traceback
    while entry is not None:
        file = entry.tb_frame.f_code.co_filename
        entry = entry.tb_next
        if file in (__file__, runpy.__file__, "<frozen runpy>"):
            rest = entry
    return rest


def _without_us(before: Any) -> Any:
    """A sys.excepthook that shows and reports what there would have been without flawless-run."""

    def hook(
        kind: Type[BaseException], exception: BaseException, traceback: Optional[TracebackType]
    ) -> None:
        rest = _strip(traceback)
        before(kind, exception.with_traceback(rest), rest)

    return hook


def _has_main_inside(path: str) -> bool:
    """Whether it is a directory or an archive, of which Python runs __main__.py."""
    return pkgutil.get_importer(path) is not None


def _new_main(**members: Any) -> types.ModuleType:
    """A module that stays: threads and handlers at exit may outlive the program's last line."""
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=__builtins__, **members)
    sys.modules["__main__"] = main
    return main


def _run_module(name: str, is_named: bool) -> None:
    # What Python itself calls for -m and for directories: runpy's public functions run a module
    # that is __main__ only until it ends.
    _new_main()
    runpy._run_module_as_main(name, is_named)  # type: ignore[attr-defined]


def _run_file(path: str) -> None:
    path = os.path.abspath(path)  # as Python has it: true also after os.chdir
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, _new_main(__file__=path, __cached__=None).__dict__)


def _is_missing(module: str) -> bool:
    try:
        return module.startswith(".") or importlib.util.find_spec(module) is None
    except ModuleNotFoundError as problem:  # of a package around it, or of what that imports
        return problem.name is not None and module.startswith(problem.name + ".")


def _watch(options: argparse.Namespace, directory: str) -> None:
    release = options.release or find_release(directory)
    try:
        client.init(options.dsn, release, options.environment)
    except ValueError as problem:
        sys.exit("flawless-run: %s" % problem)
    if not (options.dsn or os.environ.get("FLAWLESS_DSN")):
        print("flawless-run: no --dsn and no FLAWLESS_DSN: nothing is reported", file=sys.stderr)
    sys.excepthook = _without_us(sys.excepthook)
    logging.install()
    multiprocessing.install()


def main(arguments: Optional[Sequence[str]] = None) -> None:
    options = _parse(arguments)
    directory = os.getcwd()
    if not options.is_module:
        if not os.path.exists(options.program):
            sys.exit("flawless-run: there is no file %s" % options.program)
        directory = os.path.abspath(options.program)
        if os.path.isdir(directory) and not os.path.isfile(os.path.join(directory, "__main__.py")):
            sys.exit("flawless-run: there is no __main__.py in %s" % options.program)
        if not _has_main_inside(directory):
            directory = os.path.dirname(directory)
    sys.argv = [options.program, *options.arguments]
    sys.path[0:1] = [directory]
    _watch(options, directory)
    if options.is_module:
        if _is_missing(options.program):
            sys.exit("flawless-run: there is no module %s" % options.program)
        _run_module(options.program, is_named=True)
    elif _has_main_inside(os.path.abspath(options.program)):
        _run_module("__main__", is_named=False)
    else:
        _run_file(options.program)


if __name__ == "__main__":
    main()
