# SPDX-License-Identifier: MIT
"""Whatever comes in, the server says what is wrong, logs one line, stays small and goes on."""

import gzip
import json
import re
import socket
import struct

import pytest
from reports import envelope, event, frame
from stage import wait_for

MEGABYTE = 1024 * 1024
MEMORY_MAX_KB = 300 * 1024  # far below what the bodies here would need


class OneLine:
    """Checks that what happens inside makes the server log one line, beside its own news."""

    def __init__(self, server, *words):
        self.server, self.words = server, words

    def __enter__(self):
        self.before = len(self.lines())

    def __exit__(self, kind, *_):
        if kind:
            return
        wait_for("a line in the log", self.new_lines)
        self.server.check_unharmed()
        lines = self.new_lines()
        assert len(lines) == 1, lines
        for word in self.words:
            assert word in lines[0], lines[0]

    def new_lines(self):
        return self.lines()[self.before :]

    def lines(self):
        return [line for line in self.server.log_lines() if re.search(" (WARNING|ERROR) ", line)]


def refusal_of(answer):
    status, headers, body = answer
    detail = json.loads(body)["detail"]
    assert headers["X-Sentry-Error"] == detail
    return status, detail


def test_a_truncated_envelope_is_refused(server):
    body = envelope(event(frame("a.py", 1, "x()")))
    with OneLine(server):
        status, detail = refusal_of(server.sender().post(body[:-40]))
    assert status == 400
    assert detail


def test_json_that_is_none_is_refused(server):
    with OneLine(server):
        status, _ = refusal_of(server.sender().post(b"{not json", endpoint="store"))
    assert status == 400
    broken = b'{}\n{"type":"event"}\n{"exception": [}\n'
    with OneLine(server):
        status, _ = refusal_of(server.sender().post(broken))
    assert status == 400


def test_an_envelope_whose_header_is_no_json_is_refused(server):
    for body in (b"", b"\n", b"\x00\x01\x02", b"[1,2,3]\n", b"\xff\xfe{}\n"):
        with OneLine(server):
            status, _ = refusal_of(server.sender().post(body))
        assert status == 400, body


def test_text_that_is_not_utf8_does_not_cost_the_report(server, bugs):
    bug = bugs["ada"]
    body = json.dumps(bug.event(message="caf@")).encode().replace(b"caf@", b"caf\xe9")
    status, _, _ = server.sender().post(body, endpoint="store")
    assert status == 200
    assert server.count_of(bug.path) == 1
    server.check_unharmed()


def test_deep_nesting_is_survived(server):
    deep = b'{"extra":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    status, _, _ = server.sender().post(deep, endpoint="store")
    assert status in (200, 400)
    server.check_unharmed()


def send_much(server, head, chunk, times, end=b""):
    """Sends a body of times * chunk, as far as the server lets us; gives what it answered."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(head)
        try:
            for _ in range(times):
                connection.sendall(chunk)
            connection.sendall(end)
        except OSError:
            pass
        answer = b""
        try:
            while more := connection.recv(65536):
                answer += more
        except OSError:
            pass
        return answer


def head_of(server, framing):
    auth = f"X-Sentry-Auth: Sentry sentry_version=7, sentry_key={server.key}"
    return f"POST /api/1/envelope/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{auth}\r\n{framing}\r\n\r\n".encode()


@pytest.mark.parametrize("framing", ["known length", "chunked"])
def test_a_body_of_100_mb_is_refused_and_not_kept(make_server, release_binary, framing):
    server = make_server(binary=release_binary).start()
    with OneLine(server):
        if framing == "chunked":
            chunk = b"100000\r\n" + b"x" * MEGABYTE + b"\r\n"
            head = head_of(server, "Transfer-Encoding: chunked")
            answer = send_much(server, head, chunk, 100, b"0\r\n\r\n")
        else:
            head = head_of(server, f"Content-Length: {100 * MEGABYTE}")
            answer = send_much(server, head, b"x" * MEGABYTE, 100)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413"), answer[:200]
    assert server.status_of_process("VmHWM") < MEMORY_MAX_KB


def test_a_body_of_100_mb_that_waits_to_be_asked_for_gets_a_clear_413(server):
    with OneLine(server):
        head = head_of(server, f"Content-Length: {100 * MEGABYTE}\r\nExpect: 100-continue")
        answer = send_much(server, head, b"", 0)
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]


@pytest.mark.parametrize("megabytes", [100, 1000])
def test_a_gzip_bomb_is_refused_and_not_kept(make_server, release_binary, megabytes):
    server = make_server(binary=release_binary).start()
    bomb = gzip.compress(b" " * (megabytes * MEGABYTE), 9)
    with OneLine(server):
        status, _ = refusal_of(server.sender().post(bomb, headers={"Content-Encoding": "gzip"}))
    assert status in (400, 413)
    assert server.status_of_process("VmHWM") < MEMORY_MAX_KB


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_body_that_is_broken_is_refused(server, encoding):
    with OneLine(server):
        broken = b"\x1f\x8b\x08 this is not compressed"
        status, _ = refusal_of(server.sender().post(broken, headers={"Content-Encoding": encoding}))
    assert status == 400


def thrift_text(text):
    return struct.pack(">i", len(text)) + text


def framed(data):
    return struct.pack(">I", len(data)) + data


def call_of(name):
    return struct.pack(">I", 0x80010001) + thrift_text(name) + struct.pack(">i", 1)


PING = framed(call_of(b"ping") + b"\x00")
REQUEST = call_of(b"record_error") + b"\x0c\x00\x01"  # up to the fields of the request
LYING_FRAMES = {
    "a frame of 2 GB": struct.pack(">I", 0x7FFFFFFF) + b"x" * 100,
    "a frame over the bound": struct.pack(">I", 0x01000001) + b"x" * 100,
    "a string past the end": framed(REQUEST + b"\x0b\x00\x02" + struct.pack(">i", 1 << 30)),
    "a string of negative length": framed(REQUEST + b"\x0b\x00\x02" + struct.pack(">i", -5)),
    "a list of 2^31 lines": framed(REQUEST + b"\x0f\x00\x01\x0c" + struct.pack(">i", 0x7FFFFFFF)),
    "5,000 structs in each other": framed(REQUEST + b"\x0c\x00\x63" * 5000),
    "a name past the end": framed(b"\x80\x01\x00\x01" + struct.pack(">i", 1 << 30)),
    "no message at all": framed(b"garbage that is no message"),
    "an empty frame": framed(b""),
}


def is_closed_after(server, data):
    """Sends a good call, then bytes; true when those are answered by nothing but the end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(PING)
        assert connection.recv(4096)[8:12] == b"\x00\x00\x00\x04"  # the reply to ping
        connection.sendall(data)
        try:
            return connection.recv(4096) == b""
        except ConnectionResetError:
            return True


@pytest.mark.parametrize("data", LYING_FRAMES.values(), ids=LYING_FRAMES.keys())
def test_a_thrift_frame_that_lies_closes_its_connection(make_server, release_binary, data):
    server = make_server(binary=release_binary).start()
    with OneLine(server):
        assert is_closed_after(server, data)
    assert server.status_of_process("VmHWM") < MEMORY_MAX_KB


@pytest.mark.parametrize("data", LYING_FRAMES.values(), ids=LYING_FRAMES.keys())
def test_a_thrift_frame_that_lies_is_no_matter_for_the_sanitizers(server, data):
    assert is_closed_after(server, data)
    server.check_unharmed()


def test_bytes_that_are_no_protocol_at_all_harm_nothing(server):
    for data in (
        b"\x16\x03\x01\x02\x00",
        b"\xff" * 3000,
        b"SSH-2.0-x\r\n",
        b"GET\r\n\r\n",
        b"\x00",
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
            connection.sendall(data)
            try:
                connection.shutdown(socket.SHUT_WR)
                connection.recv(4096)
            except OSError:  # closed at once
                pass
    server.check_unharmed()


def test_an_unknown_project_or_key_is_403_and_no_key_401(server, bugs):
    body = envelope(bugs["ada"].event())
    with OneLine(server):
        status, _ = refusal_of(server.sender(project=999).post(body))
    assert status == 403
    stranger = server.sender()
    stranger.key = "0" * 32
    with OneLine(server):
        status, _ = refusal_of(stranger.post(body))
    assert status == 403
    with OneLine(server):
        status, _ = refusal_of(server.sender().request("POST", "/api/1/envelope/", body))
    assert status == 401
    assert server.count_of(bugs["ada"].path) == 0


def test_refusals_are_not_logged_with_what_a_client_wrote_into_them(server):
    stranger = server.sender()
    stranger.key = "evil%0d%0aforged"
    with OneLine(server):
        stranger.post(b"{}")
