# SPDX-License-Identifier: MIT
"""One story told twice, in Thrift calls to one server and in Sentry envelopes to another: what becomes of it is the same."""

import collections
import re
import urllib.parse
from dataclasses import dataclass, field

import pytest
from lines import WEEK, Line, health_of, record, report, rule
from reports import event
from stage import wait_for
from thrift_client import RecordErrorRequest

REQUEST = "POST http://shop.example/pay\nUser-Agent: Browser <9>\n\ncode=WINTER"


@dataclass
class Step:
    """One report; its last frame is where it was raised."""

    lines: list[Line]
    kind: str = "KeyError"
    message: str = "'WINTER'"
    times: int | None = None
    threshold: int | None = None
    request: str | None = None
    texts: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)
    is_kept: bool = True

    def frames(self, make, variables):
        return [
            make(
                line,
                text=self.texts.get(line, line.text),
                **{variables: self.variables.get(line, {})},
            )
            for line in self.lines
        ]

    def as_event(self):
        counts = {"error_count": self.times, "error_threshold": self.threshold}
        more = {"request": self.request} if self.request else {}
        return event(
            *self.frames(Line.frame, "vars"),
            kind=self.kind,
            message=self.message,
            contexts={"flawless": {name: n for name, n in counts.items() if n is not None}},
            **more,
        )

    def as_call(self):
        return RecordErrorRequest(
            traceback=self.frames(Line.stack_line, "frame_locals"),
            exception_type=self.kind,
            exception_message=self.message,
            hostname="web-1",
            error_count=self.times,
            error_threshold=self.threshold,
            additional_info=self.request,
        )


class Story:
    """The steps, and the rules that they are told under."""

    def __init__(self, code):
        ada, grace, linus, other = (
            code.take(path)
            for path in ("shop/ada.py", "shop/grace.py", "shop/linus.py", "shop/linus.py")
        )
        known, listed, block, own, high, nobody = (
            code.take(path)
            for path in (
                "shop/ada.py",
                "lib/ab.py",
                "lib/ab.py",
                "shop/grace.py",
                "shop/ada.py",
                "odd/nobody.py",
            )
        )
        self.rules = {
            "known_errors": [
                rule(
                    known,
                    alert_every_n_occurences=10,
                    email_header="Call the bank.",
                    email_recipients=["b@x.example"],
                )
            ],
            "third_party_whitelist": [rule(listed)],
            "building_blocks": [rule(block)],
            "ignored_exceptions": [{"exception_type": "SystemBusy"}],
            "watched_files": [{"email": "w@x.example", "filepath": "shop/linus.py"}],
            "email_remapping": [{"remap": "grace", "to": "hopper@x.example"}],
        }
        secrets = {"basket": "'tea'", "password": "'open sesame'", "api": "sk_live_" + "a1B2" * 8}
        self.steps = [
            # three in a row reach the server's threshold, with request and variables in the letter
            Step(lines=[ada], request=REQUEST, variables={ada: secrets}),
            Step(lines=[ada], kind="TypeError"),
            Step(lines=[ada], request=REQUEST, message="twelve\nlines", variables={ada: secrets}),
            Step(lines=[ada], times=500),
            # counts, and thresholds of the report's own
            Step(lines=[grace], times=2),
            Step(lines=[grace], times=41),
            Step(lines=[own], threshold=1),
            Step(lines=[high], threshold=100, times=60),
            Step(lines=[high], threshold=100, times=39),
            # a line that only raises, a building block, and a caller that can be blamed
            Step(lines=[linus, other], texts={other: "raise Empty(x)"}, times=3),
            Step(lines=[other, block], times=7),
            # known, ignored, whitelisted
            Step(lines=[known], times=9),
            Step(lines=[known], times=2),
            Step(lines=[ada], kind="SystemBusy", is_kept=False),
            Step(lines=[ada, listed], is_kept=False),
            # nobody to be told, and nothing of ours
            Step(lines=[nobody], times=3),
            Step(lines=[Line("../x", 3, None)], is_kept=False),
        ]


@pytest.fixture(scope="module")
def tellings(serve, code):
    """By the way it was told: the server that heard the story."""
    story = Story(code)
    ways = {
        "envelopes": lambda server, step: report(server, step.as_event()),
        "calls": lambda server, step: record(server, step.as_call()),
    }
    servers = {}
    for name, tell in ways.items():
        server = servers[name] = serve(story.rules, default_contact="team@x.example")
        for step in story.steps:
            tell(server, step)
            if step.is_kept:
                wait_until_settled(server)
    return servers


def wait_until_settled(server):
    wait_for("git's answers", lambda: health_of(server)["store"]["sites_awaiting_blame"] == 0)


def without(facts, *names):
    return {name: value for name, value in facts.items() if name not in names}


def errors_of(server):
    errors = [
        {"score": developer["score"], **without(error, "last_occurrence")}
        for developer in server.json(WEEK)["developers"]
        for error in developer["errors"]
    ]
    return sorted(errors, key=lambda error: (error["filename"], error["line_number"]))


def test_the_weeks_errors_and_owners_are_the_same(tellings):
    """Every field but the moment."""
    by_envelopes, by_calls = (errors_of(server) for server in tellings.values())
    assert by_envelopes == by_calls
    assert len(by_calls) == 9
    assert {error["developer_email"] for error in by_calls} == {
        "ada@example.com",
        "hopper@x.example",
        "linus@example.com",
        "team@x.example",
        None,
    }


def test_the_letters_are_the_same(tellings):
    """Recipients, subject and both parts, but for moments and the server's own address."""

    def letters_of(server):
        def same(text):
            text = text.replace(server.url, "URL")
            return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|timestamp=\d+", "MOMENT", text)

        letters = server.json("/outbox")["letters"]
        letters = [
            {
                name: same(letter[name])
                for name in ("from", "to", "subject", "state", "text", "html")
            }
            for letter in letters
        ]
        return sorted(letters, key=lambda letter: letter["text"])

    by_envelopes, by_calls = (letters_of(server) for server in tellings.values())
    assert by_envelopes == by_calls
    assert collections.Counter(letter["to"] for letter in by_calls) == {
        "ada@example.com": 2,  # one line, and the known error
        "b@x.example": 1,
        "hopper@x.example": 2,
        "linus@example.com": 2,
        "w@x.example": 2,
        "team@x.example": 1,
    }
    assert any("code=WINTER" in letter["text"] for letter in by_calls)
    assert not any("open sesame" in letter["text"] for letter in by_calls)


def test_the_tracebacks_are_the_same(tellings):
    """What is kept of the newest occurrence."""

    def tracebacks_of(server):
        for error in errors_of(server):
            names = ("filename", "function_name", "line_number", "text")
            query = urllib.parse.urlencode({name: error[name] for name in names})
            facts = server.json(f"/view_traceback?{query}")
            yield {name: facts[name] for name in (*error.keys() - {"score"}, "last_error_data")}

    by_envelopes, by_calls = (list(tracebacks_of(server)) for server in tellings.values())
    assert by_envelopes == by_calls
    assert all(each["last_error_data"] for each in by_calls)


def test_what_is_ignored_is_counted_the_same(tellings):
    """And is no error."""
    counts = [health_of(server)["server"]["reports"] for server in tellings.values()]
    assert [each["ignored"] for each in counts] == [2, 2]
    assert counts[0]["accepted"] == counts[1]["accepted"]
