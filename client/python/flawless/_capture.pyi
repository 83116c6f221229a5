from types import FrameType, TracebackType
from typing import Any, Callable, Mapping, Optional, Sequence, Union

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
def configure(hostports: Sequence[str], key: str, timeout_ms: int, /) -> None: ...
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
