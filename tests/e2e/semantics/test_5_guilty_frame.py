# SPDX-License-Identifier: MIT
"""Which frame of a traceback is guilty: the rules in their order, and what is left when none can be blamed."""

import pytest
from lines import (
    SILENT,
    count_of,
    error_at,
    health_of,
    letters_about,
    owner_of,
    record,
    report,
    rule,
    write_rules,
)
from reports import event, frame
from stage import wait_for
from thrift_client import RecordErrorRequest, StackLine

BLOCK, LISTED, KNOWN, KNOWN_BLOCK = (
    {"filename": "lib/ab.py", "function_name": name}
    for name in ("block", "listed", "known", "known_block")
)


@pytest.fixture(scope="module")
def server(serve):
    return serve(
        {
            "building_blocks": [BLOCK, KNOWN_BLOCK],
            "third_party_whitelist": [LISTED, {"filename": "vendored.egg/x.py"}],
            "known_errors": [KNOWN, KNOWN_BLOCK],
            "ignored_exceptions": [{"exception_type": "SystemBusy"}],
        }
    )


def blamed(server, *lines):
    """Which of the lines has the error."""
    return [line for line in lines if error_at(server, line)]


def ignored(server):
    return health_of(server)["server"]["reports"]["ignored"]


def test_frames_run_from_the_oldest_call_to_the_newest_and_the_last_that_can_be_blamed_is_guilty(
    server, code
):
    """Guilty is the newest call that can be blamed, whichever way the report came."""
    caller, callee = code.take("shop/ada.py"), code.take("shop/grace.py")
    report(server, caller.event(callee.frame()))
    record(server, caller.request(callee.stack_line()))
    assert blamed(server, caller, callee) == [callee]
    assert count_of(server, callee) == 2


def test_1_what_does_not_lie_in_the_code_base_is_not_ours(server, code):
    """Library frames are passed over, however new."""
    line = code.take()
    report(server, line.event(frame("/usr/lib/python3/json/decoder.py", 3, "decode(x)")))
    assert blamed(server, line) == [line]


def test_2_a_whitelisted_line_has_the_whole_report_ignored_and_counted(server, code):
    """Anywhere in the traceback: no error, no letter, one more in the count of the ignored."""
    before, line, listed = ignored(server), code.take(), code.take("lib/ab.py")
    report(server, line.event(callers=[listed.frame(function="listed")], threshold=1))
    report(server, line.event(listed.frame(function="listed"), threshold=1))
    assert ignored(server) == before + 2
    assert blamed(server, line, listed) == []
    assert letters_about(server, line) == []


def test_3_a_path_that_no_pattern_matches_is_not_blamed_but_may_be_whitelisted(server, code):
    """The default pattern leaves out eggs; the whitelist is asked before it."""
    line, egg = code.take(), code.take("vendored.egg/x.py")
    before = ignored(server)
    report(server, line.event(egg.frame()))
    assert (ignored(server), blamed(server, line)) == (before + 1, [])


def test_3_a_path_that_no_pattern_matches_passes_the_blame_to_its_caller(serve, code):
    """Each pattern of the list is tried; look-ahead works."""
    server = serve(only_blame_filepaths_matching=r"^shop/(?!grace), ^lib/")
    line, other, third = code.take(), code.take("shop/grace.py"), code.take("lib/ab.py")
    report(server, line.event(other.frame()), other.event(third.frame()))
    assert blamed(server, line, other, third) == [line, third]


def test_4_a_building_block_is_not_blamed_so_its_caller_is(server, code):
    """Even a known error that is a building block."""
    for name in ("block", "known_block"):
        line, block = code.take(), code.take("lib/ab.py")
        report(server, line.event(block.frame(function=name)))
        assert blamed(server, line, block) == [line]
        assert not error_at(server, line)["is_known_error"]


def test_5_a_known_error_can_be_blamed_though_it_only_raises(server, code):
    """known_errors is asked before the line's own words."""
    line, known = code.take(), code.take("lib/ab.py")
    report(server, line.event(known.frame(function="known", text="raise Empty()")))
    assert blamed(server, line, known) == [known]
    assert error_at(server, known)["is_known_error"]


RAISING = {
    "python": ("lib/a.py", "raise ValueError(x)"),
    "javascript": ("web/cart.ts", "throw new Error('x');"),
    "node": ("web/cart.js", "throw x"),
    "java": ("src/Cart.java", "throw new IllegalStateException();"),
    "java, Kotlin": ("src/Cart.kt", 'error("no cart")'),
    "java, Scala": ("src/Cart.scala", 'sys.error("no cart")'),
    "go": ("cart.go", 'panic("x")'),
    "native, Rust": ("src/cart.rs", 'panic!("x");'),
    "native": ("src/cart.cc", 'throw std::runtime_error("x");'),
    "csharp": ("src/Cart.cs", "throw;"),
    "csharp, VB": ("src/Cart.vb", "Throw New Exception()"),
    "ruby": ("lib/cart.rb", "raise ArgumentError, 'x'"),
    "php": ("src/Cart.php", "throw new Exception('x');"),
    "cocoa": ("src/Cart.swift", "throw CartError.empty"),
    "cocoa, Objective-C": ("src/Cart.m", "@throw e;"),
    "other, Dart": ("lib/cart.dart", "throw StateError('x');"),
    "elixir": ("lib/cart.ex", 'raise "x"'),
    "perl": ("lib/Cart.pm", 'die "x";'),
    "other, Lua": ("lib/cart.lua", 'error("x")'),
}


@pytest.fixture(scope="module")
def polyglot(serve, code):
    """A server before it knows a repository's paths takes every file for ours."""
    return serve(repository=None)


@pytest.mark.parametrize("language", RAISING)
def test_6_a_line_that_only_raises_is_not_blamed_so_its_caller_is(polyglot, code, language):
    """In each language that reports come from."""
    path, text = RAISING[language]
    caller = frame(path, 7, "add(x)", function=language)
    report(polyglot, event(caller, frame(path, 9, text), platform=language.split(",")[0]))
    (error,) = (one for one in polyglot.week_errors() if one["function_name"] == language)
    assert error["line_number"] == 7


def test_6_a_report_that_does_not_say_its_lines_is_judged_by_those_of_the_repository(server):
    """SDKs of compiled languages have no source at hand."""
    wait_for(
        "the lines that only raise",
        lambda: health_of(server)["server"]["repository"]["lines_that_only_raise"],
    )
    shop, cart = (
        frame(path.split("/")[-1], 2, None, module=f"src.{path[4:8]}", abs_path=path)
        for path in SILENT
    )
    report(server, event(shop, cart, platform="java"))
    errors = {error["filename"]: error["line_number"] for error in server.week_errors()}
    assert errors.get(SILENT[0]) == 2
    assert SILENT[1] not in errors


def test_6_a_call_whose_name_begins_like_raising_is_blamed(server, code):
    """raise_for_status() does something."""
    line, callee = code.take(), code.take("shop/grace.py")
    report(server, line.event(callee.frame(text="raise_for_status(answer)")))
    assert blamed(server, line, callee) == [callee]


def test_7_otherwise_a_frame_can_be_blamed(server, code):
    """One frame with nothing said about it."""
    line = code.take("shop/linus.py")
    report(server, line.event())
    assert owner_of(server, line) == line.author


def test_when_every_frame_of_ours_only_raises_the_last_of_them_is_guilty(server, code):
    """Better one of them than nobody."""
    first, last = code.take("shop/ada.py"), code.take("shop/grace.py")
    report(
        server,
        event(
            first.frame(text="raise A"),
            last.frame(text="raise B"),
            frame("/usr/lib/python3/x.py", 1, "y()"),
        ),
    )
    assert blamed(server, first, last) == [last]
    assert owner_of(server, last) == last.author


def test_a_report_of_an_ignored_exception_is_ignored_and_counted(server, code):
    """By its type alone, by either way."""
    before, line = ignored(server), code.take()
    report(server, line.event(kind="SystemBusy"))
    record(server, line.request(exception_type="SystemBusy"))
    assert (ignored(server), blamed(server, line)) == (before + 2, [])


def test_a_report_without_a_frame_of_ours_is_kept_under_no_owner_and_can_be_seen(server):
    """On the week's page, with its traceback, and nobody is written to."""
    foreign = frame("one.py", 5, "boom()", abs_path="/usr/lib/one.py")
    report(server, event(foreign, kind="OSError"))
    record(
        server,
        RecordErrorRequest(
            traceback=[StackLine(filename="/usr/lib/two.py", line_number=6, text="boom()")],
            exception_type="OSError",
        ),
    )
    (nobody,) = (each for each in server.json("/")["developers"] if not each["email"])
    functions = {error["filename"]: error["function_name"] for error in nobody["errors"]}
    page = server.get("/")
    for path in ("/usr/lib/one.py", "/usr/lib/two.py"):
        assert path in page
        assert path in server.get(
            f"/view_traceback?filename={path}&function_name={functions[path]}"
        )


def test_rules_decide_about_reports_that_come_after_them(server, code):
    """What was counted before a rule stays."""
    line = code.take()
    report(server, line.event())
    rules = health_of(server)["server"]["rules"]["known_errors"]
    write_rules(server, "known_errors", [KNOWN, KNOWN_BLOCK, rule(line)])
    wait_for("the rule", lambda: health_of(server)["server"]["rules"]["known_errors"] == rules + 1)
    report(server, line.event())
    assert count_of(server, line) == 2
    assert error_at(server, line)["is_known_error"]
