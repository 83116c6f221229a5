# SPDX-License-Identifier: MIT
"""Programs whose values do more, when they are looked at, than to be looked at."""

import dataclasses
import os
import resource
import sys
import time

from conftest import raised
from test_capture import frames, report, shown, values

from flawless.client import record_error


def test_a_slot_is_asked_and_no_property_of_a_subclass(server):
    asked = []

    class Base:
        __slots__ = ("size", "__hidden")

        def __init__(self):
            self.__hidden = 7
            Base.size.__set__(self, 5)

        def fail(self):
            raise ValueError(self)

    class Derived(Base):
        @property
        def size(self):
            asked.append(self)

    shown = frames(report(server, raised(Derived().fail)))[-1]["vars"]
    assert (shown["self.size"], shown["self._Base__hidden"]) == ("5", "7")
    assert asked == []


def test_a_namespace_of_the_programs_own_is_not_asked(server):
    class Endless:
        def __getitem__(self, name):
            raise KeyError(name)

        def keys(self):
            while True:
                yield "name"

    exception = raised(exec, "1 / 0", {}, Endless())
    assert frames(report(server, exception))[-1].get("vars", {}) == {}


def test_a_repr_may_take_away_what_is_walked(server):
    @dataclasses.dataclass
    class Record:
        first: object
        second: object = "second"

    seen = []

    class Thief:
        def __repr__(self):
            seen.append(self)
            if hasattr(Record, "__dataclass_fields__"):
                Record.__dataclass_fields__.clear()
                del Record.__dataclass_fields__
            return "thief"

    shown(server, Record(Thief()))
    assert seen

    class Sized(set):
        def __len__(self):
            raise ValueError("no size")

    assert shown(server, Sized([1])) == "Sized({})"


def test_a_traceback_may_be_cut_while_it_is_walked(server, monkeypatch):
    class Lazy(type(os)):
        def __getattr__(self, name):
            exception.__traceback__.tb_next = None
            raise AttributeError(name)

    monkeypatch.setitem(sys.modules, "__main__cut", Lazy("__main__cut"))
    source = "def f(n):\n    return f(n - 1) if n else 1 / 0\n"
    names = {"__name__": "__main__cut"}
    exec(compile(source, "<cut>", "exec"), names)
    exception = raised(names["f"], 100)
    assert values(report(server, exception))[-1]["type"] == "ZeroDivisionError"


PIPED = """
import os
import flawless
flawless.init("127.0.0.1:9", hooks=False)
os.mkfifo("program")
try:
    exec(compile("1 / 0", os.path.abspath("program"), "exec"))
except ZeroDivisionError:
    flawless.record_error()
print(flawless.counters()["occurrences"], flush=True)
os._exit(0)
"""


def test_a_program_that_came_through_a_pipe_is_not_read_again(run_program):
    assert run_program(PIPED, timeout=20).stdout == "1\n"


def test_exceptions_and_views_are_not_shown_whole(server):
    numbers = dict.fromkeys(range(2_000_000))
    large = [ValueError(list(numbers)), KeyError("x" * 50_000_000), OSError(2, "gone")]
    large += [numbers.keys(), numbers.values(), numbers.items()]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    event = report(server, raised(fail_with, *large))
    shown = [value for name, value in sorted(frames(event)[-1]["vars"].items())]
    assert shown[0] == "ValueError([%s, ... 1999980 more])" % ", ".join(map(str, range(20)))
    assert shown[1].startswith("KeyError('xxx") and shown[1].endswith("(50000000 characters))")
    assert shown[2] == "FileNotFoundError(2, 'gone')"
    assert shown[3].startswith("dict_keys([0, 1, ") and shown[3].endswith("1999980 more])")
    assert shown[4].startswith("dict_values([None, ")
    assert shown[5].startswith("dict_items([(0, None), ")
    assert all(len(text) < 2200 for text in shown)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kB


def fail_with(a, b, c, d, e, f):
    raise LookupError("many")


def test_an_object_with_a_million_attributes_takes_no_longer_than_others(server):
    class Names(dict):
        def __init__(self):
            super().__init__(("name%d" % i, i) for i in range(1_000_000))
            self.__dict__ = self

        def fail(self):
            raise ValueError("fail")

    names = Names()
    assert shown(server, names.fail).startswith("<bound method %s of " % Names.fail.__qualname__)
    took = []
    for _ in range(3):
        exception = raised(names.fail)
        started = time.thread_time()
        record_error(exc_info=exception)
        took.append(time.thread_time() - started)
    assert min(took) < 0.05  # it was seconds for twenty frames
