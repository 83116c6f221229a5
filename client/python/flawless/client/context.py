# SPDX-License-Identifier: MIT
"""What the program is doing when something breaks: which request, for whom, with which tags.

A scope belongs to one request, task or job. The integrations begin and end it; what set_user and
set_tag say in between, also in the threads and tasks that serve the same request, goes out with
the reports of that scope alone. Outside of any, it is said of the whole process.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Mapping, Optional, Union

from flawless import _capture

# An event's request: {"method", "url", "query_string", "headers", "env", "data"}, or a function
# that gives one and is called only for a report.
Request = Union[None, Mapping[str, Any], Callable[[], Mapping[str, Any]]]
Describe = Callable[[Any], Mapping[str, Any]]
Transaction = Union[None, str, Callable[[], Optional[str]]]


Scope = _capture.Scope
current = _capture.current_scope
end = _capture.end_scope  # goes back to what begin gave


def begin(
    subject: Any = None, describe: Optional[Describe] = None, transaction: Transaction = None
) -> Scope:
    """Begins a scope with the user and the tags of the one around it, and gives that one for end.

    subject: a request; describe makes an event's request of it, when there is a report.
    """
    return _capture.begin_scope(subject, describe, transaction)


def request() -> Request:
    """What the scope says of its request."""
    scope = current()
    return partial(scope.describe, scope.subject) if scope.describe else None


def set_user(
    id: Union[None, str, int, Mapping[str, Any]] = None,
    email: Optional[str] = None,
    username: Optional[str] = None,
    ip_address: Optional[str] = None,
) -> None:
    """Says for whom the program works; nothing given: for nobody known. Takes one mapping of these
    names, and others, too."""
    given: Mapping[str, Any]
    if isinstance(id, Mapping):
        given = id
    else:
        given = {"id": id, "email": email, "username": username, "ip_address": ip_address}
    known = {str(name): str(value) for name, value in given.items() if value is not None}
    current().user = known or None


def set_tag(name: str, value: Any) -> None:
    """Adds a word about what the program does to the reports of this scope. None takes it away."""
    scope = current()
    tags = dict(scope.tags or {})
    tags.pop(name, None)
    if value is not None:
        tags[name] = str(value)
    scope.tags = tags


def set_transaction(name: Optional[str]) -> None:
    """Names what runs: a route, a task, a job."""
    current().transaction = name


def surroundings() -> Optional[dict[str, Any]]:
    """The members of an event that the scope knows. Called by the capture."""
    scope = current()
    transaction = scope.transaction() if callable(scope.transaction) else scope.transaction
    members = {"transaction": transaction, "user": scope.user, "tags": scope.tags}
    return {name: value for name, value in members.items() if value}
