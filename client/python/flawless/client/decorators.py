# SPDX-License-Identifier: MIT
"""Functions and classes whose exceptions are reported."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any, Callable, Optional, TypeVar, Union, overload

from flawless.client import client

Function = TypeVar("Function", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)

_WRAPPED = "__flawless_wrapped__"


class _Guard:
    """What a wrapper does when the function raises."""

    __slots__ = ("error_threshold", "reraise", "save_stack")

    def __init__(self, error_threshold: Optional[int], reraise: bool, save_stack: bool) -> None:
        self.error_threshold = error_threshold
        self.reraise = reraise
        self.save_stack = save_stack

    def report(self, exception: BaseException) -> bool:
        """True when the exception is to be raised again. Called by a wrapper's except clause."""
        # f_back rather than _getframe(2), which raises when nobody called the wrapper.
        caller = sys._getframe(1).f_back if self.save_stack else None
        client.report(
            exception,
            exception.__traceback__,
            caller=caller,
            error_threshold=self.error_threshold,
            is_handled=not self.reraise,
        )
        return self.reraise or not isinstance(exception, Exception)


def _wrap_plain(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return func(*args, **kwargs)
        except BaseException as exception:
            if guard.report(exception):
                raise
            return None

    return wrapper


def _wrap_coroutine(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return await func(*args, **kwargs)
        except BaseException as exception:
            if guard.report(exception):
                raise
            return None

    return wrapper


def _wrap_generator(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return (yield from func(*args, **kwargs))
        except BaseException as exception:
            if guard.report(exception):
                raise
            return None

    return wrapper


def _wrap_async_generator(func: Callable[..., Any], guard: _Guard) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        generator = func(*args, **kwargs)
        try:
            value = await generator.__anext__()
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
            if guard.report(exception):
                raise

    return wrapper


def _wrapping_for(func: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(func):
        return _wrap_async_generator
    if inspect.iscoroutinefunction(func):
        return _wrap_coroutine
    if inspect.isgeneratorfunction(func):
        return _wrap_generator
    return _wrap_plain


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

    Plain functions, coroutines, generators and asynchronous generators can be wrapped; of the last
    three what happens while they run is reported.
    """
    if func is None:
        return functools.partial(  # type: ignore[return-value]
            wrap_function,
            error_threshold=error_threshold,
            reraise_exception=reraise_exception,
            save_current_stack_trace=save_current_stack_trace,
        )
    guard = _Guard(error_threshold, reraise_exception, save_current_stack_trace)
    wrapper = _wrapping_for(func)(func, guard)
    names = [name for name in functools.WRAPPER_ASSIGNMENTS if hasattr(func, name)]
    functools.update_wrapper(wrapper, func, names, ())
    wrapper.__dict__.update(getattr(func, "__dict__", {}))
    setattr(wrapper, _WRAPPED, True)
    return wrapper  # type: ignore[return-value]


def _wrap_member(member: Any, error_threshold: Optional[int]) -> Any:
    """The wrapped form of something found in a class, None if it is no method."""
    if isinstance(member, (staticmethod, classmethod)):
        inner = _wrap_member(member.__func__, error_threshold)
        return type(member)(inner) if inner is not None else None
    if not inspect.isfunction(member) or getattr(member, _WRAPPED, False):
        return None
    return wrap_function(
        member, error_threshold=error_threshold, save_current_stack_trace=False
    )  # type: ignore[call-overload]


@overload
def wrap_class(cls: Class) -> Class: ...


@overload
def wrap_class(
    cls: None = None, error_threshold: Optional[int] = None
) -> Callable[[Class], Class]: ...


def wrap_class(
    cls: Optional[Class] = None, error_threshold: Optional[int] = None
) -> Union[Class, Callable[[Class], Class]]:
    """Reports what the methods raise that a class itself defines (also static and class methods).

    Used bare or with error_threshold; see wrap_function.
    """
    if cls is None:
        return functools.partial(wrap_class, error_threshold=error_threshold)  # type: ignore
    for name, member in list(vars(cls).items()):
        wrapped = _wrap_member(member, error_threshold)
        if wrapped is not None:
            setattr(cls, name, wrapped)
    return cls


class WrapClassMetaclass(type):
    """A metaclass whose classes are wrapped as by wrap_class, and so are their subclasses."""

    def __new__(mcs, name: str, bases: tuple, namespace: dict, **kwargs: Any) -> Any:
        wrapped = {
            key: replacement
            for key, member in namespace.items()
            for replacement in [_wrap_member(member, None)]
            if replacement is not None
        }
        return super().__new__(mcs, name, bases, {**namespace, **wrapped}, **kwargs)
