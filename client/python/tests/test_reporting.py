# SPDX-License-Identifier: MIT
"""Which exceptions are reported, how often, and in whose name."""

import asyncio
import subprocess
import threading

import pytest
from conftest import KEY, Server, occurrences, raised

import flawless
import flawless.client
from flawless.client import default, record_error, set_hostport, set_hostports
from flawless.lib import config


def test_an_exception_is_reported_once(server):
    exception = raised(int, "x")
    for _ in range(3):
        record_error(exc_info=exception)
    assert len(server.flushed()) == 1


def test_an_exception_that_refuses_attributes_is_reported_once(server):
    class Frozen(Exception):
        def __setattr__(self, name, value):
            raise AttributeError("frozen")

    exception = Frozen("x")
    record_error(exc_info=exception)
    record_error(exc_info=exception)
    assert len(server.flushed()) == 1


def test_what_ends_a_program_is_no_error(server):
    for kind in (SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError):
        record_error(exc_info=kind())
    assert server.flushed() == []


def test_nothing_is_reported_when_nothing_is_wrong(server):
    record_error()
    record_error(exc_info=(None, None, None))
    assert server.flushed() == []


def test_record_error_never_raises(server):
    record_error(exc_info=5)
    record_error(exc_info=(1, 2, 3))
    record_error(exc_info=())
    record_error(exc_info=ValueError("a"), hostname=5, error_threshold="many")
    record_error(exc_info=ValueError("b"), additional_info=lambda: 1 / 0)
    record_error(exc_info=ValueError("c"), additional_info=object(), preceding_stack=7)
    record_error(exc_info=ValueError("d"), error_threshold=float("inf"))
    events = server.flushed()
    assert [event["exception"]["values"][0]["value"] for event in events] == ["a", "b", "c", "d"]


def test_an_exception_may_be_given_as_other_monitors_and_logging_take_it(server):
    record_error(ValueError("first argument"))
    try:
        int("x")
    except ValueError:
        record_error(exc_info=True)
    record_error(exc_info=True)
    said = [event["exception"]["values"][0]["value"] for event in server.flushed()]
    assert said == ["first argument", "invalid literal for int() with base 10: 'x'"]


def test_the_tenth_is_sent_then_powers_of_two_and_the_count_is_exact(server):
    def fail():
        raise ValueError("again")

    for _ in range(1000):
        record_error(exc_info=raised(fail))
    events = server.flushed()
    counts = [event["contexts"]["flawless"]["error_count"] for event in events]
    assert counts == [1] * 10 + [6, 16, 32, 64, 128, 256] + [488]
    assert len({event["event_id"] for event in events}) == 17


def test_different_lines_types_and_ways_are_counted_apart(server):
    def one():
        raise ValueError("one")

    def two(kind):
        raise kind("two")

    for _ in range(20):
        record_error(exc_info=raised(one))
        record_error(exc_info=raised(two, KeyError))
        record_error(exc_info=raised(two, IndexError))
        record_error(exc_info=raised(lambda: two(IndexError)))
    events = server.flushed()
    assert len(events) == 4 * 12
    assert occurrences(events) == 80


def test_threads_count_exactly(server):
    def fail():
        raise ValueError("in a thread")

    def work():
        for _ in range(500):
            record_error(exc_info=raised(fail))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert occurrences(server.flushed()) == 4000


def test_reporting_from_within_a_report_does_nothing(server):
    class Reporting:
        def __repr__(self):
            record_error(exc_info=ValueError("from a repr"))
            return "reporting"

    def fail():
        value = Reporting()
        raise LookupError(id(value))

    record_error(exc_info=raised(fail))
    (event,) = server.flushed()
    frame = event["exception"]["values"][0]["stacktrace"]["frames"][-1]
    assert frame["vars"]["value"] == "reporting"


# ---- addresses and keys


def last_key(server):
    record_error(exc_info=ValueError("key"))
    server.flushed()
    return server.requests[-1].headers["X-Sentry-Auth"]


def test_a_bare_address_gets_the_key_of_the_environment_or_none(server, monkeypatch):
    address = "127.0.0.1:%d" % server.port
    set_hostport(address)
    assert last_key(server) is None
    monkeypatch.setenv("FLAWLESS_DSN", "http://fromdsn@elsewhere:1/1")
    set_hostports([address])
    assert "sentry_key=fromdsn" in last_key(server)
    monkeypatch.setenv("FLAWLESS_KEY", "fromkey")
    set_hostports([address])
    assert "sentry_key=fromkey" in last_key(server)


def test_init_takes_a_dsn_with_project_and_prefix(server):
    flawless.init(dsn="http://k@127.0.0.1:%d/monitor/42" % server.port)
    assert "sentry_key=k" in last_key(server)
    assert server.requests[-1].path == "/monitor/api/42/envelope/"


def test_a_dsn_may_name_several_servers(server):
    flawless.init(dsn="http://127.0.0.1:9/1, %s," % server.dsn, hooks=False)
    record_error(exc_info=ValueError("one of them is there"))
    assert len(server.flushed()) == 1


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"dsn": 5}, "dsn has to be text"),
        ({"client_timeout": "soon"}, "client_timeout has to be seconds from 0.001 to 3600, not 'soon'"),
        ({"client_timeout": float("nan")}, "client_timeout"),
        ({"client_timeout": 0}, "client_timeout"),
        ({"ca_file": "/nowhere/ours.pem"}, "ca_file /nowhere/ours.pem: there is no such file"),
    ],
)
def test_init_names_what_is_wrong(wrong, said):
    with pytest.raises(ValueError) as caught:
        flawless.init(**{"dsn": "127.0.0.1:9", "hooks": False, **wrong})
    assert said in str(caught.value)


def test_malformed_addresses_are_refused_and_the_old_ones_stay(server):
    for wrong in ("", "host:port", "http://key@host:1/x", "a b:1"):
        with pytest.raises(ValueError, match="is no address of a Flawless server"):
            set_hostports([wrong])
    for wrong in ("host:1", [5], None):
        with pytest.raises((ValueError, TypeError)):
            set_hostports(wrong)
    assert KEY in last_key(server)


def test_the_configuration_file_names_servers_key_and_timeout(server, tmp_path):
    path = tmp_path / "flawless.cfg"
    path.write_text(
        "[flawless]\nflawless_hostports = 127.0.0.1:%d\nclient_timeout = 3\nproject_key = fromcfg\n"
        "log_format = 100%%\n" % server.port
    )
    config.init_config(str(path))
    assert "sentry_key=fromcfg" in last_key(server)
    flawless.client.client._delivery = flawless.client.client.Delivery()


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "no section"),
        ("[flawless]\nclient_timeout = soon\n", "client_timeout is 'soon'"),
        ("[flawless]\nflawless_hostports = a:b\n", "flawless_hostports: .*port"),
        ("no configuration", "no configuration file"),
    ],
)
def test_a_malformed_configuration_file_is_named(tmp_path, text, complaint):
    path = tmp_path / "flawless.cfg"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint) as refusal:
        config.init_config(path)
    assert str(path) in str(refusal.value)
    with pytest.raises(OSError):
        config.init_config(tmp_path / "missing.cfg")


PROGRAM = """
import flawless.client, sys
flawless.client.record_error(exc_info=ValueError("x"))
"""


def test_the_environment_alone_is_enough(run_program):
    server = Server()
    done = run_program(PROGRAM, FLAWLESS_DSN=server.dsn)
    assert done.returncode == 0, done.stderr
    (event,) = server.events
    assert "release" not in event
    server.close()


def test_the_default_module_names_a_server(run_program):
    server = Server()
    source = "import flawless.client.default as d\nd.hostport = %r\n" % server.dsn
    assert run_program(source + PROGRAM).returncode == 0
    assert len(server.events) == 1
    server.close()


def test_a_malformed_address_in_the_environment_is_said_once(run_program):
    done = run_program(PROGRAM * 2, FLAWLESS_DSN="http://hush@host:port/1")
    assert done.returncode == 0
    assert done.stderr.count("RuntimeWarning: nothing is reported: ") == 1
    assert "the port is not a number" in done.stderr and "hush" not in done.stderr


def test_without_a_server_nothing_happens(run_program):
    done = run_program(PROGRAM + "print(flawless.client.counters()['occurrences'])")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_default_hostport_is_none():
    assert default.hostport is None


# ---- release and environment


def git(directory, *arguments):
    command = ["git", "-C", str(directory), "-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(
        [*command, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_release_is_the_commit_checked_out_beside_the_program(run_program, tmp_path):
    server = Server()
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD")
    run_program(PROGRAM, FLAWLESS_DSN=server.dsn)
    git(tmp_path, "pack-refs", "--all")
    run_program(PROGRAM, FLAWLESS_DSN=server.dsn)
    git(tmp_path, "checkout", "-q", "--detach")
    run_program(PROGRAM, FLAWLESS_DSN=server.dsn)
    assert [event["release"] for event in server.events] == [commit] * 3
    server.close()


def test_a_work_tree_has_its_own_commit(run_program, tmp_path):
    server = Server()
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "-q")
    git(repository, "commit", "-q", "--allow-empty", "-m", "one")
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    git(tmp_path / "tree", "commit", "-q", "--allow-empty", "-m", "two")
    (tmp_path / "tree" / "main.py").write_text(PROGRAM)
    source = "import runpy, sys, os\nos.chdir(os.path.join(os.path.dirname(__file__), 'tree'))\n"
    run_program(source + PROGRAM, FLAWLESS_DSN=server.dsn)
    assert server.events[0]["release"] == git(tmp_path / "tree", "rev-parse", "HEAD")
    server.close()


def test_variables_name_release_and_environment(run_program):
    server = Server()
    run_program(PROGRAM, FLAWLESS_DSN=server.dsn, SENTRY_RELEASE="s1", SENTRY_ENVIRONMENT="test")
    run_program(
        PROGRAM,
        FLAWLESS_DSN=server.dsn,
        SENTRY_RELEASE="s1",
        FLAWLESS_RELEASE="f1",
        FLAWLESS_ENVIRONMENT="staging",
    )
    found = [(event["release"], event["environment"]) for event in server.events]
    assert found == [("s1", "test"), ("f1", "staging")]
    server.close()
