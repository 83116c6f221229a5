# SPDX-License-Identifier: MIT
"""Framed Thrift on the port that speaks HTTP too, from Apache Thrift's own library."""

import pytest
import thrift_client
from stage import wait_for
from thrift.Thrift import TApplicationException
from thrift_client import Client, RecordErrorArguments, RecordErrorRequest, StackLine, VoidResult


def request_for(bug, **more):
    line = StackLine(
        filename=f"/srv/app/{bug.path}",
        line_number=bug.line,
        function_name="run",
        text=bug.text,
        frame_locals={"code": "'WINTER'"},
    )
    return RecordErrorRequest(
        traceback=[line],
        exception_message="KeyError: 'WINTER'",
        exception_type="KeyError",
        hostname="web-1",
        **more,
    )


def test_the_library_reads_the_idl_s_structs_as_the_idl_says():
    """The structs are written by hand; the IDL is what people read."""
    import re

    from conftest import ROOT

    idl = (ROOT / "tests" / "e2e" / "flawless.thrift").read_text()
    for struct in (StackLine, RecordErrorRequest):
        body = re.search(rf"struct {struct.__name__} {{(.*?)}}", idl, re.DOTALL).group(1)
        fields = re.findall(r"(\d+): (?:optional )?[\w<>, ]+? (\w+),", body)
        assert fields == [(str(entry[0]), entry[2]) for entry in struct.thrift_spec[1:]]


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "old"])
def test_ping_answers_true_and_a_report_is_answered_and_counted(server, bugs, strict):
    bug, client = bugs["grace"], Client(server.port, strict)
    assert client.ping() is True
    client.record_error(request_for(bug))
    assert server.count_of(bug.path) == 1
    client.record_error(
        request_for(bug, error_count=9, error_threshold=10, additional_info="GET /")
    )
    assert server.count_of(bug.path) == 10
    assert client.ping() is True
    client.close()
    letters = server.wait_for_letters(1)
    assert [letter["to"] for letter in letters] == [bug.author]


def test_calls_sent_at_once_are_answered_in_order(server, bugs):
    client, calls = Client(server.port), 50
    for _ in range(calls):
        client.send("record_error", RecordErrorArguments(request=request_for(bugs["ada"])))
    answered = [client.receive("record_error", VoidResult())[0] for _ in range(calls)]
    assert answered == list(range(1, calls + 1))
    assert server.count_of(bugs["ada"].path) == calls


def test_an_unknown_method_is_answered_as_such_and_the_connection_goes_on(server):
    client = Client(server.port)
    with pytest.raises(TApplicationException) as refusal:
        client.call("explode", thrift_client.NoArguments(), VoidResult())
    assert refusal.value.type == TApplicationException.UNKNOWN_METHOD
    assert client.ping() is True


def test_an_empty_report_and_one_without_a_frame_of_ours_are_kept(server):
    client = Client(server.port)
    client.record_error(RecordErrorRequest())
    client.record_error(
        RecordErrorRequest(
            traceback=[StackLine(filename="/usr/lib/other.py", line_number=1, text="x()")],
            exception_type="OSError",
        )
    )
    assert client.ping() is True
    server.check_unharmed()


def test_text_that_is_not_utf8_is_taken(server, bugs, monkeypatch):
    bug, client = bugs["linus"], Client(server.port)
    request = request_for(bug)
    request.exception_message = "caf\udce9"
    write = client.protocol.trans.write
    monkeypatch.setattr(
        client.protocol, "writeString", lambda text: write_bytes(client.protocol, text)
    )
    client.record_error(request)
    assert write
    wait_for("counting it", lambda: server.count_of(bug.path) == 1)


def write_bytes(protocol, text):
    data = text.encode("utf-8", "surrogateescape")
    protocol.writeI32(len(data))
    protocol.trans.write(data)


def test_connections_that_end_while_git_is_being_started_leave_nothing_behind(server, bugs):
    """A child that is just being started has every socket of the server for a moment."""
    bug = bugs["grace"]
    for line in range(1, 61):  # each a new site, so git is asked about it
        client = Client(server.port)
        request = request_for(bug)
        request.traceback[0].line_number = line
        request.traceback[0].text = f"line {line}"
        client.record_error(request)
        client.close()
    assert Client(server.port).ping() is True
    wait_for("counting them", lambda: len(server.week_errors()) == 60)
