# SPDX-License-Identifier: MIT
import asyncio
import copy
import functools
import gc
import inspect
import os
import pickle
import signal
import sys
import types
import weakref

import pytest
from conftest import Server, raised

import flawless
from flawless.client import record_error
from flawless.client.decorators import WrapClassMetaclass, wrap_class, wrap_function


def functions(event):
    return [frame["function"] for frame in event["exception"]["values"][-1]["stacktrace"]["frames"]]


def test_a_bare_wrapper_reports_and_raises_again(server):
    @wrap_function
    def divide(a, b):
        "Divides."
        return a / b

    assert divide(6, b=3) == 2
    assert (divide.__name__, divide.__doc__) == ("divide", "Divides.")
    exception = raised(divide, 1, 0)
    assert isinstance(exception, ZeroDivisionError)
    (event,) = server.flushed()
    assert functions(event)[-1] == "divide"
    assert "wrapper" not in functions(event)
    assert event["exception"]["values"][0]["mechanism"]["handled"] is False


def test_the_stack_that_led_to_the_function_is_saved_unless_unwanted(server):
    @wrap_function
    def inner():
        raise ValueError("saved")

    @wrap_function(save_current_stack_trace=False)
    def bare():
        raise ValueError("not saved")

    def outer(function):
        function()

    raised(outer, inner)
    raised(outer, bare)
    saved, not_saved = server.flushed()
    assert functions(saved)[-2:] == ["outer", "inner"]
    assert "test_the_stack_that_led_to_the_function_is_saved_unless_unwanted" in functions(saved)
    assert functions(not_saved) == ["bare"]


def test_options_reach_the_report_and_the_caller(server):
    @wrap_function(error_threshold=3, reraise_exception=False)
    def quiet():
        raise ValueError("quiet")

    assert quiet() is None
    (event,) = server.flushed()
    assert event["contexts"]["flawless"]["error_threshold"] == 3
    assert event["exception"]["values"][0]["mechanism"]["handled"] is True


def test_an_exception_passing_many_wrappers_is_reported_once(server):
    @wrap_function
    def one():
        raise ValueError("once")

    @wrap_function
    def two():
        one()

    @wrap_function(reraise_exception=False)
    def three():
        try:
            two()
        except ValueError as exception:
            record_error(exc_info=exception)
            raise

    three()
    (event,) = server.flushed()
    assert functions(event)[-1] == "one"


def test_what_ends_the_program_is_raised_even_when_errors_are_not(server):
    @wrap_function(reraise_exception=False)
    def leave(kind):
        raise kind

    for kind in (SystemExit, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(kind):
            leave(kind)
    assert server.flushed() == []


def test_coroutines_and_generators_are_watched_while_they_run(server):
    @wrap_function
    async def coroutine():
        await asyncio.sleep(0)
        raise ValueError("coroutine")

    @wrap_function
    def generator():
        got = yield 1
        yield got
        raise ValueError("generator")

    @wrap_function
    async def async_generator():
        try:
            yield 1
        except KeyError:
            yield 2
        raise ValueError("async generator")

    async def consume():
        stream = async_generator()
        assert await stream.__anext__() == 1
        assert await stream.athrow(KeyError("thrown")) == 2
        await stream.__anext__()

    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isgeneratorfunction(generator)
    assert inspect.isasyncgenfunction(async_generator)
    raised(asyncio.run, coroutine())
    running = generator()
    assert next(running) == 1
    assert running.send("sent") == "sent"
    raised(next, running)
    raised(asyncio.run, consume())
    events = server.flushed()
    messages = [event["exception"]["values"][-1]["value"] for event in events]
    assert messages == ["coroutine", "generator", "async generator"]


def test_finished_generators_are_no_errors(server):
    @wrap_function
    def generator():
        yield 1
        return 2

    @wrap_function
    async def async_generator():
        yield 1

    async def consume():
        return [value async for value in async_generator()]

    def closing():
        unfinished = generator()
        next(unfinished)
        unfinished.close()
        return (yield from generator())

    assert list(closing()) == [1]
    assert asyncio.run(consume()) == [1]
    assert server.flushed() == []


class Service:
    def method(self):
        raise ValueError("method")

    @classmethod
    def of_class(cls):
        raise ValueError(cls.__name__)

    @staticmethod
    def static():
        raise ValueError("static")

    limit = 3
    Inner = ValueError


def test_classes_are_wrapped_whole(server):
    wrapped = wrap_class(type("Wrapped", (), dict(vars(Service))))
    for function in (wrapped().method, wrapped.of_class, wrapped.static):
        assert isinstance(raised(function), ValueError)
    assert (wrapped.limit, wrapped.Inner) == (3, ValueError)
    assert len(server.flushed()) == 3


def test_the_metaclass_wraps_subclasses_too(server):
    class Base(metaclass=WrapClassMetaclass):
        def fail(self):
            raise ValueError("base")

    class Derived(Base):
        def fail(self):
            super().fail()

    raised(Derived().fail)
    raised(Base().fail)
    assert len(server.flushed()) == 2


def test_the_first_wrapper_keeps_what_it_is_given(server):
    def plain():
        pass

    plain.answer = 42
    assert wrap_function(plain).answer == 42
    assert wrap_function(len)([1, 2]) == 2


def test_a_function_that_nobody_called_can_fail_too(run_program):
    source = """
import atexit, flawless.client
from flawless.client.decorators import wrap_function

@wrap_function
def last_words():
    raise ValueError("at exit")

flawless.client.set_hostports(["%s"])
atexit.register(last_words)
"""
    own = Server()
    done = run_program(source % own.dsn)
    assert "ValueError: at exit" in done.stderr
    assert "call stack is not deep enough" not in done.stderr
    (event,) = own.events
    assert functions(event) == ["last_words"]
    own.close()


def test_properties_static_and_class_methods_are_reported(server):
    @wrap_class
    class Thing:
        @property
        def price(self):
            """What it costs."""
            raise ValueError("get")

        @price.setter
        def price(self, value):
            raise ValueError("set")

        @functools.cached_property
        def weight(self):
            raise ValueError("cached")

    class Other:
        @wrap_function
        @staticmethod
        def static():
            raise ValueError("static")

        @wrap_function(reraise_exception=False)
        @classmethod
        def of_class(cls):
            raise ValueError(cls.__name__)

    thing = Thing()
    raised(lambda: thing.price)
    raised(setattr, thing, "price", 1)
    raised(lambda: thing.weight)
    raised(Other.static)
    assert Other.of_class() is None
    values = [event["exception"]["values"][0]["value"] for event in server.flushed()]
    assert values == ["get", "set", "cached", "static", "Other"]
    assert Thing.price.__doc__ == "What it costs."


def test_a_watched_block_is_reported_with_who_entered_it(server):
    def work():
        with flawless.watch():
            raise ValueError("in a block")

    raised(work)
    (event,) = server.flushed()
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert [frame["function"] for frame in frames][-2:] == ["raised", "work"]


def test_a_watched_block_may_swallow_errors_but_no_ctrl_c(server):
    with flawless.watch(reraise_exception=False):
        raise ValueError("swallowed")

    def interrupted():
        with flawless.watch(reraise_exception=False):
            raise KeyboardInterrupt

    assert isinstance(raised(interrupted), KeyboardInterrupt)
    assert len(server.flushed()) == 1


def test_an_asynchronous_block_is_watched_too(server):
    async def work():
        async with flawless.watch(reraise_exception=False):
            raise ValueError("in a block")

    asyncio.run(work())
    assert len(server.flushed()) == 1


@wrap_function
def pickled(a, b: int = 2, *, c=None):
    "Can be found by its name."
    return a, b, c


class Holder:
    @wrap_function
    def method(self, value):
        return self, value


def test_a_wrapper_looks_like_the_function_that_it_wraps():
    assert inspect.isfunction(pickled) and isinstance(pickled, types.FunctionType)
    assert str(inspect.signature(pickled)) == "(a, b: int = 2, *, c=None)"
    assert pickled.__wrapped__.__code__ is pickled.__code__
    assert (pickled.__name__, pickled.__qualname__) == ("pickled", "pickled")
    assert pickled.__module__ == __name__ and pickled.__doc__ == "Can be found by its name."
    assert pickled.__annotations__ == {"b": "int"} or pickled.__annotations__ == {"b": int}
    assert repr(pickled).startswith("<function pickled at ")
    assert pickle.loads(pickle.dumps(pickled)) is pickled
    assert copy.copy(pickled) is pickled and copy.deepcopy(pickled) is pickled
    assert weakref.ref(pickled)() is pickled
    pickled.colour = "red"
    assert pickled.colour == "red" and "colour" in vars(pickled)
    with pytest.raises(AttributeError):
        pickled.nothing


def test_a_wrapped_method_is_bound_like_any_other():
    holder = Holder()
    assert holder.method(1) == (holder, 1)
    assert Holder.method(holder, value=2) == (holder, 2)
    assert inspect.ismethod(holder.method) and holder.method.__self__ is holder
    assert list(inspect.signature(holder.method).parameters) == ["value"]
    assert inspect.isfunction(Holder.method)


def test_wrappers_that_nobody_needs_any_more_are_released():
    def make():
        @wrap_function
        def inner():
            return inner  # holds itself

        return weakref.ref(inner)

    gone = make()
    gc.collect()
    assert gone() is None


def test_recursion_through_a_wrapper_ends_as_without_it(server):
    @wrap_function
    def endless():
        return endless()

    assert isinstance(raised(endless), RecursionError)
    assert functions(server.flushed()[0])[-1] == "endless"


def test_ctrl_c_while_reporting_reaches_the_program(server, monkeypatch):
    def interrupted(*args, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("flawless.client.client.report", interrupted)

    @wrap_function
    def fail():
        raise ValueError

    assert isinstance(raised(fail), KeyboardInterrupt)


def test_methods_that_answer_by_raising_are_no_errors(server):
    @wrap_class
    class Few:
        def __iter__(self):
            return self

        def __next__(self):
            raise StopIteration

        def __getattr__(self, name):
            raise AttributeError(name)

        def __getitem__(self, i):
            if i == 7:
                raise ValueError("seven")
            raise IndexError(i)

        @wrap_function(reraise_exception=False)
        async def __anext__(self):
            raise StopAsyncIteration

    async def ask():
        return await Few().__anext__()

    assert list(Few()) == []
    assert not hasattr(Few(), "many")
    raised(lambda: Few()[3])
    assert isinstance(raised(asyncio.run, ask()), StopAsyncIteration)
    raised(lambda: Few()[7])
    assert [event["exception"]["values"][0]["type"] for event in server.flushed()] == ["ValueError"]


def test_the_metaclass_leaves_what_python_makes_class_methods(server):
    class Base(metaclass=WrapClassMetaclass):
        def __init_subclass__(cls, **options):
            super().__init_subclass__()
            cls.options = options

        def __class_getitem__(cls, key):
            return cls, key

        def __new__(cls):
            return super().__new__(cls)

    class Derived(Base, colour="red"):
        pass

    assert Derived.options == {"colour": "red"}
    assert Derived[3] == (Derived, 3)
    assert type(Derived().__new__(Derived)) is Derived


def test_properties_of_other_makes_are_left_alone():
    class cached(property):
        def __init__(self, fget, name=None):
            super().__init__(fget)

    @wrap_class
    class Thing:
        @cached
        def size(self):
            return 5

    assert Thing().size == 5


def test_a_generator_that_can_be_awaited_still_can(server):
    @wrap_function
    @types.coroutine
    def bare():
        yield
        raise ValueError("awaited")

    async def main():
        await bare()

    assert str(raised(asyncio.run, main())) == "awaited"
    assert len(server.flushed()) == 1


def test_a_loop_that_ends_closes_what_an_asynchronous_generator_left(server):
    seen, left = [], []

    @wrap_function
    async def numbers():
        try:
            yield 1
        finally:
            await asyncio.sleep(0.001)
            seen.append("closed")

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda loop, said: seen.append(said))
        left.append(numbers())
        await left[0].__anext__()

    asyncio.run(main())
    assert seen == ["closed"]
    assert server.flushed() == []


def test_what_ends_tasks_and_programs_is_no_error_in_a_group_or_a_library(server, monkeypatch):
    class Group(BaseException):
        def __init__(self, *exceptions):
            self.exceptions = exceptions

    class GreenletExit(BaseException):
        pass

    monkeypatch.setitem(sys.modules, "greenlet", types.SimpleNamespace(GreenletExit=GreenletExit))

    @wrap_function
    def fail(exception):
        raise exception

    raised(fail, Group(KeyboardInterrupt(), Group(GreenletExit())))
    raised(fail, GreenletExit())
    assert server.flushed() == []
    raised(fail, Group(KeyboardInterrupt(), ValueError()))
    assert len(server.flushed()) == 1


def test_a_wrapper_may_be_let_go_while_it_runs(server):
    def fail(*arguments):
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        raise ValueError("handled")

    before = signal.signal(signal.SIGUSR1, wrap_function(fail))
    try:
        exception = raised(os.kill, os.getpid(), signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert str(exception) == "handled"
    assert len(server.flushed()) == 1


def test_methods_that_python_makes_of_another_kind_can_be_wrapped_each(server):
    class Base:
        @wrap_function
        def __new__(cls):
            return super().__new__(cls)

        @wrap_function
        def __init_subclass__(cls):
            cls.name = cls.__name__

        @wrap_function
        def __class_getitem__(cls, key):
            return cls, key

    class Derived(Base):
        pass

    assert Derived.name == "Derived"
    assert Derived[3] == (Derived, 3)
    assert type(Derived().__new__(Derived)) is Derived
