# SPDX-License-Identifier: MIT
"""The pages: their addresses, parameters, and what they say to programs."""

import datetime
import html
import re
import urllib.error
import urllib.parse

import pytest
from lines import OLD, error_at, is_shown, owner_of, report, rule, settled, wait_for_letter

ERROR = [
    "filename",
    "function_name",
    "line_number",
    "text",
    "error_count",
    "developer_email",
    "date",
    "email_sent",
    "last_occurrence",
    "is_known_error",
]
WEEK = "/get_weekly_error_report"
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture(scope="module")
def known(code):
    return code.take("lib/ab.py")


@pytest.fixture(scope="module")
def server(serve, known):
    return serve(
        {"known_errors": [rule(known)]},
        smtp_host="127.0.0.1:1",
        smtp_user="me",
        smtp_password="open sesame",
        report_only_after_minimum_date="2001-02-04",
    )


def traceback_of(error, **more):
    names = ("filename", "function_name", "line_number", "text")
    return "/view_traceback?" + urllib.parse.urlencode({**{n: error[n] for n in names}, **more})


def now():
    return int(datetime.datetime.now(datetime.timezone.utc).timestamp())


# ---- / and /get_weekly_error_report ----


def test_the_week_is_at_two_addresses(server, code):
    """The shorter one is the way in."""
    line = settled(server, code.take())
    for address in ("/", WEEK):
        assert line.path in server.get(address)
        assert error_at(server, line, address)


def test_timestamp_is_any_moment_of_a_week_and_weeks_begin_on_sunday(server, code):
    """From the first second of Sunday to the last of Saturday."""
    line = settled(server, code.take())
    week = server.json(WEEK)["week"]
    sunday = datetime.datetime.fromisoformat(week).replace(tzinfo=datetime.timezone.utc)
    assert sunday.isoweekday() == 7
    start, length = int(sunday.timestamp()), 7 * 24 * 3600
    assert start <= now() < start + length
    for moment, shown in (
        (start, True),
        (start + length - 1, True),
        (start - 1, False),
        (start + length, False),
    ):
        assert is_shown(server, line, f"{WEEK}?timestamp={moment}") is shown
        assert (line.path in server.get(f"{WEEK}?timestamp={moment}")) is shown


def test_known_errors_are_shown_when_include_known_errors_says_so(server, known):
    """To people and programs."""
    report(server, known.event())
    for more, shown in (("", False), ("?include_known_errors=true", True)):
        assert is_shown(server, known, WEEK + more) is shown
        assert (known.path in server.get(WEEK + more)) is shown
    assert error_at(server, known)["is_known_error"] is True


def test_old_lines_are_shown_when_include_modified_before_min_date_says_so(server, code):
    """Lines that were changed before report_only_after_minimum_date."""
    line = code.take(OLD[0])
    report(server, line.event())
    owner_of(server, line)
    for more, shown in (("", False), ("?include_modified_before_min_date=true", True)):
        assert is_shown(server, line, WEEK + more) is shown
        assert (line.path in server.get(WEEK + more)) is shown


def test_errors_are_grouped_by_developer_in_order_of_score_and_then_of_occurrences(serve, code):
    """A developer's score is the sum of their errors' occurrences."""
    server = serve()
    counts = {
        code.take("shop/ada.py"): 5,
        code.take("shop/grace.py"): 3,
        code.take("shop/ada.py"): 1,
        code.take("shop/grace.py"): 4,
        code.take("shop/linus.py"): 100,
        code.take("shop/ada.py"): 7,
    }
    for line, times in counts.items():
        report(server, line.event(times=times, threshold=1000))
        owner_of(server, line)
    developers = [
        (each["email"].split("@")[0], each["score"], [one["error_count"] for one in each["errors"]])
        for each in server.json(WEEK)["developers"]
    ]
    assert developers == [
        ("linus", 100, [100]),
        ("ada", 13, [7, 5, 1]),
        ("grace", 7, [4, 3]),
    ]
    page = server.get(WEEK)
    places = [page.find(f"{name}@example.com") for name, *_ in developers]
    assert -1 not in places and places == sorted(places)


# ---- /view_traceback ----


def test_a_traceback_is_found_by_file_function_line_and_text(server, code):
    """Without number and text, the function's error that was seen last."""
    first, last = code.take("shop/linus.py"), code.take("shop/linus.py")
    report(server, first.event(message="the first"), last.event(message="the last"))
    page = server.get(traceback_of(error_at(server, first)))
    assert "the first" in page and html.escape(first.text).replace("x27", "39") in page
    place = {"filename": first.path, "function_name": "run"}
    assert "the last" in server.get("/view_traceback?" + urllib.parse.urlencode(place))


def test_timestamp_shows_the_occurrence_of_its_week(server, code):
    """Of a week before the first there is none."""
    line = settled(server, code.take())
    error = error_at(server, line)
    assert server.json(traceback_of(error, timestamp=now()))["last_error_data"]
    assert server.json(traceback_of(error, timestamp=86400))["last_error_data"] is None


# ---- /check_health ----


def test_health_shows_every_option_and_masks_secrets(server):
    """To people and to programs."""
    page, facts = server.get("/check_health"), server.json("/check_health")
    for option in ("port", "report_error_threshold", "repo_dir", "smtp_user", "project_key"):
        assert option in page
    assert facts["options"]["smtp_user"] == "me"
    assert facts["options"]["report_only_after_minimum_date"] == "2001-02-04"
    for said in (page, str(facts)):
        assert "open sesame" not in said and server.key not in said


def test_health_says_whether_the_server_lives(server):
    """With the status of HTTP and in a word."""
    status, headers, _ = server.sender().request("GET", "/check_health")
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert server.json("/check_health")["status"] in ("ok", "degraded")


# ---- forms ----

FORMS = ["/add_known_error", "/add_watch", "/remap_email", "/disown_file", "/add_ignored_exception"]


@pytest.mark.parametrize("path", FORMS)
def test_each_form_is_at_its_address_and_admin_leads_to_it(server, path):
    """With something to fill in and to send."""
    page = server.get(path)
    assert re.search(rf'<form[^>]* method="post" action="{path}"', page)
    assert f'href="{path}"' in server.get("/admin")


def test_the_parameters_of_add_known_error_fill_in_its_form(server):
    """filename, function_name and code_fragment."""
    fields = {"filename": "shop/a.py", "function_name": "pay", "code_fragment": "charge(<x>, '1')"}
    page = html.unescape(server.get("/add_known_error?" + urllib.parse.urlencode(fields)))
    for name, value in fields.items():
        assert f'name="{name}" value="{value}"' in page


def test_view_config_shows_the_option_that_key_names(server):
    """Secrets are masked."""
    assert "2001-02-04" in server.get("/view_config?key=report_only_after_minimum_date")
    assert "open sesame" not in server.get("/view_config?key=smtp_password")


# ---- JSON ----


def test_the_week_as_json_has_the_fields_that_scripts_know(server, code):
    """Exactly these, of these types."""
    line = code.take()
    report(server, line.event(threshold=1))
    wait_for_letter(server, line)
    week = server.json(WEEK)
    assert list(week) == ["week", "developers"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", week["week"])
    assert all(list(each) == ["email", "score", "errors"] for each in week["developers"])
    assert all(list(one) == ERROR for each in week["developers"] for one in each["errors"])
    error = error_at(server, line)
    last = error.pop("last_occurrence")
    assert re.fullmatch(MOMENT, last)
    assert error == {
        "filename": line.path,
        "function_name": "run",
        "line_number": line.number,
        "text": line.text,
        "error_count": 1,
        "developer_email": "ada@example.com",
        "date": "2025-03-03 10:00:00",
        "email_sent": True,
        "is_known_error": False,
    }


def test_line_number_and_text_are_those_of_the_newest_report(server, code):
    """A line that was shifted is shown where it is now."""
    line = settled(server, code.take("shop/shifted.py"), release="v1")
    number = line.number
    line.number += 50
    report(server, line.event(release="release-10"))
    owner_of(server, line)
    assert error_at(server, line)["error_count"] == 2
    line.number = number
    assert not is_shown(server, line)


def test_the_traceback_as_json_adds_the_last_occurrence(server, code):
    """With the names of the Thrift protocol."""
    line, caller = code.take(), code.take("shop/grace.py")
    report(
        server,
        line.event(
            callers=[caller.frame(vars={"x": "1"})],
            times=4,
            threshold=9,
            message="no tea",
            request="GET /tea",
        ),
    )
    owner_of(server, line)
    error = error_at(server, line)
    facts = server.json(traceback_of(error))
    data = facts["last_error_data"]
    assert {name: facts[name] for name in ERROR} == error  # and more
    traceback = data.pop("traceback")
    assert data == {
        "exception_type": "ValueError",
        "exception_message": "no tea",
        "hostname": "web-1",
        "additional_info": "GET /tea",
        "release": "",
        "environment": "",
        "transaction": "",
        "user": {},
        "tags": {},
        "error_count": 4,
        "error_threshold": 9,
    }
    assert [frame["text"] for frame in traceback] == [caller.text, line.text]
    assert traceback[0]["frame_locals"] == {"x": "1"}
    assert all(
        set(frame) == {"filename", "line_number", "function_name", "text", "frame_locals"}
        for frame in traceback
    )


@pytest.mark.parametrize("path", ["/", WEEK, "/check_health", "/view_traceback"])
def test_json_is_given_to_those_who_accept_it_and_html_to_others(server, code, path):
    """By the Accept header alone."""
    if path == "/view_traceback":
        path = traceback_of(error_at(server, settled(server, code.take())))
    for accept, kind in (
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
    ):
        _, headers, _ = server.sender().request("GET", path, headers={"Accept": accept})
        assert headers["Content-Type"].split(";")[0] == kind


def test_what_is_not_known_or_wrong_is_refused_in_plain_words(server):
    """By the name of what is wrong."""
    for path, status, words in (
        ("/view_traceback?filename=no.py&function_name=f", 404, "no.py"),
        ("/view_traceback", 400, "filename"),
        (WEEK + "?timestamp=yesterday", 400, "timestamp"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            server.get(path)
        assert refusal.value.code == status
        assert words in refusal.value.read().decode()
