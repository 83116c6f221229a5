# SPDX-License-Identifier: MIT
"""When a letter is written, and to whom.

A restart between two letters: tests/e2e/test_counting.py::test_no_letter_before_the_threshold_and_no_second_one_after_it
Every answered report counted: tests/e2e/test_counting.py::test_after_kill_9_every_answered_report_is_counted
"""

import re
import urllib.parse

import pytest
from lines import (
    OLD,
    count_of,
    letters_about,
    owner_of,
    recipients_of,
    record,
    report,
    rule,
    settled,
    wait_for_letter,
)

KNOWN = {
    "min": {"min_alert_threshold": 5},
    "every": {"alert_every_n_occurences": 10},
    "both": {"min_alert_threshold": 3, "alert_every_n_occurences": 10},
    "max": {"alert_every_n_occurences": 10, "max_alert_threshold": 20},
    "never": {"min_alert_threshold": 1, "max_alert_threshold": 0},
    "silent": {},
    "recipients": {
        "min_alert_threshold": 1,
        "email_recipients": ["bank@x.example", "FILE@x.example", "ada@example.com"],
    },
}


@pytest.fixture(scope="module")
def known(code):
    return {name: code.take("lib/ab.py") for name in KNOWN}


@pytest.fixture(scope="module")
def server(serve, known):
    return serve(
        {
            "known_errors": [rule(known[name], **more) for name, more in KNOWN.items()],
            "watched_files": [
                {"email": "file@x.example", "filepath": "lib/ab.py"},
                {"email": "directory@x.example", "filepath": "lib"},
                {"email": "all@x.example", "filepath": "shop", "watch_all_errors": True},
                {"email": "guilty@x.example", "filepath": "shop", "watch_all_errors": False},
                {"email": "egg@x.example", "filepath": "vendored.egg", "watch_all_errors": True},
            ],
        },
        report_error_threshold=3,
    )


def letters_after(server, line, *counts):
    """The number of letters after each of these many occurrences more; settled() makes the first."""
    numbers = []
    for times in counts:
        report(server, line.event(times=times))
        numbers.append(len(letters_about(server, line)))
    return numbers


def quietly(server, line):
    """One occurrence, with the owner known; the threshold stays the server's."""
    report(server, line.event())
    owner_of(server, line)
    return line


# ---- unknown errors ----


def test_an_unknown_error_is_mailed_when_its_count_reaches_the_servers_threshold(server, code):
    """Not before, and once."""
    line = quietly(server, code.take())
    assert letters_after(server, line, 1, 1, 1, 100) == [0, 1, 1, 1]


def test_a_reports_own_threshold_goes_before_the_servers(server, code):
    """A lower one and a higher one, by either way."""
    low, high, thrift = code.take(), code.take(), code.take()
    report(server, low.event(threshold=1))
    wait_for_letter(server, low)
    report(server, high.event(threshold=10))
    owner_of(server, high)
    report(server, high.event(threshold=10, times=8))
    assert letters_about(server, high) == []
    report(server, high.event(threshold=10))
    assert len(letters_about(server, high)) == 1
    record(server, thrift.request(error_threshold=2))
    owner_of(server, thrift)
    assert letters_about(server, thrift) == []
    record(server, thrift.request(error_threshold=2))
    assert len(letters_about(server, thrift)) == 1


@pytest.mark.parametrize(("minimum", "is_mailed"), [(OLD[1], True), ("2001-02-04", False)])
def test_lines_changed_before_the_minimum_date_are_not_mailed(serve, code, minimum, is_mailed):
    """On that day is not before it."""
    server = serve(report_only_after_minimum_date=minimum)
    line = quietly(server, code.take(OLD[0]))
    assert letters_after(server, line, 10) == [int(is_mailed)]


def test_a_line_has_one_letter_for_ever(serve, code):
    """Whatever restarts, and however many kinds of exceptions it throws."""
    server = serve()
    line = quietly(server, code.take())
    assert letters_after(server, line, 10) == [1]
    assert server.stop() == 0
    server.start()
    report(server, line.event(kind="KeyError", times=50), line.event(release="v1", times=50))
    assert len(letters_about(server, line)) == 1


def test_what_somebody_marked_as_fixed_has_one_more_letter_when_it_comes_back(serve, code):
    """More: tests/e2e/test_fixed.py."""
    server = serve()
    line = quietly(server, code.take())
    assert letters_after(server, line, 10) == [1]
    fields = {"filename": line.path, "function_name": "run", "text": line.text}
    page = "/view_traceback?" + urllib.parse.urlencode(fields)
    number = re.search(r'name="id" value="(\d+)"', server.get(page)).group(1)
    server.post_form(page, {"id": number, "fixed": "yes"}, path="/mark_fixed")
    assert letters_after(server, line, 1, 1, 1, 100) == [1, 1, 2, 2]


# ---- known errors ----


def test_a_known_error_is_mailed_once_when_its_count_reaches_its_minimum(server, known):
    """The server's threshold is not asked."""
    line = quietly(server, known["min"])
    assert letters_after(server, line, 3, 1, 1, 50) == [0, 1, 1, 1]


def test_a_known_error_is_mailed_at_every_multiple_and_a_jump_over_one_counts(server, known):
    """A jump over several is one letter."""
    line = quietly(server, known["every"])
    assert letters_after(server, line, 8, 1, 5, 6, 37, 2) == [0, 1, 1, 2, 3, 4]
    both = quietly(server, known["both"])
    assert letters_after(server, both, 2, 5, 2, 10) == [1, 1, 2, 3]


def test_a_known_error_is_never_mailed_once_its_count_is_over_its_maximum(server, known):
    """0 is never."""
    line = quietly(server, known["max"])
    assert letters_after(server, line, 9, 10, 10, 10) == [1, 2, 2, 2]
    assert letters_after(server, quietly(server, known["never"]), 1, 100) == [0, 0]
    assert letters_after(server, quietly(server, known["silent"]), 1, 100) == [0, 0]


# ---- counts and people ----


def test_a_report_can_stand_for_several_occurrences_and_counts_add_up_exactly(server, code):
    """By either way, and without a number for one."""
    line = code.take()
    for times in (1, 41, 1000):
        report(server, line.event(times=times))
        record(server, line.request(error_count=times))
    report(server, line.event())
    record(server, line.request())
    assert count_of(server, line) == 2 * (1 + 41 + 1000 + 1)


def test_the_developer_watchers_and_the_known_errors_recipients_are_told_each_once(
    server, known, code
):
    """watch_all_errors: of any file in the traceback that can be blamed; else of the guilty file."""
    line, caller, egg = (
        known["recipients"],
        code.take("shop/grace.py"),
        code.take("vendored.egg/x.py"),
    )
    report(server, line.event(callers=[caller.frame(), egg.frame()]))
    wait_for_letter(server, line)
    assert recipients_of(server, line) == [
        "ada@example.com",
        "file@x.example",
        "directory@x.example",
        "all@x.example",
        "bank@x.example",
    ]
    report(server, caller.event(threshold=1))
    wait_for_letter(server, caller)
    wanted = ["grace@example.com", "all@x.example", "guilty@x.example"]
    assert recipients_of(server, caller) == wanted


def test_a_line_that_moved_is_the_same_error(server, code):
    """What is deployed next has the line elsewhere; there is no second letter."""
    line = settled(server, code.take("shop/shifted.py"), release="v1")
    report(server, line.event(release="v1", times=10, threshold=1))
    assert len(letters_about(server, line)) == 1
    line.number += 50
    report(server, line.event(release="release-10", times=10))
    owner_of(server, line)
    assert count_of(server, line) == 21
    assert letters_about(server, line) == []
