# SPDX-License-Identifier: MIT
"""flawless.thrift as Thrift's compiler would write it for Python, on Apache Thrift's own library."""

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport
from thrift.TRecursive import fix_spec

TEXT = "UTF8"


class Struct:
    """Reads and writes itself by its thrift_spec."""

    thrift_spec = ()

    def __init__(self, **fields):
        for entry in self.thrift_spec[1:]:
            setattr(self, entry[2], fields.pop(entry[2], entry[4]))
        assert not fields, fields

    def read(self, protocol):
        protocol.readStruct(self, self.thrift_spec)

    def write(self, protocol):
        protocol.writeStruct(self, self.thrift_spec)


class StackLine(Struct):
    thrift_spec = (
        None,
        (1, TType.STRING, "filename", TEXT, None),
        (2, TType.I64, "line_number", None, None),
        (3, TType.STRING, "function_name", TEXT, None),
        (4, TType.STRING, "text", TEXT, None),
        (5, TType.MAP, "frame_locals", (TType.STRING, TEXT, TType.STRING, TEXT, False), None),
    )


class RecordErrorRequest(Struct):
    thrift_spec = (
        None,
        (1, TType.LIST, "traceback", (TType.STRUCT, [StackLine, None], False), None),
        (2, TType.STRING, "exception_message", TEXT, None),
        (3, TType.STRING, "hostname", TEXT, None),
        (4, TType.I64, "error_threshold", None, None),
        (5, TType.STRING, "additional_info", TEXT, None),
        (6, TType.I64, "error_count", None, None),
        (7, TType.STRING, "exception_type", TEXT, None),
    )


class NoArguments(Struct):
    pass


class RecordErrorArguments(Struct):
    thrift_spec = (None, (1, TType.STRUCT, "request", [RecordErrorRequest, None], None))


class PingResult:
    thrift_spec = ((0, TType.BOOL, "success", None, None),)

    def __init__(self):
        self.success = None

    def read(self, protocol):
        protocol.readStruct(self, self.thrift_spec)


class VoidResult(Struct):
    pass


fix_spec([StackLine, RecordErrorRequest, RecordErrorArguments])


class Client:
    """One connection."""

    def __init__(self, port, strict=True):
        socket = TSocket("127.0.0.1", port)
        socket.setTimeout(20_000)
        self.transport = TFramedTransport(socket)
        self.protocol = TBinaryProtocol(self.transport, strictRead=False, strictWrite=strict)
        self.sequence = 0
        self.transport.open()

    def close(self):
        self.transport.close()

    def send(self, name, arguments):
        self.sequence += 1
        self.protocol.writeMessageBegin(name, TMessageType.CALL, self.sequence)
        arguments.write(self.protocol)
        self.protocol.writeMessageEnd()
        self.transport.flush()

    def receive(self, name, result):
        got, kind, sequence = self.protocol.readMessageBegin()
        if kind == TMessageType.EXCEPTION:
            exception = TApplicationException()
            exception.read(self.protocol)
            self.protocol.readMessageEnd()
            raise exception
        assert (got, kind) == (name, TMessageType.REPLY)
        result.read(self.protocol)
        self.protocol.readMessageEnd()
        return sequence, result

    def call(self, name, arguments, result):
        self.send(name, arguments)
        sequence, answer = self.receive(name, result)
        assert sequence == self.sequence
        return answer

    def ping(self):
        return self.call("ping", NoArguments(), PingResult()).success

    def record_error(self, request):
        self.call("record_error", RecordErrorArguments(request=request), VoidResult())
