# SPDX-License-Identifier: MIT
"""Functions and classes whose exceptions are reported."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from types import FrameType, TracebackType
from typing import Any, Awaitable, Callable, Optional, Type, TypeVar, Union, overload

from flawless import _capture
from flawless.client import client

Function = TypeVar("Function", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)

_WRAPPED = "__flawless_wrapped__"

# Methods that answer by raising: the end of a loop, a name that there is not. No errors.
_ANSWERS: dict[str, Type[Exception]] = {
    "__anext__": StopAsyncIteration,
    "__get__": AttributeError,
    "__getattr__": AttributeError,
    "__getattribute__": AttributeError,
    "__getitem__": LookupError,
    "__missing__": LookupError,
    "__next__": StopIteration,
}

# What Python makes of functions with these names when it makes a class, of real ones only.
_KINDS: dict[str, Any] = {
    "__class_getitem__": classmethod,
    "__init_subclass__": classmethod,
    "__new__": staticmethod,
}


class _Guard:
    """What a wrapper does when the function raises."""

    __slots__ = ("error_threshold", "reraise", "save_stack", "answer")

    def __init__(
        self,
        error_threshold: Optional[int],
        reraise: bool,
        save_stack: bool,
        answer: Optional[Type[Exception]] = None,
    ) -> None:
        self.error_threshold = error_threshold
        self.reraise = reraise
        self.save_stack = save_stack
        self.answer = answer

    def of(self, func: Callable[..., Any]) -> _Guard:
        """The one for a function, by its name."""
        answer = _ANSWERS.get(getattr(func, "__name__", ""))
        return _Guard(self.error_threshold, self.reraise, self.save_stack, answer)

    def report(self, exception: BaseException, caller: Optional[FrameType]) -> bool:
        """True when the exception is to be raised again. caller: who called what is watched."""
        if self.answer is not None and isinstance(exception, self.answer):
            return True
        client.report(
            exception,
            exception.__traceback__,
            caller=caller if self.save_stack else None,
            error_threshold=self.error_threshold,
            is_handled=not self.reraise,
        )
        return self.reraise or not isinstance(exception, Exception)


def _watch_call(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    return _capture.WatchedFunction(func, guard.report)


def _wrap_coroutine(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return await func(*args, **kwargs)
        except BaseException as exception:
            if guard.report(exception, sys._getframe().f_back):
                raise
            return None

    return wrapper


def _wrap_generator(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return (yield from func(*args, **kwargs))
        except BaseException as exception:
            if guard.report(exception, sys._getframe().f_back):
                raise
            return None

    flags = getattr(getattr(func, "__code__", None), "co_flags", 0)
    return types.coroutine(wrapper) if flags & inspect.CO_ITERABLE_COROUTINE else wrapper


def _first(generator: Any) -> Awaitable[Any]:
    # A loop closes the generators that are left when it ends, all at once. It must not know of this
    # one: the wrapper closes it.
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None, finalizer=None)
    try:
        first: Awaitable[Any] = generator.__anext__()
        return first
    finally:
        sys.set_asyncgen_hooks(*hooks)


def _wrap_async_generator(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        generator = func(*args, **kwargs)
        try:
            value = await _first(generator)
            while True:
                try:
                    sent = yield value
                except GeneratorExit:
                    await generator.aclose()
                    raise
                except BaseException as thrown:
                    value = await generator.athrow(thrown)
                else:
                    value = await generator.asend(sent)
        except StopAsyncIteration:
            return
        except BaseException as exception:
            if guard.report(exception, sys._getframe().f_back):
                raise

    return wrapper


def _wrapping_for(func: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(func):
        return _wrap_async_generator
    if inspect.iscoroutinefunction(func):
        return _wrap_coroutine
    if inspect.isgeneratorfunction(func):
        return _wrap_generator
    return _watch_call


@overload
def wrap_function(func: Function) -> Function: ...


@overload
def wrap_function(
    func: None = None,
    error_threshold: Optional[int] = None,
    reraise_exception: bool = True,
    save_current_stack_trace: bool = True,
) -> Callable[[Function], Function]: ...


def wrap_function(
    func: Optional[Function] = None,
    error_threshold: Optional[int] = None,
    reraise_exception: bool = True,
    save_current_stack_trace: bool = True,
) -> Union[Function, Callable[[Function], Function]]:
    """Reports what a function raises. Used bare, @wrap_function, or with arguments:

        @wrap_function(error_threshold=3, reraise_exception=False)
        def load(): ...

    error_threshold: occurrences before a letter is written; the server's if None.
    reraise_exception: if False the function gives None instead of raising (SystemExit,
        KeyboardInterrupt and the like are raised all the same).
    save_current_stack_trace: the report also shows who called the function.

    Plain functions, coroutines, generators and asynchronous generators can be wrapped, of the last
    three what happens while they run is reported; also static and class methods and properties.
    """
    if func is None:
        return functools.partial(
            wrap_function,
            error_threshold=error_threshold,
            reraise_exception=reraise_exception,
            save_current_stack_trace=save_current_stack_trace,
        )
    wrapped = _wrap(func, _Guard(error_threshold, reraise_exception, save_current_stack_trace))
    kind = _KINDS.get(func.__name__) if inspect.isfunction(func) else None
    made: Function = kind(wrapped) if kind else wrapped
    return made


def _wrap_callable(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    wrapper: Callable[..., Any] = _wrapping_for(func)(func, guard.of(func))
    names = [name for name in functools.WRAPPER_ASSIGNMENTS if hasattr(func, name)]
    functools.update_wrapper(wrapper, func, names, ())
    wrapper.__dict__.update(getattr(func, "__dict__", {}))
    wrapper.__dict__[_WRAPPED] = True
    return wrapper


def _wrap_property(member: property, guard: _Guard) -> property:
    if type(member).__init__ is not property.__init__:
        return member  # nobody knows how another of its kind is made
    parts = (member.fget, member.fset, member.fdel)
    fget, fset, fdel = (part and _wrap_callable(part, guard) for part in parts)
    return type(member)(fget, fset, fdel, member.__doc__)


def _wrap(member: Any, guard: _Guard) -> Any:
    if isinstance(member, (staticmethod, classmethod)):
        return type(member)(_wrap(member.__func__, guard))
    if isinstance(member, property):
        return _wrap_property(member, guard)
    if isinstance(member, functools.cached_property):
        member.func = _wrap_callable(member.func, guard)
        return member
    return _wrap_callable(member, guard)


def _is_method(member: Any) -> bool:
    """Whether what was found in a class is to be wrapped: functions in any of their forms."""
    if isinstance(member, (staticmethod, classmethod)):
        return _is_method(member.__func__)
    if isinstance(member, functools.cached_property):
        return _is_method(member.func)
    if isinstance(member, property):
        return True
    return inspect.isfunction(member) and not getattr(member, _WRAPPED, False)


class watch:
    """Reports what a block of code raises. A context manager, plain or asynchronous:

        with flawless.watch(): ...

    The arguments are those of wrap_function.
    """

    def __init__(
        self,
        error_threshold: Optional[int] = None,
        reraise_exception: bool = True,
        save_current_stack_trace: bool = True,
    ) -> None:
        self._guard = _Guard(error_threshold, reraise_exception, save_current_stack_trace)

    def __enter__(self) -> watch:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        exception: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> bool:
        return exception is not None and not self._guard.report(exception, sys._getframe(1).f_back)

    async def __aenter__(self) -> watch:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        exception: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> bool:
        return exception is not None and not self._guard.report(exception, sys._getframe(1).f_back)


@overload
def wrap_class(cls: Class) -> Class: ...


@overload
def wrap_class(
    cls: None = None, error_threshold: Optional[int] = None
) -> Callable[[Class], Class]: ...


def wrap_class(
    cls: Optional[Class] = None, error_threshold: Optional[int] = None
) -> Union[Class, Callable[[Class], Class]]:
    """Reports what the methods and properties raise that a class itself defines.

    Used bare or with error_threshold; see wrap_function.
    """
    if cls is None:
        return functools.partial(wrap_class, error_threshold=error_threshold)
    _wrap_members(cls, _Guard(error_threshold, reraise=True, save_stack=False))
    return cls


def _wrap_members(cls: type, guard: _Guard) -> None:
    for name, member in list(vars(cls).items()):
        if _is_method(member):
            setattr(cls, name, _wrap(member, guard))


class WrapClassMetaclass(type):
    """A metaclass whose classes are wrapped as by wrap_class, and so are their subclasses."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> Any:
        # Afterwards: Python makes class methods of some plain functions while it makes the class.
        cls = super().__new__(mcs, name, bases, namespace, **kwargs)
        _wrap_members(cls, _Guard(None, reraise=True, save_stack=False))
        return cls
