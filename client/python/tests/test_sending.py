# SPDX-License-Identifier: MIT
"""Servers that are slow, down, overloaded or hostile; forks, exits and threads."""

import os
import socket
import time

import pytest
from conftest import KEY, Server, forget_what_waits, occurrences, raised

import flawless.client
from flawless.client import counters, flush, record_error, set_hostports


def free_port():
    """A port where nothing listens; as good as such things get."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def counted(name, before):
    return counters()[name] - before[name]


@pytest.fixture(autouse=True)
def no_servers_afterwards():
    yield
    forget_what_waits()


def test_a_connection_is_kept(server):
    for number in range(20):
        record_error(exc_info=ValueError(number))
        assert flush(10)
    assert len(server.requests) >= 11
    assert server.connections == 1


def test_reports_wait_for_a_server_that_is_down():
    port = free_port()
    before = counters()
    set_hostports(["127.0.0.1:%d" % port])
    record_error(exc_info=ValueError("while it was down"))
    wait_until(lambda: counted("retried", before) > 0)
    assert counters()["waiting"] == 1
    server = Server(port)
    (request,) = server.wait_for(1)  # by itself, after the back-off
    assert request.event["exception"]["values"][0]["value"] == "while it was down"
    server.close()


def test_a_flush_gives_up_early_when_no_server_can_be_reached():
    set_hostports(["127.0.0.1:%d" % free_port()])
    record_error(exc_info=ValueError("nobody there"))
    before = counters()
    for _ in range(3):  # makes the back-off longer than the deadline
        flush(0.5)
    start = time.monotonic()
    assert flush(0.5) is False
    assert time.monotonic() - start < 1
    assert counted("retried", before) > 0


def test_the_program_never_waits_for_a_server_that_does_not_answer():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        set_hostports(["127.0.0.1:%d" % silent.getsockname()[1]])
        start = time.monotonic()
        for _ in range(100):
            record_error(exc_info=raised(int, "x"))
        assert time.monotonic() - start < 1
        assert flush(0.2) is False


def test_retry_after_is_obeyed(server):
    server.answers = [(429, {"Retry-After": "1"})]
    record_error(exc_info=ValueError("limited"))
    server.wait_for(1)
    start = time.monotonic()
    first, second = server.wait_for(2)
    assert 0.8 < time.monotonic() - start < 5
    assert first.event["event_id"] == second.event["event_id"]


def test_rate_limits_are_obeyed_also_with_success(server):
    server.answers = [(200, {"X-Sentry-Rate-Limits": "1:error:key"})]
    record_error(exc_info=ValueError("first"))
    server.wait_for(1)
    start = time.monotonic()
    record_error(exc_info=ValueError("second"))
    server.wait_for(2)
    assert 0.8 < time.monotonic() - start < 5


def test_a_server_that_asked_for_patience_is_not_hurried(server):
    server.answers = [(503, {"Retry-After": "600"})]
    record_error(exc_info=ValueError("patience"))
    server.wait_for(1)
    start = time.monotonic()
    assert flush(5) is False
    assert time.monotonic() - start < 2
    assert len(server.requests) == 1


PROXIED = """
import flawless
flawless.record_error(exc_info=ValueError("on its way"))
flawless.flush(5)
print(flawless.counters()["sent"])
"""


@pytest.mark.parametrize(
    "host, no_proxy, passes",
    [("flawless.invalid", "", True), ("flawless.invalid", "flawless.invalid", False), ("127.0.0.1", "", False)],
)
def test_the_proxy_of_the_environment_is_used_except_on_the_same_machine(
    server, run_program, host, no_proxy, passes
):
    # What stands in for the proxy answers every request itself.
    done = run_program(
        PROXIED,
        FLAWLESS_DSN="http://%s@%s:%d/1" % (KEY, host, server.port if host[0].isdigit() else 9028),
        http_proxy="http://127.0.0.1:%d" % server.port,
        no_proxy=no_proxy,
    )
    assert done.returncode == 0, done.stderr
    paths = [request.path for request in server.requests]
    if passes:
        assert paths == ["http://flawless.invalid:9028/api/1/envelope/"] and done.stdout == "1\n"
    else:
        assert not any(path.startswith("http") for path in paths)
        assert done.stdout == ("1\n" if host == "127.0.0.1" else "0\n")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 301])
def test_a_refusal_is_final(server, status):
    before = counters()
    server.answers = [(status, {})]
    record_error(exc_info=ValueError(status))
    assert flush(10)
    assert len(server.requests) == 1
    assert counted("dropped_refused", before) == 1


def test_a_report_that_a_server_stumbles_over_three_times_is_dropped(server):
    before = counters()
    server.answers = [(500, {})] * 3
    record_error(exc_info=ValueError("poison"))
    wait_until(lambda: flush(1))
    assert len(server.requests) == 3
    assert counted("dropped_refused", before) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_is_away_behind_another_is_waited_for(server, status):
    before = counters()
    server.answers = [(status, {})] * 4
    record_error(exc_info=ValueError(status))
    wait_until(lambda: flush(1))
    assert len(server.requests) == 5
    assert counted("dropped_refused", before) == 0


def test_any_time_may_be_given():
    set_hostports([])
    assert flush(float("inf")) is True
    with pytest.raises(ValueError):
        flawless.init("127.0.0.1:9", client_timeout=float("inf"), hooks=False)


def test_the_next_server_takes_what_the_first_does_not():
    servers = [Server(), Server()]
    dead = "127.0.0.1:%d" % free_port()
    set_hostports([dead] + [server.dsn for server in servers])
    for number in range(40):
        record_error(exc_info=raised(lambda: int("x")), additional_info=str(number))
    assert flush(10)
    assert occurrences(servers[0].events + servers[1].events) == 40
    assert servers[0].events and servers[1].events
    for server in servers:
        server.close()


def test_the_queue_is_bounded_and_what_does_not_fit_is_counted():
    port = free_port()
    before = counters()
    set_hostports(["127.0.0.1:%d" % port])

    def fail(self):
        raise ValueError(self)

    big = {"v%d" % i: "x" * 1000 for i in range(50)}
    kinds = [type("Kind%d" % i, (Exception,), {}) for i in range(500)]
    for kind in kinds:
        for _ in range(3):
            record_error(exc_info=raised(fail_with, kind, big))
    assert counters()["waiting"] <= 1000
    assert counted("dropped_queue_full", before) >= 500
    server = Server(port)
    wait_until(lambda: flush(5), 60)
    assert len(server.events) + counted("dropped_queue_full", before) == 1500
    server.close()


def fail_with(kind, self):
    raise kind("queue")


# ---- processes

FORK = """
import flawless.client, os, sys
from multiprocessing import get_context

def report(text, times=1):
    for _ in range(times):
        try:
            raise ValueError(text)
        except ValueError:
            flawless.client.record_error()

def child(text):
    report(text, 3)

flawless.client.set_hostports([sys.argv[1]])
if __name__ != "__main__":
    sys.argv[2:] = []            # a spawned child: child() is called
else:
    report("parent", 13)         # the thread runs, and the throttle holds three
if sys.argv[2:] == ["os.fork"]:
    pid = os.fork()
    if pid == 0:
        report("child", 3)
        flawless.client.flush(10)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
elif sys.argv[2:]:
    process = get_context(sys.argv[2]).Process(target=child, args=("child",))
    process.start()
    process.join()
    assert process.exitcode == 0
if sys.argv[2:]:
    report("parent")
"""


@pytest.mark.parametrize("how", ["os.fork", "fork", "forkserver", "spawn"])
def test_a_child_process_reports_its_own_and_nothing_of_its_parents(run_program, how):
    if how == "os.fork" and "libasan" in open("/proc/self/maps").read():
        pytest.skip("a thread of a forked child may find ASan's own allocator locked")
    server = Server()
    done = run_program(FORK, server.dsn, how)
    assert done.returncode == 0, done.stderr
    texts = {}
    for event in server.events:
        text = event["exception"]["values"][0]["value"]
        texts[text] = texts.get(text, 0) + event["contexts"]["flawless"]["error_count"]
    assert texts == {"parent": 14, "child": 3}
    assert len({event["event_id"] for event in server.events}) == len(server.events)
    server.close()


FORK_STORM = """
import flawless.client, os, sys, threading
flawless.client.set_hostports([sys.argv[1]])

def report():
    try:
        raise ValueError("storm")
    except ValueError:
        flawless.client.record_error()

stop = threading.Event()
def work():
    while not stop.is_set():
        report()
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(60):
    pid = os.fork()
    if pid == 0:
        report()
        os._exit(0 if flawless.client.flush(20) else 1)
    assert os.waitpid(pid, 0)[1] == 0
stop.set()
for thread in threads:
    thread.join()
"""


def test_forking_while_threads_report_never_hangs(run_program):
    server = Server()
    done = run_program(FORK_STORM, server.dsn, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(server.events) >= 60
    server.close()


EXIT = """
import flawless.client, sys
flawless.client.set_hostports([sys.argv[1]])
for _ in range(100):
    try:
        raise ValueError("at the end")
    except ValueError:
        flawless.client.record_error()
"""


def test_the_end_of_the_process_sends_what_waits(run_program):
    server = Server()
    done = run_program(EXIT, server.dsn)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert occurrences(server.events) == 100
    server.close()


def test_a_crashing_program_reports_and_ends_as_it_would(run_program):
    server = Server()
    done = run_program(EXIT + "\nraise RuntimeError('crash')", server.dsn)
    assert done.returncode == 1
    assert "RuntimeError: crash" in done.stderr
    assert occurrences(server.events) == 100
    server.close()


@pytest.mark.parametrize("kind", ["silent", "refusing", "unroutable", "nameless"])
def test_the_end_of_the_process_is_not_held_up(run_program, kind):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = {
            "silent": "127.0.0.1:%d" % silent.getsockname()[1],
            "refusing": "127.0.0.1:%d" % free_port(),
            "unroutable": "192.0.2.1:9028",
            "nameless": "no-such-host.invalid:9028",
        }[kind]
        idle = time.monotonic()
        run_program("import flawless.client")
        idle = time.monotonic() - idle
        start = time.monotonic()
        done = run_program(EXIT, address)
        assert (done.returncode, done.stdout) == (0, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith("reports lost at the end of the program: ")
        assert time.monotonic() - start - idle < 3.5


def test_no_thread_is_started_before_the_first_report(run_program):
    source = """
import os, flawless.client
flawless.client.set_hostports(["127.0.0.1:9"])
before = len(os.listdir("/proc/self/task"))
flawless.client.record_error(exc_info=ValueError(1))
print(before, len(os.listdir("/proc/self/task")))
"""
    assert run_program(source).stdout == "1 2\n"


def test_the_senders_thread_takes_none_of_the_programs_signals(server):
    record_error(exc_info=ValueError("signals"))
    assert flush(10)
    masks = []
    for thread in os.listdir("/proc/self/task"):
        try:
            with open("/proc/self/task/%s/status" % thread) as file:
                fields = dict(line.split(":", 1) for line in file)
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread of the test's server that has ended meanwhile
        masks.append(int(fields["SigBlk"], 16))
    usual = 0x7FFFFFFE  # the classic signals, SIGKILL and SIGSTOP aside
    usual &= ~(1 << 8 | 1 << 18)
    assert any(mask & usual == usual for mask in masks)


def test_servers_can_be_changed_while_reports_are_sent():
    servers = [Server(), Server()]
    for number in range(100):
        set_hostports([servers[number % 2].dsn])
        record_error(exc_info=ValueError(number))
    assert flush(10)
    assert occurrences(servers[0].events + servers[1].events) == 100
    for server in servers:
        server.close()


def test_turning_reporting_off_costs_nothing(server):
    set_hostports([])
    before = counters()
    record_error(exc_info=ValueError("off"))
    assert counters()["occurrences"] == before["occurrences"]
    assert flawless.client.flush(1)
