# SPDX-License-Identifier: MIT
"""How many letters an address gets, and what happens to addresses that are refused."""

import json
import sqlite3

from postbox import Mailbox
from stage import wait_for
from test_smtp import report_often

TEAM = "team@x.example"


def remap(server, bugs, to):
    """All developers' letters go to one address."""
    rules = [{"remap": bug.author, "to": to} for bug in bugs.values()]
    (server.directory / "email_remapping").write_text(json.dumps(rules))


def health(server, name):
    return server.json("/check_health")["store"][name]


def end_the_hour(server):
    """Makes digests due, while the server is down."""
    assert not server.is_running()
    with sqlite3.connect(server.directory / "state" / "flawless.db") as database:
        database.execute("UPDATE held_letters SET due_at_ms = 0")
        database.execute("UPDATE outbox SET written_at_ms = 1")
    database.close()


def test_what_exceeds_the_bound_comes_as_one_digest_even_after_a_crash(make_server, bugs):
    with Mailbox() as mailbox:
        server = make_server(smtp_host=mailbox.address, letters_per_hour=1)
        remap(server, bugs, TEAM)
        server.start()
        for bug in bugs.values():
            report_often(server, bug)
        wait_for("all to be decided", lambda: health(server, "letters_held") == len(bugs) - 1)
        wait_for("the outbox to know", lambda: server.letters()[0]["state"] == "sent")
        assert len(mailbox.messages) == 1
        assert "2 errors more: their readers have had enough" in server.get("/outbox")
        server.kill()
        end_the_hour(server)
        server.start()
        wait_for("the digest", lambda: len(mailbox.messages) == 2)
        wait_for("the outbox to know", lambda: server.letters()[0]["state"] == "sent")
        first, (_, recipients, digest) = mailbox.messages
        assert recipients == [TEAM]
        assert digest["Subject"] == f"{len(bugs) - 1} more errors in one letter"
        assert digest["References"] is None
        for bug in bugs.values():
            was_alone = bug.path in first[2]["Subject"]
            for part in ("plain", "html"):
                assert (bug.path in digest.get_body((part,)).get_content()) != was_alone
        for bug in bugs.values():
            report_often(server, bug, times=10)
        server.kill()
        end_the_hour(server)
        server.start()
        assert health(server, "letters_held") == 0
        assert len(mailbox.messages) == 2  # each error is told once


def test_letters_of_one_error_are_one_conversation(make_server, bugs):
    with Mailbox() as mailbox:
        server = make_server(smtp_host=mailbox.address)
        known = {"filename": bugs["ada"].path, "alert_every_n_occurences": 3}
        (server.directory / "known_errors").write_text(json.dumps([known]))
        server.start()
        report_often(server, bugs["ada"])
        wait_for("a letter", lambda: len(mailbox.messages) == 1)
        report_often(server, bugs["ada"])
        wait_for("another", lambda: len(mailbox.messages) == 2)
        report_often(server, bugs["grace"])
        wait_for("one about something else", lambda: len(mailbox.messages) == 3)
        first, second, other = (message for _, _, message in mailbox.messages)
        assert first["Message-ID"] != second["Message-ID"]
        assert first["References"] == second["References"] == second["In-Reply-To"]
        assert other["References"] != first["References"]
        assert first["List-Id"] == other["List-Id"]


def test_a_refused_address_is_told_once_to_the_default_contact(make_server, bugs):
    gone = "gone@x.example"
    with Mailbox(refuses=[gone]) as mailbox:
        server = make_server(smtp_host=mailbox.address, default_contact=TEAM)
        remap(server, bugs, gone)
        server.start()
        for bug in bugs.values():
            report_often(server, bug)
        wait_for("refusals", lambda: health(server, "letters_refused") == len(bugs))
        wait_for("the outbox to know", lambda: health(server, "letters_sent") == 1)
        ((_, recipients, message),) = mailbox.messages
        assert recipients == [TEAM]
        assert message["Subject"] == f"Letters to {gone} are refused"
        assert "There is nobody of that name" in message.get_body(("plain",)).get_content()


def test_a_default_contact_that_is_refused_is_not_told_of_itself(make_server, bugs):
    with Mailbox(refuses=[TEAM]) as mailbox:
        server = make_server(smtp_host=mailbox.address, default_contact=TEAM)
        remap(server, bugs, TEAM)
        server.start()
        report_often(server, bugs["ada"])
        wait_for("the refusal", lambda: health(server, "letters_refused") == 1)
        assert [letter["state"] for letter in server.letters()] == ["refused"]
        assert "There is nobody of that name" in server.get("/outbox")
