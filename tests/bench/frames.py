# SPDX-License-Identifier: MIT
"""A framed Thrift call that says what a Sentry envelope's event says."""

import json
import struct

STOP, I64, STRING, STRUCT, MAP, LIST = 0, 10, 11, 12, 13, 15
CALL = 0x80010001


def text(value):
    data = str(value).encode()
    return struct.pack(">i", len(data)) + data


def field(kind, number, data):
    return struct.pack(">bh", kind, number) + data


def stack_line(frame):
    variables = frame.get("vars") or {}
    pairs = b"".join(text(name) + text(json.dumps(value)) for name, value in variables.items())
    return (
        field(STRING, 1, text(frame["abs_path"]))
        + field(I64, 2, struct.pack(">q", frame["lineno"]))
        + field(STRING, 3, text(frame["function"]))
        + field(STRING, 4, text(frame["context_line"]))
        + field(MAP, 5, struct.pack(">bbi", STRING, STRING, len(variables)) + pairs)
        + bytes([STOP])
    )


def call_of_envelope(envelope):
    """The bytes of record_error(request), frame length first."""
    event = json.loads(envelope.split(b"\n")[2])
    exception = event["exception"]["values"][-1]
    frames = exception["stacktrace"]["frames"]
    lines = b"".join(stack_line(frame) for frame in frames)
    request = (
        field(LIST, 1, struct.pack(">bi", STRUCT, len(frames)) + lines)
        + field(STRING, 2, text(exception["value"]))
        + field(STRING, 3, text(event["server_name"]))
        + field(STRING, 5, text(json.dumps(event["request"])))
        + field(I64, 6, struct.pack(">q", 1))
        + field(STRING, 7, text(exception["type"]))
        + bytes([STOP])
    )
    arguments = field(STRUCT, 1, request) + bytes([STOP])
    frame = struct.pack(">I", CALL) + text("record_error") + struct.pack(">i", 1) + arguments
    return struct.pack(">i", len(frame)) + frame
