# SPDX-License-Identifier: MIT
"""Reporting of exceptions. What is done here is cheap; capturing and sending are in C."""

from __future__ import annotations

import atexit
import logging
import os
import platform
import re
import socket
import sys
import warnings
from types import FrameType, TracebackType
from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence, Tuple, Type, Union, cast

from flawless import _capture, _source
from flawless.client import context, default
from flawless.client.release import find_release

VERSION = "0.1.0"
EXIT_TIMEOUT_MS = 2000
DEFAULT_CLIENT_TIMEOUT = 10.0

Path = Union[str, "os.PathLike[str]"]
ExcInfo = Tuple[Optional[Type[BaseException]], Optional[BaseException], Optional[TracebackType]]
Request = Union[str, context.Request]  # text is what was sent

# These end a program, a task or a generator; they are no errors. The others by module and name.
_NOT_ERRORS = (SystemExit, KeyboardInterrupt, GeneratorExit)
_NOT_ERRORS_OF = (("asyncio", "CancelledError"), ("trio", "Cancelled"), ("greenlet", "GreenletExit"))


class Delivery(NamedTuple):
    """How reports go to whatever server it is."""

    client_timeout: float = DEFAULT_CLIENT_TIMEOUT  # seconds
    ca_file: Optional[str] = None
    spool_dir: Optional[str] = None


_log = logging.getLogger("flawless")

_is_configured = False
_has_warned = False  # about the servers as they are
_servers: tuple[tuple[str, ...], str] = ((), "")  # and the key for those without one
_delivery = Delivery()  # as the program said


def _key_of(dsn: str) -> str:
    match = re.match(r"\s*\w+://([^:@/]+)(?::[^@/]*)?@", dsn)
    return match.group(1) if match else ""


def _environment_key() -> str:
    return os.environ.get("FLAWLESS_KEY") or _key_of(os.environ.get("FLAWLESS_DSN", ""))


def _milliseconds(timeout: float) -> int:
    if not isinstance(timeout, (int, float)) or not 0.001 <= timeout <= 3600:
        raise ValueError("client_timeout has to be seconds from 0.001 to 3600, not %.200r" % (timeout,))
    return int(timeout * 1000)


def _listed(dsn: str) -> list[str]:
    """The server that dsn names, or several with commas between, as libflawless has it."""
    if not isinstance(dsn, str):
        raise ValueError('dsn has to be text like "http://key@host:9028/1", not %.200r' % (dsn,))
    return [one.strip() for one in dsn.split(",") if one.strip()]


def _configure(
    hostports: Sequence[str],
    key: Optional[str] = None,
    delivery: Optional[Delivery] = None,
    spools: bool = True,
) -> None:
    global _is_configured, _has_warned, _servers, _delivery
    if isinstance(hostports, str) or not all(isinstance(one, str) for one in hostports):
        raise ValueError(
            'hostports has to be a list of strings like "host:9028", not %.200r' % (hostports,)
        )
    # No lock here: a fork could leave it locked for ever in the child.
    delivery = delivery or _delivery
    key = key or _environment_key()
    spool_dir = delivery.spool_dir or os.environ.get("FLAWLESS_SPOOL_DIR")
    _capture.configure(
        list(hostports),
        key,
        _milliseconds(delivery.client_timeout),
        delivery.ca_file or os.environ.get("FLAWLESS_CA_FILE"),
        spool_dir if spools else None,
    )
    _servers = (tuple(hostports), key)
    _delivery = delivery
    _is_configured, _has_warned = True, False


def _configure_from_surroundings() -> None:
    global _is_configured
    hostport = os.environ.get("FLAWLESS_DSN") or default.hostport
    if not hostport:
        return
    try:
        _configure(_listed(hostport))
        return
    except ValueError as found:
        problem = found
    try:  # a directory that cannot be used need not cost the reports
        _configure(_listed(hostport), spools=False)
        consequence = "reports are not kept while the server is away"
    except ValueError:
        _is_configured = True  # say it once
        consequence = "nothing is reported"
    warnings.warn("%s: %s" % (consequence, problem), RuntimeWarning, stacklevel=2)


def set_hostports(hostports: Sequence[str]) -> None:
    """Names the Flawless servers, in place of those named before. Without any nothing is reported.

    hostports: "host:port" each, or a DSN "http://key@host:port/project". Without a key of its own a
        server gets the one in FLAWLESS_KEY or FLAWLESS_DSN, if any. A report goes to one of the
        servers, chosen at random.
    Raises ValueError naming the one that is malformed.
    """
    _configure(hostports)


def set_hostport(hostport: str) -> None:
    """Names the one Flawless server; see set_hostports."""
    _configure([hostport])


def _delivery_with(given: Mapping[str, Any]) -> Delivery:
    # A child of multiprocessing may work in another directory.
    said = {
        name: os.path.abspath(value) if name in ("ca_file", "spool_dir") else value
        for name, value in given.items()
        if value is not None
    }
    if "ca_file" in said and not os.path.isfile(said["ca_file"]):
        raise ValueError("ca_file %s: there is no such file" % said["ca_file"])
    return _delivery._replace(**said)


def init(
    dsn: Optional[str] = None,
    release: Optional[str] = None,
    environment: Optional[str] = None,
    client_timeout: Optional[float] = None,
    hooks: bool = True,
    ca_file: Optional[Path] = None,
    spool_dir: Optional[Path] = None,
) -> None:
    """Sets everything up in one call; what is not given is taken from the surroundings.

    dsn: "http://key@host:port/project", or several with commas between, of which each report goes to
        one; FLAWLESS_DSN if None.
    release: a commit or tag; if None, what the platform's environment variable says or the commit
        checked out beside the program.
    environment: such as "staging"; FLAWLESS_ENVIRONMENT, SENTRY_ENVIRONMENT or "production" if
        None.
    client_timeout: seconds that one report may take to be sent, 10 if None.
    hooks: reports what ends the program or a thread and what is raised where nobody can catch it;
        see flawless.integrations.hooks.
    ca_file: a PEM file with the certificates to trust in place of the system's; FLAWLESS_CA_FILE if
        None.
    spool_dir: a directory of this user's own, made if it is missing, that keeps what cannot be sent
        until a process that names the same one can: 64 MiB, 7 days. FLAWLESS_SPOOL_DIR if None.
    Raises ValueError for a malformed DSN, a timeout or certificate file that cannot be, or a
    directory that cannot be used.
    """
    _identify(release, environment)
    dsn = dsn or os.environ.get("FLAWLESS_DSN") or default.hostport
    if dsn:
        given = {"client_timeout": client_timeout, "ca_file": ca_file, "spool_dir": spool_dir}
        _configure(_listed(dsn), delivery=_delivery_with(given))
    if hooks:
        from flawless.integrations import hooks as hooks_integration

        hooks_integration.install()


def _warn_of_trouble() -> None:
    # Asked for in the program's own threads, so that the sender's needs no GIL.
    global _has_warned
    trouble = None if _has_warned else _capture.trouble(False)
    if trouble is not None:
        _has_warned = True  # first, as logging may report
        _warn("nothing is reported: %s", trouble)


def _warn(message: str, *arguments: object) -> None:
    try:
        _log.warning(message, *arguments)
    except Exception:
        pass  # a handler of the program's


def install_scrubbers(variables_regex: str) -> None:
    """Hides the values of variables in whose names the regular expression is found, beside those
    that are always hidden (password, token, cookie and the like). Raises re.error."""
    _capture.set_scrubber(re.compile(variables_regex).search)


def flush(timeout: float = 2.0) -> bool:
    """Sends what waits, also counts that were held back. Waits timeout seconds at most, less when
    no server can be reached. True when nothing is left to send."""
    is_empty = _capture.flush(max(0, int(min(timeout, 1e9) * 1000)))
    _warn_of_trouble()
    return is_empty


def counters() -> dict[str, int]:
    """How many reports were sent, are waiting, or were dropped and why; see README."""
    return _capture.counters()


def record_error(
    hostname: Union[None, str, BaseException] = None,
    exc_info: Union[None, bool, BaseException, ExcInfo] = None,
    error_threshold: Optional[int] = None,
    additional_info: Request = None,
    preceding_stack: Optional[FrameType] = None,
) -> None:
    """Reports an exception: the one being handled, or the one in exc_info.

    hostname: of this machine if None. An exception in its place is taken for exc_info, so that
        record_error(error) does what it says.
    exc_info: an exception or what sys.exc_info() gave; None or True: the one being handled.
    error_threshold: occurrences before a letter is written; the server's if None.
    additional_info: text, or the request as a dict (keys method, url, query_string, headers, env,
        data) or a function that gives such a dict, called only if it is needed.
    preceding_stack: a frame; it and its callers are put before the traceback.

    Never raises, never waits. An exception that was reported before is not reported again.
    """
    try:
        if isinstance(hostname, BaseException):
            hostname, exc_info = None, exc_info or hostname
        if exc_info is None or exc_info is True:
            exc_info = sys.exc_info()
        if isinstance(exc_info, BaseException):
            exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
        _, exception, traceback = cast(ExcInfo, exc_info)
        if exception is None:
            return
        if traceback is None and preceding_stack is None:
            preceding_stack = sys._getframe(1)
        report(
            exception,
            traceback,
            caller=preceding_stack,
            hostname=hostname,
            error_threshold=error_threshold,
            request=additional_info,
            is_handled=True,
        )
    except Exception:
        pass  # the program has trouble enough


def _is_error(exception: BaseException) -> bool:
    if isinstance(exception, Exception):
        return True
    members = getattr(exception, "exceptions", None)
    if members and isinstance(members, tuple):  # of a BaseExceptionGroup
        return any(map(_is_error, members))
    return not isinstance(exception, _NOT_ERRORS) and not any(
        isinstance(exception, getattr(sys.modules.get(module), name, ()))
        for module, name in _NOT_ERRORS_OF
    )


def _request_of(request: Request) -> context.Request:
    if request is None:
        return context.request()
    return {"data": request} if isinstance(request, str) else request


def _threshold_of(given: Any) -> int:
    try:
        return int(given or 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def report(
    exception: Optional[BaseException],
    traceback: Optional[TracebackType],
    caller: Optional[FrameType] = None,
    hostname: Optional[str] = None,
    error_threshold: Optional[int] = None,
    request: Request = None,
    is_handled: bool = False,
    details: Optional[dict[str, Any]] = None,
) -> None:
    """What record_error, the decorators and the integrations have in common. Raises no Exception.

    exception: None for a message, which is then in details.
    request: that of the scope if None.
    details: further members of the event: level, logger, logentry.
    """
    try:
        if exception is not None and not _is_error(exception):
            return
        if not _is_configured:
            _configure_from_surroundings()
        _capture.record(
            exception,
            traceback,
            caller,
            hostname if isinstance(hostname, str) else None,
            _threshold_of(error_threshold),
            _request_of(request),
            is_handled,
            details,
        )
        _warn_of_trouble()
    except Exception:
        pass


# ---- who we are

_identity: tuple[Optional[str], Optional[str]] = (None, None)  # release and environment


def _find_environment() -> str:
    for name in ("FLAWLESS_ENVIRONMENT", "SENTRY_ENVIRONMENT"):
        if os.environ.get(name):
            return os.environ[name]
    return "production"


def _identify(release: Optional[str] = None, environment: Optional[str] = None) -> None:
    global _identity
    # At import, because a deploy may change the work tree below a running program.
    runtime = "%s %s" % (platform.python_implementation(), platform.python_version())
    release, environment = release or find_release(), environment or _find_environment()
    _capture.identify(socket.gethostname() or None, release, environment, runtime)
    _identity = (release, environment)


# ---- the end of the process


def _flush_at_end_of_worker() -> None:
    # A multiprocessing worker ends without atexit; its own finalizers do run. Those that exist when
    # its work begins are forgotten, so that they are made by what is called then.
    from multiprocessing import util

    util.Finalize(None, _capture.flush, args=(EXIT_TIMEOUT_MS,), exitpriority=-100)


def _after_fork(marker: Any = None) -> None:
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.register_after_fork(_after_fork, lambda _: _flush_at_end_of_worker())


def settings() -> tuple[Any, ...]:
    """What a process that is started needs to know; adopt takes it there."""
    if not _is_configured:
        _configure_from_surroundings()
    return (_servers, _delivery, _identity)


def adopt(
    servers: tuple[tuple[str, ...], str],
    delivery: Delivery,
    identity: tuple[Optional[str], Optional[str]],
) -> None:
    """In a process of multiprocessing, before it begins its work. Raises nothing."""
    try:
        _identify(*identity)
        if not _is_configured:
            _configure(servers[0], servers[1], delivery)
    except (OSError, ValueError) as problem:  # a spool directory that is gone, say
        _warn("nothing is reported: %s", problem)
    _after_fork()


def _shutdown() -> None:
    _capture.shutdown(EXIT_TIMEOUT_MS)
    _warn_of_trouble()
    lost = _capture.counters()["dropped_at_exit"]
    if lost and not _has_warned:
        why = _capture.trouble(True) or "they could not be sent in time"
        _warn("reports lost at the end of the program: %d: %s", lost, why)


def _watch_the_end() -> None:
    atexit.register(_shutdown)
    os.register_at_fork(after_in_child=_after_fork)
    _after_fork()  # a fork server's child has been forked already, and works later
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        _flush_at_end_of_worker()


_capture.set_helpers(_source.source_lines, _source.place_of, context.surroundings)
try:
    _identify()
except (OSError, ValueError):  # odd host names, null bytes in the environment
    pass
_watch_the_end()
