# SPDX-License-Identifier: MIT
"""Nothing is kept of what was captured."""

import collections
import dataclasses
import gc
import sys
import weakref

import pytest
from conftest import raised

from flawless.client import flush, record_error
from flawless.client.decorators import wrap_function


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@dataclasses.dataclass
class Item:
    number: int
    tags: list


Pair = collections.namedtuple("Pair", "left right")


class Slotted:
    __slots__ = ("a", "b")


class Worker:
    def __init__(self):
        self.items = [Item(n, ["x"]) for n in range(30)]
        self.mapping = {"a": Pair(1, {2, 3}), "token": "t", 5: b"b"}
        self.queue = collections.deque([1, 2])
        self.broken = type("Broken", (), {"__repr__": lambda self: 1 / 0})()

    @wrap_function
    def fail(self, kind):
        slotted = Slotted()
        slotted.a = big = 1 << 2000
        text = "\ud800" + "x" * 2000
        try:
            self.inner(slotted, big, text)
        except KeyError as cause:
            raise kind("outer", [1]) from cause

    def inner(self, slotted, big, text):
        raise KeyError(big, text)


def test_captured_objects_are_released(server):
    worker = Worker()
    gone = weakref.ref(worker)
    exception = raised(worker.fail, ValueError)
    record_error(exc_info=exception, additional_info={"headers": {"a": ["b", worker]}})
    assert flush(10)
    worker = exception = None
    gc.collect()
    assert gone() is None


def test_a_function_that_goes_on_keeps_nothing_alive(server):
    worker = Worker()
    gone = weakref.ref(worker)
    try:
        worker.fail(ValueError)
    except ValueError:
        record_error(additional_info="in a frame that still runs")
    del worker
    gc.collect()
    assert gone() is None
    assert flush(10)


def test_reference_counts_of_shared_objects_stay_as_they_are(server):
    shared = [object(), None, True, ValueError, "a text of its own", 12345]
    held = {"shared": shared}

    def fail(held):
        raise LookupError(len(held))

    before = [sys.getrefcount(value) for value in shared[:1] + shared[4:]]
    for _ in range(200):
        record_error(exc_info=raised(fail, held), additional_info=held)
    assert flush(10)
    gc.collect()
    assert [sys.getrefcount(value) for value in shared[:1] + shared[4:]] == before


@pytest.mark.skipif("libasan" in open("/proc/self/maps").read(), reason="ASan keeps freed memory")
def test_memory_stays_flat_over_many_captures(server):
    # Every type is an error of its own, so that each occurrence is captured and sent in full.
    worker = Worker()
    kinds = [type("Kind%d" % number, (Exception,), {}) for number in range(1000)]

    def capture_all():
        for number, kind in enumerate(kinds):
            raised(worker.fail, kind)
            if number % 100 == 99:
                assert flush(30)
        gc.collect()

    server.keeps = False
    for _ in range(2):
        capture_all()
    before = resident_bytes()
    for _ in range(5):
        capture_all()
    grown = resident_bytes() - before
    assert grown < 2_000_000, "%d bytes more after 5,000 captures" % grown
