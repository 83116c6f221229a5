from types import FrameType, TracebackType
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Union

from typing_extensions import Self

def record(
    exception: Optional[BaseException],
    traceback: Optional[TracebackType],
    caller: Optional[FrameType],
    hostname: Optional[str],
    threshold: int,
    request: Union[None, Mapping[str, Any], Callable[[], Mapping[str, Any]]],
    is_handled: bool,
    details: Optional[dict[str, Any]] = None,
    /,
) -> bool: ...
def configure(
    hostports: Sequence[str],
    key: str,
    timeout_ms: int,
    ca_file: Optional[str],
    spool_dir: Optional[str],
    /,
) -> None: ...
def identify(
    server_name: Optional[str],
    release: Optional[str],
    environment: Optional[str],
    runtime: Optional[str],
    /,
) -> None: ...
def set_helpers(
    source_lines: Callable[[str, Any], Optional[list[str]]],
    place_of: Callable[[str, Optional[str]], Optional[tuple[str, str, bool]]],
    surroundings: Callable[[], Optional[dict[str, Any]]],
    /,
) -> None: ...
def set_scrubber(search: Optional[Callable[[str], object]], /) -> None: ...
def find_release(directory: str, /) -> Optional[str]: ...
def flush(timeout_ms: int, /) -> bool: ...
def shutdown(timeout_ms: int, /) -> None: ...
def counters() -> dict[str, int]: ...
def trouble(is_any: bool, /) -> Optional[str]: ...

class Scope:
    """One request, task or job. Shared by the threads that serve it: dicts are replaced, never
    changed."""

    subject: Any
    describe: Optional[Callable[[Any], Mapping[str, Any]]]
    transaction: Union[None, str, Callable[[], Optional[str]]]
    user: Optional[Mapping[str, Any]]
    tags: Optional[Mapping[str, str]]

def current_scope() -> Scope: ...
def begin_scope(
    subject: Any,
    describe: Optional[Callable[[Any], Mapping[str, Any]]],
    transaction: Union[None, str, Callable[[], Optional[str]]],
    /,
) -> Scope: ...
def end_scope(around: Scope, /) -> None: ...

class WatchedFunction:
    """Calls function; what it raises is told to report, which says whether to raise it again."""

    def __init__(
        self,
        function: Callable[..., Any],
        report: Callable[[BaseException, Optional[FrameType]], bool],
        /,
    ) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

class WatchedApplication:
    """Calls a WSGI application in a scope of the request, which describe and transaction describe
    (see begin_scope). What the application or its response raises is told to report and raised
    again. A response of the server's own file wrapper is shown to watch_file and given as it is."""

    app: Callable[[Any, Any], Iterable[bytes]]
    transaction: Union[None, str, Callable[[], Optional[str]]]
    def __init__(
        self,
        app: Callable[[Any, Any], Iterable[bytes]],
        describe: Callable[[Any], Mapping[str, Any]],
        transaction: Union[None, str, Callable[[], Optional[str]]],
        report: Callable[[BaseException, None], object],
        watch_file: Callable[[Any], object],
    ) -> None: ...
    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]: ...

class WatchedResponse:
    """Iterates and closes what an application gave. When it is closed, the scope around is again
    the current one."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> Any: ...
    def close(self) -> None: ...
