# SPDX-License-Identifier: MIT
"""What of an exception is sent."""

import array
import collections
import dataclasses
import enum
import importlib
import json
import os
import sys
import textwrap
import time
import zipfile

import pytest
from conftest import raised

from flawless.client import install_scrubbers, record_error

HERE = os.path.abspath(__file__)


def report(server, exception, **options):
    """The event that reporting the exception makes."""
    record_error(exc_info=exception, **options)
    return server.flushed()[-1]


def values(event):
    return event["exception"]["values"]


def frames(event, which=-1):
    return values(event)[which]["stacktrace"]["frames"]


def variables(server, **given):
    """How the values are shown when they are a frame's variables."""

    def fail(given):
        self = Holder(given)
        raise ValueError(self)

    shown = frames(report(server, raised(fail, given)))[-1]["vars"]
    return {name[5:]: value for name, value in shown.items() if name.startswith("self.")}


class Holder:
    def __init__(self, attributes):
        self.__dict__.update(attributes)


def shown(server, value):
    return variables(server, value=value)["value"]


def test_an_event_says_what_where_and_who(server):
    def fail(number):
        raise LookupError("no %d" % number)  # the line

    event = report(server, raised(fail, 7))
    assert event["platform"] == "python"
    assert event["level"] == "error"
    assert event["environment"] == "production"
    assert event["server_name"] == os.uname().nodename
    assert abs(event["timestamp"] - time.time()) < 60
    assert len(event["event_id"]) == 32
    assert event["tags"]["runtime"].startswith("CPython 3.")
    (value,) = values(event)
    assert (value["type"], value["value"]) == ("LookupError", "no 7")
    assert "module" not in value
    frame = frames(event)[-1]
    assert frame["abs_path"] == HERE
    assert frame["filename"] == "test_capture.py"
    assert frame["module"] == __name__
    assert frame["function"] == "fail"
    assert frame["in_app"] is True
    assert frame["context_line"] == '        raise LookupError("no %d" % number)  # the line'
    assert frame["vars"]["number"] == "7"
    with open(HERE) as file:
        lines = file.read().split("\n")
    at = frame["lineno"] - 1
    assert lines[at] == frame["context_line"]
    assert frame["pre_context"] == lines[at - 5 : at]
    assert frame["post_context"] == lines[at + 1 : at + 6]


def test_a_request_carries_path_key_and_type(server):
    record_error(exc_info=raised(lambda: 1 / 0))
    (request,) = server.wait_for(1)
    assert request.path == "/api/1/envelope/"
    assert request.headers["Content-Type"] == "application/x-sentry-envelope"
    assert "sentry_key=0123456789abcdef0123456789abcdef" in request.headers["X-Sentry-Auth"]
    assert request.headers["User-Agent"].startswith("flawless.python/")
    assert request.envelope["event_id"] == request.event["event_id"]
    assert request.item["type"] == "event"


def test_hostname_threshold_and_text_of_the_caller_are_sent(server):
    event = report(
        server,
        raised(int, "x"),
        hostname="machine-7",
        error_threshold=4,
        additional_info="POST /a\nAccept: none",
    )
    assert event["server_name"] == "machine-7"
    assert event["contexts"]["flawless"] == {"error_count": 1, "error_threshold": 4}
    assert event["request"] == {"data": "POST /a\nAccept: none"}


def test_what_is_being_handled_is_reported_without_arguments(server):
    try:
        {}["missing"]
    except KeyError:
        record_error()
    assert values(server.flushed()[-1])[0]["value"] == "'missing'"


def test_exc_info_tuples_are_taken(server):
    try:
        [].pop()
    except IndexError:
        info = sys.exc_info()
    assert values(report(server, info))[0]["type"] == "IndexError"


def test_an_exception_that_was_never_raised_shows_who_reported_it(server):
    event = report(server, ValueError("made, not raised"))
    assert frames(event)[-1]["function"] == "report"


# ---- variables


def test_builtin_values_look_as_python_shows_them(server):
    given = {
        "a": None,
        "b": True,
        "c": -12345678901234567890,
        "d": 1.5,
        "e": "it's\n",
        "f": b"\x00a",
        "g": [1, "two", [3.0]],
        "h": (1,),
        "i": {"k": {1: ()}},
        "j": {5},
        "k": frozenset({6}),
        "l": set(),
        "m": bytearray(b"x"),
    }
    expected = {name: repr(value) for name, value in given.items()}
    expected["m"] = "b'x'"
    assert variables(server, **given) == expected


def test_numbers_with_a_point_look_as_python_shows_them(server):
    given = [0.0, -0.0, 0.1, 0.3, 0.1 + 0.2, 19.5, -19.5, 19.99, 1.005, 2.675, 0.0001, 0.00001]
    given += [100.0, 123456.7891, 123456.78912, -0.001, 1 / 3, 1e15, 99999999999.9999, 1e16, 5e-324]
    given += [999999999999999.9, 0.07, 1.1e-4, 12.0625, float("inf"), float("-inf"), float("nan")]
    expected = {"n%d" % i: repr(value) for i, value in enumerate(given)}
    assert variables(server, **{"n%d" % i: value for i, value in enumerate(given)}) == expected


def test_attributes_of_self_are_sent_with_those_in_slots_and_no_property_is_called(server):
    class Base:
        __slots__ = ("first", "unset", "__dict__")

    class Derived(Base):
        @property
        def expensive(self):
            raise AssertionError("called")

        def fail(self):
            raise ValueError("slots")

    thing = Derived()
    thing.first, thing.second = 1, 2
    shown = frames(report(server, raised(thing.fail)))[-1]["vars"]
    assert shown["self.first"] == "1"
    assert shown["self.second"] == "2"
    assert not any("expensive" in name or "unset" in name for name in shown)


def test_huge_values_are_cut_without_being_built(server):
    huge = {
        "text": "x" * 50_000_000,
        "data": b"y" * 50_000_000,
        "items": list(range(3_000_000)),
        "mapping": dict.fromkeys(range(1_000_000)),
        "numbers": set(range(1_000_000)),
        "queue": collections.deque(range(1_000_000)),
        "packed": array.array("q", bytes(8_000_000)),
        "number": 1 << 10_000_000,
        "counter": collections.Counter(range(1_000_000)),
    }
    start = time.process_time()
    result = variables(server, **huge)
    assert time.process_time() - start < 1
    assert max(len(value) for value in result.values()) < 2200
    assert result["text"].endswith("... (50000000 characters)")
    assert result["items"].endswith("19, ... 2999980 more]")
    assert result["mapping"].startswith("{0: None, ")
    assert result["queue"].startswith("deque([0, 1, ")
    assert result["packed"].startswith("array([0, 0, ")
    assert result["number"] == "<int of 10000001 bits>"
    assert result["counter"].startswith("Counter({0: 1, ")


def test_nesting_is_cut(server):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    assert shown(server, nested) == "[[[[list(...)]]]]"
    cyclic = {}
    cyclic["self"] = cyclic
    assert shown(server, cyclic) == "{'self': {'self': {'self': {'self': dict(...)}}}}"
    while nested:
        nested = nested.pop()


def test_records_are_shown_by_their_fields(server):
    Point = collections.namedtuple("Point", "x y")

    @dataclasses.dataclass
    class Order:
        number: int
        items: list
        password: str = "hush"
        note: str = dataclasses.field(default="", repr=False)

    assert shown(server, Point(1, [2])) == "Point(x=1, y=[2])"
    order = Order(7, list(range(1000)))
    result = shown(server, order)
    assert result.startswith("Order(number=7, items=[0, 1, ")
    assert result.endswith("password='[Filtered]')")


def test_a_repr_of_the_programs_own_is_respected(server):
    @dataclasses.dataclass
    class Discreet:
        code: str

        def __repr__(self):
            return "<Discreet>"

    class Colour(enum.Enum):
        RED = 1

    class Label(str):
        def __repr__(self):
            return "Label!"

    assert shown(server, Discreet("4711")) == "<Discreet>"
    assert shown(server, Colour.RED) == repr(Colour.RED)
    assert shown(server, Label("x")) == "Label!"
    assert shown(server, collections.OrderedDict(a=1)) == "OrderedDict({'a': 1})"


def test_values_that_cannot_be_shown_do_no_harm(server):
    class Angry:
        def __repr__(self):
            raise RuntimeError("no")

    class Endless:
        def __repr__(self):
            return repr(self)

    class Quitter:
        def __repr__(self):
            raise SystemExit(3)

    class NotText:
        def __repr__(self):
            return 5

    class Verbose:
        def __repr__(self):
            return "v" * 10_000_000

    class Changing(dict):
        def __repr__(self):
            return "changing"

    growing = {}

    class Grower:
        def __repr__(self):
            growing[len(growing)] = 1
            return "grower"

    growing["a"] = Grower()
    growing["b"] = Grower()
    result = variables(
        server,
        a=Angry(),
        b=Endless(),
        c=Quitter(),
        d=NotText(),
        e=Verbose(),
        f="\ud800\udfff",
        g=growing,
        h=Changing(a=1),
    )
    for name, kind in (("a", "Angry"), ("b", "Endless"), ("c", "Quitter"), ("d", "NotText")):
        assert result[name].startswith("<%s object at 0x" % kind), result[name]
        assert result[name].endswith("its repr failed>")
    assert len(result["e"]) < 2200 and result["e"].endswith("...")
    assert result["f"] == "'\\ud800\\udfff'"
    assert result["g"].startswith("{'a': grower")
    assert result["h"] == "Changing({'a': 1})"


def test_slow_values_are_given_up(server):
    class Slow:
        def __repr__(self):
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                pass
            return "slow"

    def fail(outer):
        for _ in range(20):
            inner = [Slow()] * 10
        raise ValueError(len(inner))

    stack = frames(report(server, raised(lambda outer: fail(outer), Slow())))
    assert stack[-1]["vars"]["outer"] == "slow"  # the innermost frame comes first
    assert "out of time" in stack[-1]["vars"]["inner"]
    assert "out of time" in stack[-2]["vars"]["outer"]


def test_lazy_database_queries_are_not_run(server):
    class QuerySet:
        def __repr__(self):
            raise AssertionError("the database was asked")

    class Orders(QuerySet):
        pass

    assert shown(server, Orders()).endswith("not evaluated>")


def test_an_interrupt_in_a_repr_reaches_the_program(server):
    class Interrupted:
        def __repr__(self):
            raise KeyboardInterrupt

    def fail():
        value = Interrupted()
        raise ValueError(id(value))

    exception = raised(fail)
    with pytest.raises(KeyboardInterrupt):
        record_error(exc_info=exception)
        for _ in range(1000):  # the interpreter looks for signals between two instructions
            pass
    assert values(server.flushed()[-1])[0]["type"] == "ValueError"


def test_secrets_are_hidden_wherever_they_are(server):
    def fail():
        password = "hush"
        api_key = "hush"
        sessionId = "hush"
        headers = {"Authorization": "hush", "Accept": "text/html"}
        deep = [{"client_secret": "hush"}]
        raise ValueError(len(password + api_key + sessionId) + len(headers) + len(deep))

    result = frames(report(server, raised(fail)))[-1]["vars"]
    assert result["password"] == result["api_key"] == result["sessionId"] == "[Filtered]"
    assert result["headers"] == "{'Authorization': '[Filtered]', 'Accept': 'text/html'}"
    assert result["deep"] == "[{'client_secret': '[Filtered]'}]"
    assert "hush" not in json.dumps(result)


def test_programs_can_name_more_secrets(server):
    install_scrubbers("^pin_|iban")
    try:
        result = variables(server, pin_code="1234", my_iban="DE02", spin_rate="5")
    finally:
        install_scrubbers("(?!)")
    assert result == {"pin_code": "[Filtered]", "my_iban": "[Filtered]", "spin_rate": "'5'"}


def test_a_module_shows_its_data_only(server):
    namespace = {"__name__": "a_module", "os": os, "limit": 5, "helper": raised}
    source = compile("raise ValueError('at import')", "<module text>", "exec")
    event = report(server, raised(exec, source, namespace))
    assert frames(event)[-1]["vars"] == {"limit": "5"}


def test_variables_shared_with_inner_functions_are_shown(server):
    def fail(argument, *rest, **named):
        cell = [argument]

        def inner():
            nonlocal cell
            unset = 1
            del unset
            cell.append(argument)
            raise ValueError(rest, named)

        inner()

    stack = frames(report(server, raised(lambda: fail(1, 2, a=3))))
    outer, inner = stack[-2]["vars"], stack[-1]["vars"]
    assert inner == {"argument": "1", "cell": "[1, 1]", "rest": "(2,)", "named": "{'a': 3}"}
    assert outer["rest"] == "(2,)"
    assert outer["cell"] == "[1, 1]"
    assert outer["inner"].startswith("<function ")


def test_the_programs_own_view_of_its_variables_does_not_change(server):
    def work():
        number = 1
        mine = locals() if sys.version_info < (3, 13) else dict(locals())
        number = 2
        record_error(exc_info=ValueError("here"))
        return mine["number"], number

    assert work() == (1, 2)
    assert len(server.flushed()) == 1


# ---- the stack


def recurse(depth):
    if depth == 0:
        raise ValueError("deep")
    marker = depth
    recurse(marker - 1)


def test_only_the_twenty_innermost_frames_carry_variables(server):
    with_variables = ["vars" in frame for frame in frames(report(server, raised(recurse, 60)))]
    assert len(with_variables) == 62
    assert with_variables == [False] * 42 + [True] * 20


def test_a_deep_stack_is_cut_in_its_middle(server):
    event = report(server, raised(recurse, 600))
    stack = frames(event)
    assert len(stack) == 250
    assert stack[0]["function"] == "raised"
    assert stack[-1]["vars"]["depth"] == "0"
    assert len(json.dumps(event)) < 500_000


def test_endless_recursion_is_reported(server):
    def endless(n):
        return endless(n + 1)

    event = report(server, raised(endless, 0))
    assert values(event)[0]["type"] == "RecursionError"
    assert len(frames(event)) == 250


def test_an_event_stays_below_a_megabyte_however_much_there_is_to_show(server):
    def fail(depth):
        texts = {"text%d" % i: "\x01" * 5000 for i in range(200)}
        locals().update(texts)
        self = Holder(texts)
        if depth:
            fail(depth - 1)
        raise ValueError(self)

    def chain():
        try:
            fail(100)
        except ValueError as cause:
            exception = raised(fail, 100)
            raise exception from cause

    event = report(server, raised(chain))
    assert len(server.requests[-1].body) < 1_000_000
    assert "vars" in frames(event)[-1]


def test_libraries_are_not_in_app(server):
    event = report(server, raised(json.loads, "{"))
    stack = frames(event)
    assert stack[0]["in_app"] is True
    assert stack[-1]["in_app"] is False
    assert stack[-1]["filename"] == "json/decoder.py"
    assert stack[-1]["module"] == "json.decoder"
    assert stack[-1]["abs_path"].endswith("/json/decoder.py")


def import_text(tmp_path, name, text):
    path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for directory in path.parents:
        if directory == tmp_path:
            break
        (directory / "__init__.py").touch()
    path.write_text(textwrap.dedent(text))
    sys.path.insert(0, str(tmp_path))
    try:
        __import__(name)
    finally:
        sys.path.remove(str(tmp_path))
    return sys.modules[name]


def test_paths_are_given_from_where_the_package_was_imported(server, tmp_path):
    module = import_text(tmp_path, "shop_a.web.cart", "def add():\n    raise ValueError(1)\n")
    frame = frames(report(server, raised(module.add)))[-1]
    assert frame["abs_path"] == str(tmp_path / "shop_a/web/cart.py")
    assert frame["filename"] == "shop_a/web/cart.py"
    assert frame["module"] == "shop_a.web.cart"


def test_site_packages_are_not_in_app(server, tmp_path):
    text = "def add():\n    raise ValueError(1)\n"
    module = import_text(tmp_path / "site-packages", "lib_b", text)
    frame = frames(report(server, raised(module.add)))[-1]
    assert frame["in_app"] is False


def test_a_changed_file_is_read_anew(server, tmp_path):
    module = import_text(tmp_path, "changing_c", "def add():\n    raise ValueError(1)\n")
    event = report(server, raised(module.add))
    assert frames(event)[-1]["context_line"] == "    raise ValueError(1)"
    (tmp_path / "changing_c.py").write_text("def add():\n    raise KeyError(12)  # new\n")
    event = report(server, raised(module.add))
    assert frames(event)[-1]["context_line"] == "    raise KeyError(12)  # new"


def test_source_is_read_in_its_own_encoding_and_from_zip_files(server, tmp_path):
    path = tmp_path / "latin_d.py"
    text = "# coding: latin-1\ndef fail():\n    raise ValueError('\xe9')\n"
    path.write_bytes(text.encode("latin-1"))
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("zipped_e.py", "def fail():\n    raise ValueError('zipped')\n")
    sys.path[:0] = [str(tmp_path), str(tmp_path / "code.zip")]
    try:
        import latin_d
        import zipped_e
    finally:
        del sys.path[:2]
    frame = frames(report(server, raised(latin_d.fail)))[-1]
    assert frame["context_line"] == "    raise ValueError('\xe9')"
    frame = frames(report(server, raised(zipped_e.fail)))[-1]
    assert frame["context_line"] == "    raise ValueError('zipped')"


def test_code_without_source_is_reported_without_lines(server):
    namespace = {}
    exec(compile("def fail():\n    raise ValueError(1)\n", "<made up>", "exec"), namespace)
    frame = frames(report(server, raised(namespace["fail"])))[-1]
    assert frame["abs_path"] == "<made up>"
    assert frame["lineno"] == 2
    assert "context_line" not in frame
    assert frame["in_app"] is False


# ---- chains and messages


def test_a_cause_comes_before_what_it_caused(server):
    def fail():
        try:
            raise KeyError("root")
        except KeyError as cause:
            raise ValueError("outer") from cause

    root, outer = values(report(server, raised(fail)))
    assert (root["type"], root["mechanism"]["source"]) == ("KeyError", "__cause__")
    assert (outer["type"], outer["mechanism"]["type"]) == ("ValueError", "generic")
    assert root["stacktrace"]["frames"][-1]["function"] == "fail"


def test_context_is_shown_unless_suppressed(server):
    def with_context():
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("while handling")

    def suppressed():
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("instead") from None

    first, second = values(report(server, raised(with_context)))
    assert first["mechanism"]["source"] == "__context__"
    assert second["value"] == "while handling"
    assert len(values(report(server, raised(suppressed)))) == 1


def test_a_chain_is_cut_and_a_ring_ends(server):
    exception = None
    for number in range(50):
        following = ValueError(number)
        following.__cause__ = exception
        exception = following
    chain = values(report(server, exception))
    assert [value["value"] for value in chain] == [str(n) for n in range(40, 50)]
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert len(values(report(server, one))) == 2


def test_messages_are_bounded_and_contained(server):
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError("no")

    def message(exception):
        return values(report(server, exception))[0]["value"]

    assert message(Broken()) == "<its str failed>"
    assert len(message(ValueError("x" * 1_000_000))) == 8192
    assert len(message(ValueError("\u20ac" * 1_000_000)).encode()) <= 8192
    assert len(message(ValueError(list(range(1_000_000))))) < 2200
    assert message(ValueError("a", [1])) == "('a', [1])"
    assert message(ValueError()) == ""
    assert message(OSError(2, "No such file", "/x")) == "[Errno 2] No such file: '/x'"
    assert message(ValueError("lone \ud800")) == "lone \\ud800"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="notes came with 3.11")
def test_notes_follow_the_message(server):
    exception = ValueError("message")
    exception.add_note("in row 7")
    assert values(report(server, exception))[0]["value"] == "message\nin row 7"


def test_types_are_named_with_their_module(server):
    class Custom(Exception):
        pass

    (value,) = values(report(server, Custom("x")))
    assert value["type"].endswith("<locals>.Custom")
    assert value["module"] == __name__


# ---- groups, secrets by shape, bombs


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with Python 3.11")
def test_the_members_of_a_group_are_sent_with_their_tracebacks(server):
    def fail():
        raise KeyError("inner")

    def group():
        raise ExceptionGroup("two", [raised(fail), ExceptionGroup("deeper", [OSError("deep")])])

    record_error(exc_info=raised(group))
    values = server.flushed()[0]["exception"]["values"]
    assert [value["type"] for value in values] == [
        "OSError",
        "ExceptionGroup",
        "KeyError",
        "ExceptionGroup",
    ]
    places = [
        (value["mechanism"].get("source"), value["mechanism"].get("parent_id")) for value in values
    ]
    assert places == [
        ("exceptions[0]", 2),
        ("exceptions[1]", 0),
        ("exceptions[0]", 0),
        (None, None),
    ]
    assert values[2]["stacktrace"]["frames"][-1]["function"] == "fail"
    assert values[3]["mechanism"]["is_exception_group"] is True


def test_what_looks_like_a_secret_is_hidden_whatever_its_name(server):
    def fail():
        first = "ghp_" + "a1B2" * 9
        second = 4111111111111111
        third = ["postgres://shop:hush@db/shop"]
        kept = "4111 apples"
        raise ValueError("AKIA" + "ABCD" * 4, kept and third and second and first)

    record_error(exc_info=raised(fail))
    (event,) = server.flushed()
    value = event["exception"]["values"][0]
    shown = value["stacktrace"]["frames"][-1]["vars"]
    assert "a1B2" not in shown["first"] and "[Filtered]" in shown["first"]
    assert shown["second"] == "[Filtered]"
    assert "hush" not in shown["third"][:200] and "shop" in shown["third"]
    assert shown["kept"] == "'4111 apples'"
    assert "ABCDABCD" not in value["value"]


class Bomb:
    def __init__(self, explode):
        self.explode = explode

    def __repr__(self):
        return self.explode(self)


def test_no_repr_keeps_the_rest_from_arriving(server):
    def fail():
        many = list(range(10_000_000))
        ring = {}
        ring["ring"] = ring
        raising = Bomb(lambda self: 1 / 0)
        recursing = Bomb(repr)
        huge = Bomb(lambda self: "x" * 200_000_000)
        raise ValueError(len(many), ring and raising and recursing and huge and "end")

    start = time.monotonic()
    record_error(exc_info=raised(fail))
    assert time.monotonic() - start < 60  # only that it ends
    (event,) = server.flushed()
    shown = event["exception"]["values"][0]["stacktrace"]["frames"][-1]["vars"]
    assert shown["many"].endswith("more]") and shown["ring"].startswith("{'ring': {'ring'")
    assert "its repr failed" in shown["raising"] and "<Bomb object at" in shown["recursing"]
    assert shown["huge"].startswith("xxx") or "out of time" in shown["huge"]
    assert len(shown["huge"]) < 3000


def test_name_and_value_in_a_pair_are_told_apart(server):
    headers = [(b"host", b"shop"), (b"authorization", b"Bearer opaque"), ["X-Api-Key", "opaque"]]
    assert shown(server, headers) == (
        "[(b'host', b'shop'), (b'authorization', '[Filtered]'), ['X-Api-Key', '[Filtered]']]"
    )
    command = ["mysql", "--password", "opaque", "--token=opaque", "db"]
    assert shown(server, command) == (
        "['mysql', '--password', '[Filtered]', '--token=[Filtered]', 'db']"
    )
    assert shown(server, tuple(command[:3])) == "('mysql', '--password', '[Filtered]')"
    assert shown(server, {b"cookie": b"opaque"}) == "{b'cookie': '[Filtered]'}"


def test_secrets_in_the_text_of_a_request_are_hidden(server):
    event = report(
        server,
        ValueError("x"),
        additional_info={"data": "password=hunter2", "url": "http://me:hunter2@shop/"},
    )
    assert event["request"] == {
        "data": "password=[Filtered]",
        "url": "http://me:[Filtered]@shop/",
    }


def frames_of(event):
    return event["exception"]["values"][-1]["stacktrace"]["frames"]


def test_a_syntax_errors_own_line_is_the_innermost_frame(server, tmp_path, monkeypatch):
    for name in ("first", "second"):
        (tmp_path / (name + "_broken.py")).write_text("x = 1\ny = = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("first", "second"):
        record_error(exc_info=raised(importlib.import_module, name + "_broken"))
    first, second = (frames_of(event)[-1] for event in server.flushed())
    assert first["abs_path"] == str(tmp_path / "first_broken.py")
    assert (first["lineno"], first["context_line"]) == (2, "y = = 2")
    assert first["in_app"] is True and first["pre_context"] == ["x = 1"]
    assert second["abs_path"] == str(tmp_path / "second_broken.py")


def test_a_syntax_error_in_no_file_or_with_odd_members_keeps_its_traceback(server):
    odd = SyntaxError("odd", ("shop.py", "many", 1, "x"))
    for exception in (raised(compile, "x = (", "<string>", "exec"), odd):
        record_error(exc_info=exception)
    for event in server.flushed():
        innermost = frames_of(event)[-1]["abs_path"]
        assert os.path.dirname(innermost) == os.path.dirname(__file__)
