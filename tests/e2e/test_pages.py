# SPDX-License-Identifier: MIT
"""The pages: what people and scripts see, and that nothing from outside becomes markup."""

import html.parser
import re
import urllib.error
import urllib.parse

import pytest
from reports import envelope, event, frame
from stage import wait_for

HOSTILE = "<script>alert('1')</script>\"><img src=x onerror=alert(2)>&amp;{{x}}"
WEEK_FIELDS = {
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
}


class Elements(html.parser.HTMLParser):
    """Every element and attribute of a page as a browser would see them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def are_harmless(self):
        return (
            not self.tags & {"script", "img", "iframe", "object", "embed", "base"}
            and not any(name.startswith("on") for _, name, _ in self.attributes)
            and not any(
                value.strip().lower().startswith("javascript:") for *_, value in self.attributes
            )
        )


def traceback_path(error, **more):
    fields = {
        "filename": error["filename"],
        "function_name": error["function_name"],
        "line_number": error["line_number"],
        "text": error["text"],
        **more,
    }
    return "/view_traceback?" + urllib.parse.urlencode(fields)


def test_the_week_as_json_has_the_fields_that_scripts_know(server, bugs):
    sender = server.sender()
    for _ in range(3):
        sender.report(bugs["ada"].event())
    sender.report(bugs["linus"].event())
    owners = {bugs["ada"].author, bugs["linus"].author}
    wait_for("owners", lambda: {each["developer"] for each in server.errors().values()} == owners)
    server.wait_for_letters(1)
    for path in ("/", "/get_weekly_error_report"):
        week = server.json(path)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", week["week"])
        assert [(each["email"], each["score"]) for each in week["developers"]] == [
            (bugs["ada"].author, 3),
            (bugs["linus"].author, 1),
        ]
        error = week["developers"][0]["errors"][0]
        assert WEEK_FIELDS <= error.keys()
        assert error["filename"] == bugs["ada"].path
        assert error["line_number"] == bugs["ada"].line
        assert error["text"].strip() == bugs["ada"].text
        assert error["developer_email"] == bugs["ada"].author
        assert error["email_sent"] is True
        assert week["developers"][1]["errors"][0]["email_sent"] is False


def test_another_week_has_nothing_of_this_one(server, bugs):
    server.sender().report(bugs["ada"].event())
    assert server.json("/")["developers"]
    assert server.json("/get_weekly_error_report?timestamp=86400")["developers"] == []
    assert server.get("/get_weekly_error_report?timestamp=86400")


def test_the_traceback_shows_what_was_reported(server, bugs):
    bug = bugs["grace"]
    variables = {"rows": "[{'price': 'twelve'}]", "text": "'item,price'"}
    server.sender().report(
        event(
            frame("lib/other.py", 3, "call(job)", "outer", in_app=False),
            frame(bug.path, bug.line, "    " + bug.text, "invoice_total", vars=variables),
            kind="ValueError",
            message="could not convert string to float",
        )
    )
    error = server.errors()[bug.path]
    page = server.get(traceback_path(error))
    for words in (
        "ValueError",
        "could not convert string to float",
        bug.path,
        "invoice_total",
        "twelve",
    ):
        assert words in page
    facts = server.json(traceback_path(error))
    assert facts["filename"] == bug.path
    assert facts["error_count"] == 1
    assert "could not convert" in str(facts["last_error_data"])
    assert server.get(traceback_path({**error, "line_number": 0, "text": ""}))


def test_what_is_not_known_is_404_in_plain_words(server):
    unknown = {"filename": "no.py", "function_name": "f", "line_number": 1, "text": "x"}
    with pytest.raises(urllib.error.HTTPError) as refusal:
        server.get(traceback_path(unknown))
    assert refusal.value.code == 404
    assert "no.py" in refusal.value.read().decode()


def test_nothing_from_outside_becomes_markup(server, bugs):
    bug, sender = bugs["ada"], server.sender()
    variables = {HOSTILE: HOSTILE, "x": HOSTILE}
    request = {"url": "javascript:" + HOSTILE, "headers": {"User-Agent": HOSTILE}, "data": HOSTILE}
    for _ in range(3):
        sender.report(
            event(
                frame(HOSTILE, 1, HOSTILE, HOSTILE, vars=variables),
                frame(bug.path, bug.line, bug.text, HOSTILE, vars=variables),
                kind=HOSTILE,
                message=HOSTILE,
                server_name=HOSTILE,
                request=request,
                release=HOSTILE,
                environment=HOSTILE,
                transaction=HOSTILE,
                tags={HOSTILE: HOSTILE},
            )
        )
        sender.report(event(frame(HOSTILE, 1, HOSTILE, HOSTILE), kind=HOSTILE))
    letter = server.wait_for_letters(1)[0]
    assert Elements(letter["html"]).are_harmless(), letter["html"]
    pages = ["/", "/outbox", "/check_health"]
    pages += [traceback_path(error) for error in server.errors().values()]
    assert len(pages) == 5
    for path in pages:
        page = server.get(path)
        assert Elements(page).are_harmless(), (path, page)
        assert "<script>alert" not in page
    for path in (
        "/" + urllib.parse.quote(HOSTILE, safe=""),
        traceback_path(
            {**dict.fromkeys(("filename", "function_name", "text"), HOSTILE), "line_number": 1}
        ),
        "/get_weekly_error_report?timestamp=" + urllib.parse.quote(HOSTILE),
    ):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            server.get(path)
        assert refusal.value.code in (400, 404)
        assert Elements(refusal.value.read().decode()).are_harmless()


def test_pages_forbid_scripts_and_frames_by_header(server):
    _, headers, _ = server.sender().request("GET", "/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_health_tells_people_and_machines_and_hides_secrets(make_server):
    server = make_server(
        smtp_host="127.0.0.1:1", smtp_user="me", smtp_password="hunter2-secret"
    ).start()
    page, facts = server.get("/check_health"), server.json("/check_health")
    assert facts["status"]
    assert "report_error_threshold" in page
    logged = "".join(line for line in server.log_lines() if line[:1].isdigit())
    for text in (page, str(facts), logged):
        assert "hunter2-secret" not in text
        assert server.key not in text
    assert server.dsn in server.log()  # a start prints it, for whoever started


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Host": "rebound.example:9028"},
    ],
    ids=["forwarded", "forwarded, by the standard", "a name of somebody else"],
)
def test_pages_are_for_this_machine_only_while_there_is_no_login(server, bugs, headers):
    sender = server.sender()
    sender.report(bugs["ada"].event())
    for path in ("/", "/outbox", "/check_health"):
        status, _, body = sender.request("GET", path, headers=headers)
        assert status == 403, path
        assert bugs["ada"].path.encode() not in body
    body = envelope(bugs["ada"].event())
    assert sender.post(body, headers=headers)[0] == 200


def test_errors_without_an_owner_can_be_seen(server):
    server.sender().report(event(frame("/usr/lib/python3/other.py", 5, "boom()"), kind="OSError"))
    week = server.json("/")
    nobody = [each for each in week["developers"] if not each["email"]]
    assert len(nobody) == 1
    assert nobody[0]["errors"][0]["error_count"] == 1
    assert server.letters() == []


def test_a_message_without_a_traceback_is_kept(server):
    sender = server.sender()
    status, _, _ = sender.post(b'{"message": "the disk is full", "level": "error"}', "store")
    assert status == 200
    assert server.json("/")["developers"]
    assert server.get("/")
