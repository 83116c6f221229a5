# SPDX-License-Identifier: MIT
"""libflawless in programs in C99 and C++, against a real server and against bad ones."""

import concurrent.futures
import contextlib
import json
import pathlib
import shlex
import subprocess
import time

import pytest
from certificates import Certificate
from receiver import KEY, Hanging, Receiver
from server import environment_without
from stage import free_port, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ["FLAWLESS_DSN", "FLAWLESS_KEY", "FLAWLESS_RELEASE", "SENTRY_RELEASE", "http_proxy"]


class Ended:
    """What a program left behind."""

    def __init__(self, run, seconds):
        self.run, self.seconds = run, seconds
        self.lines = dict(line.split(" ", 1) for line in run.stdout.splitlines())

    def __getitem__(self, name):
        return int(self.lines[name])


def run_report(program, dsn, *what, options="", timeout=60, **environment):
    started_at = time.monotonic()
    finished = subprocess.run(
        [program, *map(str, what)],
        env={
            **environment_without(*NAMES),
            "FLAWLESS_DSN": dsn,
            "REPORT_SET": options,
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert finished.stderr == ""
    assert finished.returncode == 0
    return Ended(finished, time.monotonic() - started_at)


@pytest.fixture
def report(binary):
    """Runs tests/client/report.c."""

    def run(dsn, *what, language="c", **more):
        program = binary.parent / "tests" / "client" / f"report_{language}"
        return run_report(program, dsn, *what, **more)

    return run


@pytest.fixture(scope="module")
def release_report(release_binary, tmp_path_factory):
    """The same without sanitizers: AddressSanitizer's own locks do not survive a fork among
    threads that allocate."""
    program = tmp_path_factory.mktemp("release") / "report"
    subprocess.run(
        ["cc", ROOT / "tests" / "client" / "report.c", f"-I{ROOT / 'include'}"]
        + [release_binary.parent / "client" / "c" / "libflawless.a", "-lcurl", "-lz", "-pthread"]
        + ["-o", program],
        check=True,
    )

    def run(*arguments, **more):
        return run_report(program, *arguments, **more)

    return run


@pytest.fixture
def receiver():
    with contextlib.closing(Receiver()) as receiver:
        yield receiver


@pytest.mark.parametrize("language", ["c", "cxx"])
def test_all_that_a_report_can_have_arrives_without_its_secrets(receiver, report, language):
    report(
        receiver.dsn,
        "full",
        language=language,
        options="release=v1.2.3 environment=staging server_name=web-1 scrub=tentacle",
    )
    (event,) = receiver.accepted()
    (exception,) = event["exception"]["values"]
    assert exception["type"] == "Full"
    assert exception["value"] == 'login of "ann" failed, password=[Filtered] \ufffd'
    main, login = exception["stacktrace"]["frames"]
    assert main == {
        "abs_path": "src/main.c",
        "function": "main",
        "context_line": "    run();",
        "lineno": 10,
        "vars": {"argc": "1"},
    }
    assert login["vars"] == {"password": "[Filtered]", "tentacles": "[Filtered]"}
    assert event["request"]["method"] == "POST"
    assert "abcdefgh12345" not in event["request"]["url"]
    assert event["request"]["headers"] == {"User-Agent": "curl", "Authorization": "[Filtered]"}
    assert event["tags"] == {"queue": "mail"}
    assert event["user"] == {"id": "17"}
    assert event["contexts"]["flawless"] == {"error_count": 1, "error_threshold": 3}
    told = [event[name] for name in ("platform", "release", "environment", "server_name")]
    assert told == ["c", "v1.2.3", "staging", "web-1"]


def test_the_example_tells_a_real_server_of_its_bad_lines(binary, make_server, tmp_path):
    server = make_server().start()
    orders = tmp_path / "orders.txt"
    orders.write_text("tea 1.50\nnothing\n" + "milk\n" * 99 + "cake 2\n")
    run = subprocess.run(
        [str(binary.parent / "tests" / "client" / "orders"), str(orders)],
        env={**environment_without(*NAMES), "FLAWLESS_DSN": server.dsn},
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "3.50\n", "")
    wait_for(
        "all occurrences",
        lambda: sum(error["error_count"] for error in server.week_errors()) == 100,
    )


def test_what_is_installed_is_enough_to_build_a_program(binary, tmp_path):
    build = binary.parent
    subprocess.run(
        ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", tmp_path],
        check=True,
        capture_output=True,
    )
    options = json.loads(
        subprocess.check_output(["meson", "introspect", build, "--buildoptions"], text=True)
    )
    sanitize = {option["name"]: option["value"] for option in options}["b_sanitize"]
    (pc,) = tmp_path.rglob("flawless.pc")
    (header,) = tmp_path.rglob("flawless.h")
    prefix = header.parents[1]
    assert list(tmp_path.rglob("flawless.3*"))
    config = ["pkg-config", f"--define-variable=prefix={prefix}", "--cflags", "--libs", pc]
    flags = shlex.split(subprocess.check_output(config, text=True))
    static = ["-l:libflawless.a" if flag == "-lflawless" else flag for flag in flags]
    for kind, flags in (("shared", flags), ("static", [*static, "-lcurl", "-lz", "-pthread"])):
        program = tmp_path / f"orders_{kind}"
        subprocess.run(
            ["cc", f"-fsanitize={sanitize}", "-std=c99", ROOT / "examples" / "c" / "orders.c"]
            + [*flags, "-o", program],
            check=True,
        )
        needed = subprocess.check_output(["readelf", "-d", program], text=True)
        assert ("libflawless.so.0" in needed) == (kind == "shared")


def test_a_million_occurrences_are_counted_exactly_and_memory_stays_flat(make_server, report):
    server = make_server().start()
    ended = report(server.dsn, "growth", 1_000_000, timeout=300)
    wait_for(
        "a million",
        lambda: sum(error["error_count"] for error in server.week_errors()) == 1_000_000,
    )
    assert ended["grown_kb"] < 8 * 1024
    assert ended["occurrences"] == 1_000_000


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"HTTP/1.1 200 O"]
)
def test_a_server_that_hangs_holds_up_neither_work_nor_end(report, answer):
    with contextlib.closing(Hanging(answer)) as hanging:
        ended = report(hanging.dsn, "many", 300, options="exit_timeout_ms=300")
        assert ended["sent"] == 0
        assert ended["waiting"] + ended["occurrences"] >= 300
        assert ended.seconds < 30


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
def test_a_flush_keeps_its_deadline_when_the_server_hangs(report, answer):
    with contextlib.closing(Hanging(answer)) as hanging:
        ended = report(hanging.dsn, "flush", 200, options="exit_timeout_ms=0")
        assert ended["flushed"] == 0


def test_the_end_of_the_process_sends_what_waits(receiver, report):
    report(receiver.dsn, "many", 50, options="exit_timeout_ms=20000")
    assert len(receiver.accepted()) == 50


def test_what_was_only_counted_is_sent_at_the_end(receiver, report):
    report(receiver.dsn, "same", 1000)
    assert receiver.occurrences() == 1000
    assert len(receiver.accepted()) < 20


def test_a_server_that_asks_for_patience_gets_it(receiver, report):
    receiver.answers = [(429, {"Retry-After": "1"})]
    ended = report(receiver.dsn, "flush", 20000)
    assert ended["flushed"] == 1
    assert ended["retried"] == 1
    assert ended.seconds >= 1
    assert [status for status, _ in receiver.requests] == [429, 200]


def test_another_server_takes_what_the_first_does_not(receiver, report):
    dead = f"http://{KEY}@127.0.0.1:{free_port()}/1"
    ended = report(f"{dead},{receiver.dsn}", "many", 100, options="exit_timeout_ms=20000")
    assert ended["occurrences"] == 100
    assert len({event["event_id"] for event in receiver.accepted()}) == 100


def test_what_was_lost_reaches_the_server_with_a_later_report(make_server, report):
    server = make_server().start()
    dead = f"http://{KEY}@127.0.0.1:{free_port()}/1"
    ended = report(dead, "lose", 1200, REPORT_THEN=server.dsn)
    lost = ended["dropped_queue_full"]
    assert lost >= 100
    told = server.json("/check_health")["server"]["reports"]["lost_by_clients"]
    assert told["queue_overflow"] == lost
    name = 'flawless_client_reports_lost_total{reason="queue_overflow"} '
    assert f"{name}{lost}\n" in server.get("/metrics", accept="text/plain")


def test_a_spool_survives_the_process_and_is_sent_by_the_next(receiver, report, tmp_path):
    spool = tmp_path / "spool"
    dead = f"http://{KEY}@127.0.0.1:{free_port()}/1"
    ended = report(dead, "many", 20, options=f"spool={spool} exit_timeout_ms=0")
    assert ended["dropped_at_exit"] == 0
    files = list(spool.iterdir())
    assert len(files) == 20
    assert {file.suffix for file in files} == {".envelope"}
    (spool / ("f" * 32 + ".envelope")).write_bytes(b"")  # as a lost power supply leaves it

    report(receiver.dsn, "drain", 21, options=f"spool={spool}")
    lines = [
        event["exception"]["values"][0]["stacktrace"]["frames"][0]["lineno"]
        for event in receiver.accepted()
        if event["exception"]["values"][0]["type"] == "Many"
    ]
    assert sorted(lines) == list(range(1, 21))
    assert [file.stat().st_size for file in spool.iterdir()] == [0]


def test_processes_that_share_a_spool_send_each_report_once(receiver, report, tmp_path):
    spool = tmp_path / "spool"
    dead = f"http://{KEY}@127.0.0.1:{free_port()}/1"
    report(dead, "many", 100, options=f"spool={spool} exit_timeout_ms=0")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(report, receiver.dsn, "drain", 5, options=f"spool={spool}")
            for _ in range(4)
        ]
        for run in runs:
            run.result()
    report(receiver.dsn, "drain", 1 + len(list(spool.iterdir())), options=f"spool={spool}")
    ids = [
        event["event_id"]
        for event in receiver.accepted()
        if event["exception"]["values"][0]["type"] == "Many"
    ]
    assert (len(ids), len(set(ids))) == (100, 100)


def test_the_end_waits_neither_for_a_slow_disk_nor_for_who_is_taken_down_before(
    receiver, binary, tmp_path
):
    program = binary.parent / "tests" / "client" / "at_exit"
    dead = f"http://{KEY}@127.0.0.1:{free_port()}/1"
    ended = run_report(program, dead, tmp_path / "spool", 200)
    assert ended["spooled"] == 200
    assert ended.seconds < 6  # 10 s and more for the disk alone
    ended = run_report(program, receiver.dsn, "", 3)
    assert ended["sent"] == 3


def test_a_spool_that_others_can_write_is_refused(report, tmp_path):
    tmp_path.chmod(0o777)
    ended = report("", "same", options=f"spool={tmp_path}")
    assert "others may write there" in ended.lines["error"]


def test_forks_among_reporting_threads_neither_hang_nor_lose_a_child(
    receiver, release_report
):
    ended = release_report(receiver.dsn, "forks", 50, timeout=120)
    assert ended["failed"] == 0
    types = [event["exception"]["values"][0]["type"] for event in receiver.accepted()]
    assert types.count("Child") == 50


def test_what_stands_in_the_way_is_said_in_one_sentence(make_server, report, tmp_path):
    certificate = Certificate(tmp_path, "signed")
    server = make_server(**certificate.options()).start()
    secure = f"https://{server.key}@127.0.0.1:{server.port}/1"

    def trouble(dsn, **more):
        return report(dsn, "flush", 20000, **more).lines["trouble"]

    assert "FLAWLESS_CA_FILE" in trouble(secure)
    assert "FLAWLESS_CA_FILE" in trouble(secure, options="ca_file=/nowhere.pem")
    assert trouble(secure, options=f"ca_file={certificate.path}") == "none"
    assert trouble(secure, FLAWLESS_CA_FILE=str(certificate.path)) == "none"
    assert trouble(server.dsn) == "none"
    assert "flawless dsn" in trouble(server.dsn.replace(server.key, KEY))
    assert "no answer" in trouble(f"http://{KEY}@127.0.0.1:{free_port()}/1")


@pytest.mark.parametrize(
    "dsn, option, complaint",
    [
        ("http://sesame@host:0/1", "", "host:0"),
        ("", "timeout_ms=soon", "timeout_ms"),
        ("", "colour=red", "colour"),
    ],
)
def test_what_cannot_be_used_is_named(report, dsn, option, complaint):
    ended = report(dsn, "same", options=option)
    assert complaint in ended.lines["error"]
    assert "sesame@" not in ended.lines["error"]
    assert ended["occurrences"] == 0
