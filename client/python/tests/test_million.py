# SPDX-License-Identifier: MIT
"""Very many errors, and very large ones: memory stays flat and counts are exact.

FLAWLESS_CAPTURES=1000000 makes that many captures instead of what fits into some seconds, and then
shows what they took (with pytest -s).
"""

import gc
import os
import threading
import time

import pytest
from conftest import Server, raised
from real_server import commit_all, is_needed, running, wait_for_errors
from test_memory import resident_bytes

from flawless.client import counters, flush, record_error, set_hostports

CAPTURE_N = int(os.environ.get("FLAWLESS_CAPTURES", "0"))
SECONDS = 10
GB = 1 << 30
is_memory_told = pytest.mark.skipif(
    "libasan" in open("/proc/self/maps").read(), reason="ASan keeps freed memory"
)


@pytest.fixture
def real_server(tmp_path, monkeypatch):
    (tmp_path / "shop_of_many.py").write_text("def sell():\n    raise ValueError('sold out')\n")
    commit_all(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with running(tmp_path, tmp_path) as (url, dsn):
        set_hostports([dsn])
        yield url
        set_hostports([])


def repeat(sell, n):
    for _ in range(n):
        try:
            sell()
        except ValueError:
            record_error()


@is_needed
@is_memory_told
def test_a_million_times_the_same_error_are_a_million_on_a_real_server(real_server):
    from shop_of_many import sell

    repeat(sell, 100_000)
    assert flush(20)
    before = resident_bytes()
    repeat(sell, 900_000)
    assert flush(20)
    assert resident_bytes() - before < 4_000_000
    wait_for_errors(real_server, {("ada@example.com", "shop_of_many.py", 2): 1_000_000})


# ---- captures, each of an error of its own


def sender_seconds():
    """Processor time of the threads of this process that Python does not know."""
    ours = {thread.native_id for thread in threading.enumerate()}
    ticks = 0
    for task in os.listdir("/proc/self/task"):
        if int(task) not in ours:
            with open("/proc/self/task/%s/stat" % task) as file:
                ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def capture(kinds):
    for kind in kinds:
        record_error(exc_info=raised(fail, kind))
    assert flush(30)


def fail(kind, text="x" * 100, items=(1, 2, 3)):
    mapping = {"a": [1, 2], "token": "t"}
    raise kind(len(mapping))


@is_needed
@is_memory_told
def test_memory_stays_flat_over_very_many_captures(real_server):
    # More kinds than the client remembers, so that each occurrence is captured and sent in full.
    kinds = [type("Kind%d" % number, (Exception,), {}) for number in range(3000)]
    batches = [kinds[at : at + 500] for at in range(0, len(kinds), 500)]
    for batch in batches:
        capture(batch)
    gc.collect()
    sent, memory = counters()["sent"], resident_bytes()
    start, busy = time.monotonic(), sender_seconds()
    captured_n = 0
    while captured_n < CAPTURE_N or (not CAPTURE_N and time.monotonic() - start < SECONDS):
        capture(batches[captured_n // 500 % len(batches)])
        captured_n += 500
    gc.collect()
    grown, seconds = resident_bytes() - memory, time.monotonic() - start
    share = (sender_seconds() - busy) / seconds
    sent = counters()["sent"] - sent
    print(
        "%d captures, %d sent, %.0f s, the sender %.0f %% of a core, %d kB more"
        % (captured_n, sent, seconds, 100 * share, grown // 1000)
    )
    assert sent == captured_n
    assert grown < 4_000_000, "%d bytes more after %d captures" % (grown, captured_n)


# ---- one very large value


def machine_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")


@is_memory_told
@pytest.mark.skipif(machine_bytes() < 4 * GB, reason="less than 4 GB of memory are free")
def test_a_repr_of_a_gigabyte_costs_its_own_memory_and_no_more(run_program):
    server = Server()
    source = """
import resource, sys
import flawless

class Huge:
    def __repr__(self):
        return "x" * (1 << 30)

def fail(value):
    raise ValueError("huge")

flawless.init(sys.argv[1])
try:
    fail(Huge())
except ValueError:
    flawless.record_error()
assert flawless.flush(20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
    done = run_program(source, server.dsn)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < GB + GB // 8
    (request,) = server.requests
    frames = request.event["exception"]["values"][0]["stacktrace"]["frames"]
    assert len(frames[-1]["vars"]["value"]) < 3000
    server.close()
