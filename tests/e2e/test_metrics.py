# SPDX-License-Identifier: MIT
"""/metrics: the format to the letter, and numbers that are what was sent."""

import json
import math
import re
import sqlite3
import urllib.request

import pytest
from conftest import ROOT
from reports import envelope
from stage import PATIENCE_S, status_of, wait_for

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\]|\\\\|\\n)*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")


def parse(text):
    """{family: (type, {(sample, labels): value})}; whatever the format does not allow fails."""
    assert text.endswith("\n")
    families, name = {}, None
    lines = iter(text[:-1].split("\n"))
    for line in lines:
        if found := HELP.fullmatch(line):
            name = found.group(1)
            assert name not in families, f"{name} comes twice, or in two pieces"
            kind = TYPE.fullmatch(next(lines))
            assert kind, f"HELP of {name} is not followed by its TYPE"
            assert kind.group(1) == name
            families[name] = (kind.group(2), {})
            continue
        found = SAMPLE.fullmatch(line)
        assert found, line
        sample, labels, value = found.groups()
        kind, samples = families[name]
        suffixes = ["_bucket", "_sum", "_count"] if kind == "histogram" else [""]
        assert sample in [name + suffix for suffix in suffixes], f"{sample} stands under {name}"
        assert (sample, labels) not in samples
        samples[sample, labels] = float(value)
    for name, (kind, samples) in families.items():
        check_family(name, kind, samples)
    return families


def check_family(name, kind, samples):
    assert samples, f"{name} has no sample"
    assert name.endswith("_total") == (kind == "counter"), name
    if kind != "histogram":
        return
    buckets = [
        (float(re.fullmatch(r'le="([^"]+)"', labels).group(1)), value)
        for (sample, labels), value in samples.items()
        if sample == name + "_bucket"
    ]
    assert buckets == sorted(buckets), name
    assert [value for _, value in buckets] == sorted(value for _, value in buckets), name
    assert buckets[-1] == (math.inf, samples[name + "_count", None])
    assert (name + "_sum", None) in samples


def metrics(server):
    """(sample's value by name or by name and label, families)"""
    with urllib.request.urlopen(server.url + "/metrics", timeout=PATIENCE_S) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = parse(answer.read().decode())
    values = {}
    for _, samples in families.values():
        for (sample, labels), value in samples.items():
            values[f"{sample}{{{labels}}}" if labels else sample] = value
    return values, families


def test_the_parser_is_strict():
    good = "# HELP a_total x\n# TYPE a_total counter\na_total 1\n"
    parse(good)
    for bad in (
        good[:-1],
        good + good,
        good + "a_total 2\n",
        good + "b 2\n",
        good.replace("counter", "gauge"),
        good.replace("a_total 1", "a_total  1"),
        good.replace("# TYPE", "#TYPE"),
        good + "\n",
    ):
        with pytest.raises((AssertionError, StopIteration, ValueError)):
            parse(bad)


def test_numbers_are_what_was_sent(make_server, bugs):
    server = make_server()
    rules = server.directory / "ignored_exceptions"
    rules.write_text('["not worth it", {"exception_type": "KeyboardInterrupt"}]')
    server.start()
    before, _ = metrics(server)
    assert before["flawless_reports_accepted_total"] == 0
    assert before["flawless_errors"] == 0
    sender = server.sender()
    for _ in range(5):
        sender.report(bugs["ada"].event())
    sender.report(bugs["grace"].event(), bugs["grace"].event())
    sender.report(bugs["ada"].event(kind="KeyboardInterrupt"))
    header, session = b"{}", b'{"type":"session","length":2}\n{}'
    assert sender.post(header + b"\n" + session + b"\n")[0] == 200
    assert sender.post(b"this is no envelope")[0] == 400
    sender.key = "0" * 32
    assert sender.post(envelope(bugs["ada"].event()))[0] == 403
    server.wait_for_letters(1)
    wait_for("git", lambda: metrics(server)[0]["flawless_blames_done_total"] == 2)
    values, _ = metrics(server)
    assert values["flawless_reports_accepted_total"] == 7
    assert values["flawless_occurrences_total"] == 7
    assert values["flawless_requests_refused_total"] == 0
    assert values["flawless_requests_bad_input_total"] == 2
    assert values["flawless_items_dropped_total"] == 1
    assert values["flawless_reports_ignored_total"] == 1
    assert values["flawless_batch_reports_sum"] == 7
    assert values["flawless_batch_reports_count"] == values["flawless_commit_seconds_count"]
    assert 0 < values["flawless_commit_seconds_sum"] < PATIENCE_S
    assert values["flawless_errors"] == 2
    assert values['flawless_letters{state="kept"}'] == 1
    assert values['flawless_letters{state="sent"}'] == 0
    assert values['flawless_letter_attempts_total{outcome="sent"}'] == 0
    assert values["flawless_blames_waiting"] == values["flawless_blames_running"] == 0
    assert values["flawless_blames_failed_total"] == 0
    assert values["flawless_ledger_waiting"] == values["flawless_ledger_failing"] == 0
    assert values["flawless_ledger_silent_seconds"] <= 5
    assert values["flawless_store_readable"] == 1
    assert 0 <= values["flawless_uptime_seconds"] < 600
    resident = server.status_of_process("VmRSS") * 1024
    assert resident / 2 < values["process_resident_memory_bytes"] < resident * 2
    version = server.json("/check_health")["version"]
    assert values[f'flawless_build_info{{version="{version}"}}'] == 1


def test_each_metric_is_explained(server):
    explained = (ROOT / "docs" / "operations.md").read_text()
    _, families = metrics(server)
    assert [name for name in families if f"`{name}" not in explained] == []
    for name in set(re.findall(r"`((?:flawless|process)_[a-z_]+)", explained)):
        if name not in server.json("/check_health")["options"] and "hostports" not in name:
            assert name in families, name


def test_metrics_are_no_more_public_than_pages(server):
    sender = server.sender()
    status, _, _ = sender.request("GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert status == 403
    assert sender.request("POST", "/metrics")[0] == 405


def test_a_store_that_cannot_be_written_makes_health_503_until_it_can(make_server, bugs):
    server = make_server().start()
    sender = server.sender()
    sender.report(bugs["ada"].event())
    path = server.directory / "state" / "flawless.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, _, body = sender.post(envelope(bugs["ada"].event()))
    assert status == 503, body
    assert status_of(server.url + "/check_health") == 503
    values, _ = metrics(server)
    assert values["flawless_ledger_failing"] == 1
    assert values["flawless_requests_refused_total"] == 1
    health = sender.request("GET", "/check_health", headers={"Accept": "application/json"})[2]
    assert "reports cannot be committed" in json.loads(health)["problems"][0]
    other.execute("ROLLBACK")
    other.close()
    sender.report(bugs["ada"].event())
    assert status_of(server.url + "/check_health") == 200
    assert metrics(server)[0]["flawless_ledger_failing"] == 0
