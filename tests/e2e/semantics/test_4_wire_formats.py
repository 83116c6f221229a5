# SPDX-License-Identifier: MIT
"""What the server hears: framed Thrift calls and Sentry envelopes, on one port.

The same story by both ways has the same end: test_4_same_by_both_ways.py
The bytes of both: tests/e2e/test_thrift.py, tests/e2e/test_http.py
Stock Sentry SDKs: tests/e2e/test_sentry_sdk.py::test_its_exceptions_become_one_letter_with_variables
What our own client sends: client/python/tests/test_real_server.py::test_a_real_server_counts_every_occurrence_for_the_author_of_the_line
"""

import urllib.parse

import pytest
from lines import count_of, error_at, record, report, wait_for_letter
from thrift_client import Client, RecordErrorArguments, RecordErrorRequest, Struct, VoidResult


@pytest.fixture(scope="module")
def server(serve):
    return serve()


def last_data(server, line):
    error = error_at(server, line)
    names = ("filename", "function_name", "line_number", "text")
    query = urllib.parse.urlencode({name: error[name] for name in names})
    return server.json(f"/view_traceback?{query}")["last_error_data"]


def request_of_fields(last):
    """RecordErrorRequest as a client knew it whose IDL ended with that field."""

    class Request(Struct):
        thrift_spec = RecordErrorRequest.thrift_spec[: last + 1]

    class Arguments(Struct):
        thrift_spec = (None, (1, *RecordErrorArguments.thrift_spec[1][1:3], [Request, None], None))

    return Request, Arguments


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "old"])
@pytest.mark.parametrize("last", [3, 4, 5, 6, 7])
def test_thrift_calls_of_older_clients_are_taken(server, code, last, strict):
    """They know fewer fields; the type is then in the message."""
    line = code.take()
    Request, Arguments = request_of_fields(last)
    fields = {"error_threshold": 9, "additional_info": "GET /", "error_count": 2}
    known = {entry[2] for entry in Request.thrift_spec[1:]}
    request = Request(
        traceback=[line.stack_line()],
        exception_message="KeyError('WINTER',)",
        hostname="web-1",
        **{name: value for name, value in fields.items() if name in known},
    )
    if last == 7:
        request.exception_type = "KeyError"
    client = Client(server.port, strict)
    assert client.ping() is True
    client.call("record_error", Arguments(request=request), VoidResult())
    client.close()
    assert count_of(server, line) == (2 if last >= 6 else 1)
    data = last_data(server, line)
    assert data["exception_type"] == "KeyError"
    assert data["hostname"] == "web-1"


def test_error_count_and_error_threshold_travel_in_contexts_flawless(server, code):
    """As the numbers of a Thrift call do."""
    by_event, by_call = code.take(), code.take()
    report(server, by_event.event(times=7, threshold=8))
    record(server, by_call.request(error_count=7, error_threshold=8))
    for line in (by_event, by_call):
        assert count_of(server, line) == 7
        assert last_data(server, line)["error_count"] == 7
        assert last_data(server, line)["error_threshold"] == 8
    report(server, by_event.event(threshold=8))
    record(server, by_call.request(error_threshold=8))
    assert "Seen 8 times" in wait_for_letter(server, by_event)["text"]
    assert "Seen 8 times" in wait_for_letter(server, by_call)["text"]


def test_a_requests_text_travels_as_the_events_request(server, code):
    """As additional_info does, or in Sentry's own parts."""
    text = "GET http://shop.example/?q=tea\nUser-Agent: Browser"
    parts = {
        "method": "GET",
        "url": "http://shop.example/",
        "query_string": "q=tea",
        "headers": {"User-Agent": "Browser"},
    }
    by_event, by_parts, by_call = code.take(), code.take(), code.take()
    report(server, by_event.event(request=text), by_parts.event(request=parts))
    record(server, by_call.request(additional_info=text))
    for line in (by_event, by_parts, by_call):
        assert last_data(server, line)["additional_info"].strip() == text
