# SPDX-License-Identifier: MIT
"""What stands in a letter.

A browser's and a terminal's view of hostile text: tests/unit/test_letter.c::nothing_from_outside_is_markup_or_controls_a_terminal
"""

import html.parser
import re
import urllib.parse

import pytest
from lines import report, rule, wait_for_letter
from reports import event, frame

HOSTILE = "<b>\"x\"</b> & 'y' {{z}}"
REQUEST = {
    "method": "POST",
    "url": "http://shop.example/pay",
    "headers": {"User-Agent": f"Browser {HOSTILE}"},
}


@pytest.fixture(scope="module")
def told(serve, code):
    """One letter with everything in it, and what it is about."""
    line, caller = code.take("shop/ada.py"), code.take("shop/grace.py")
    header = f"Call the bank. {HOSTILE}"
    server = serve({"known_errors": [rule(line, min_alert_threshold=1, email_header=header)]})
    caller_frame = caller.frame(vars={"zebra": "1", "apple": HOSTILE}, function="pay")
    foreign = frame(
        "requests/api.py",
        7,
        "go(url)",
        abs_path="/usr/lib/python3/requests/api.py",
        vars={"foreign_variable": "2"},
        in_app=False,
    )
    own = line.frame(vars={"self.total": "3", "basket": "'tea'"})
    report(
        server,
        event(caller_frame, own, foreign, kind="BankError", message=HOSTILE, request=REQUEST),
    )
    letter = wait_for_letter(server, line)
    letter.update(line=line, server=server, caller=caller, header=header)
    return letter


class Page(html.parser.HTMLParser):
    """A letter's HTML part as a reader would see it."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.links = "", set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.words += data


def links_of(letter):
    links = Page(letter["html"]).links
    assert all(link.startswith(letter["server"].url) or "flawless" in link for link in links)
    return links


def test_the_subject_names_host_and_file(told):
    """Error on HOST in FILE."""
    assert told["subject"] == f"Error on web-1 in {told['line'].path}"


def test_a_known_errors_header_stands_at_the_top(told):
    """Before all else."""
    assert told["text"].startswith(told["header"])


def test_exception_type_traceback_variables_request_and_links_follow_in_this_order(told):
    """In both parts."""
    order = [
        "Call the bank.",
        "BankError",
        "Traceback (most recent call last)",
        "Stack Frame:",
        "Additional Information:",
        "/view_traceback?",
        "What is Flawless?",
    ]
    places = [told["text"].find(words) for words in order]
    assert -1 not in places and places == sorted(places), told["text"]
    words = Page(told["html"]).words
    places = [words.find(each.rstrip(":")) for each in order if not each.startswith("/")]
    assert -1 not in places and places == sorted(places), words


def test_the_traceback_has_every_frame_oldest_call_first(told):
    """Also those that are not ours."""
    traceback = told["text"].split("Traceback (most recent call last)")[1].split("Stack Frame:")[0]
    places = [
        traceback.find(words) for words in (told["caller"].text, told["line"].text, "go(url)")
    ]
    assert -1 not in places and places == sorted(places)
    assert "BankError" in traceback


def test_the_variables_of_our_frames_are_sorted_one_name_and_value_a_line(told):
    """Those of other frames are left out."""
    part = told["text"].split("Stack Frame:")[1].split("Additional Information:")[0]
    assigned = re.findall(r"^\s+([\w.]+)=(.*)$", part, re.MULTILINE)
    assert [name for name, _ in assigned] == ["apple", "zebra", "basket", "self.total"]
    assert dict(assigned)["basket"] == "'tea'"
    assert "foreign_variable" not in part


def test_the_request_is_the_additional_information(told):
    """Its method, address and headers."""
    part = told["text"].split("Additional Information:")[1]
    for words in ("POST", "http://shop.example/pay", "User-Agent: Browser"):
        assert words in part


def test_the_first_link_leads_to_the_most_recent_occurrence(told):
    """And works."""
    (link,) = (link for link in links_of(told) if "/view_traceback?" in link)
    assert link in told["text"]
    assert "BankError" in told["server"].get(link.removeprefix(told["server"].url))


def test_a_link_leads_to_all_errors_of_the_developer(told):
    """In the week of the letter."""
    (link,) = (link for link in links_of(told) if "/get_weekly_error_report" in link)
    page = told["server"].get(link.removeprefix(told["server"].url))
    assert told["line"].author in page


def test_a_link_adds_the_line_to_the_known_errors(told):
    """With the form filled in."""
    (link,) = (link for link in links_of(told) if "/add_known_error?" in link)
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
    assert fields == {
        "filename": told["line"].path,
        "function_name": "run",
        "code_fragment": told["line"].text,
        "project": "1",
    }


def test_what_flawless_is_is_explained(told):
    """For somebody who never heard of it."""
    assert "What is Flawless?" in told["text"]
    (link,) = (link for link in links_of(told) if "/what_is_flawless" in link)
    assert "Why did I get a letter?" in told["server"].get(link.removeprefix(told["server"].url))


def test_everything_from_outside_is_escaped(told):
    """What was reported is there to be read, and is no markup."""
    page = Page(told["html"])
    assert "b" not in page.tags and "script" not in page.tags
    assert page.words.count(HOSTILE) >= 3  # header, message, variable, request
    assert told["text"].count(HOSTILE) >= 3
    for link in page.links:
        assert "<" not in link and urllib.parse.urlsplit(link).scheme == "http"


def test_there_is_a_plain_and_an_html_part(told):
    """Both say the same."""
    assert told["html"].startswith("<!DOCTYPE html>")
    assert "<" not in told["text"].replace(HOSTILE, "")
