# SPDX-License-Identifier: MIT
"""Letters by real SMTP: what arrives, and that trouble delays a letter and nothing else."""

from postbox import Mailbox
from stage import free_port, wait_for

FROM = "flawless@errors.example"


def report_often(server, bug, times=3, **more):
    sender = server.sender()
    for _ in range(times):
        sender.report(bug.event(**more))
    sender.close()


def test_a_letter_arrives_with_both_parts_and_the_right_people(make_server, bugs):
    with Mailbox() as mailbox:
        server = make_server(smtp_host=mailbox.address, email_domain_name="errors.example").start()
        report_often(server, bugs["grace"], kind="ValueError", message="twelve is no number")
        wait_for("a letter", lambda: mailbox.messages)
        wait_for("the outbox to know", lambda: server.letters()[0]["state"] == "sent")
        sender, recipients, message = mailbox.messages[0]
        assert (sender, recipients) == (FROM, [bugs["grace"].author])
        assert bugs["grace"].path in message["Subject"]
        assert "web-1" in message["Subject"]
        assert FROM in message["From"]
        assert bugs["grace"].author in message["To"]
        assert message["Date"]
        assert message["Message-ID"] == server.letters()[0]["message_id"]
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        for part in (text, html):
            assert "ValueError" in part
            assert "twelve is no number" in part
            assert server.url in part
        assert bugs["grace"].text in text
        report_often(server, bugs["grace"], times=10)
        assert server.count_of(bugs["grace"].path) == 13
        assert server.stop() == 0
        server.start()
        report_often(server, bugs["ada"])
        wait_for("the second letter", lambda: len(mailbox.messages) >= 2)
        assert [recipients for _, recipients, _ in mailbox.messages] == [
            [bugs["grace"].author],
            [bugs["ada"].author],
        ]


def test_a_login_is_used(make_server, bugs, tmp_path):
    (tmp_path / "password").write_text("open sesame\n")
    with Mailbox(login=("flawless", "open sesame")) as mailbox:
        server = make_server(
            smtp_host=mailbox.address,
            smtp_user="flawless",
            smtp_password_file=tmp_path / "password",
        ).start()
        report_often(server, bugs["ada"])
        wait_for("a letter", lambda: mailbox.messages)
        assert "open sesame" not in server.log()
        assert "open sesame" not in server.get("/check_health")


def test_a_dead_mail_server_delays_the_letter_and_nothing_else(make_server, bugs):
    port = free_port()
    server = make_server(smtp_host=f"127.0.0.1:{port}").start()
    report_often(server, bugs["linus"])
    wait_for("a failed attempt", lambda: [one for one in server.letters() if one["attempts"] > 0])
    letter = server.letters()[0]
    assert letter["state"] == "waiting"
    assert letter["last_error"]
    report_often(server, bugs["linus"], times=20)
    assert server.count_of(bugs["linus"].path) == 23
    assert server.stop() == 0
    server.bring_next_try_forward()
    with Mailbox(port) as mailbox:
        server.start()
        wait_for("the letter", lambda: mailbox.messages)
        wait_for("the outbox to know", lambda: server.letters()[0]["state"] == "sent")
        assert len(mailbox.messages) == 1
        assert mailbox.messages[0][2]["Message-ID"] == letter["message_id"]


def test_a_letter_that_is_put_off_arrives_once(make_server, bugs):
    with Mailbox(answers=["451 Come back later"]) as mailbox:
        server = make_server(smtp_host=mailbox.address).start()
        report_often(server, bugs["ada"])
        wait_for("an attempt", lambda: [one for one in server.letters() if one["attempts"] > 0])
        assert "451" in server.letters()[0]["last_error"]
        assert mailbox.messages == []
        assert server.stop() == 0
        server.bring_next_try_forward()
        server.start()
        wait_for("the letter", lambda: mailbox.messages)
        wait_for("the outbox to know", lambda: server.letters()[0]["state"] == "sent")
        assert len(mailbox.messages) == 1


def test_letters_kept_without_a_mail_server_are_sent_when_there_is_one(make_server, bugs):
    server = make_server().start()
    report_often(server, bugs["grace"])
    assert [letter["state"] for letter in server.wait_for_letters(1)] == ["kept"]
    assert server.stop() == 0
    with Mailbox() as mailbox:
        server.options["smtp_host"] = mailbox.address
        server.start()
        wait_for("the letter", lambda: mailbox.messages)
        wait_for("the outbox to know", lambda: server.letters()[0]["state"] == "sent")
        assert len(mailbox.messages) == 1


def test_a_newline_in_what_was_reported_forges_no_header(make_server, bugs):
    with Mailbox() as mailbox:
        server = make_server(smtp_host=mailbox.address).start()
        forged = "host\r\nBcc: victim@example.com\r\n\r\nBuy"
        report_often(server, bugs["ada"], server_name=forged, kind="A\r\nBcc: b@example.com")
        wait_for("a letter", lambda: mailbox.messages)
        _, recipients, message = mailbox.messages[0]
        assert recipients == [bugs["ada"].author]
        assert message["Bcc"] is None
        assert "\n" not in message["Subject"]


def test_a_line_that_is_a_dot_does_not_end_the_letter(make_server, bugs):
    with Mailbox() as mailbox:
        server = make_server(smtp_host=mailbox.address).start()
        report_often(server, bugs["ada"], message="before\n.\nQUIT\nafter")
        wait_for("a letter", lambda: mailbox.messages)
        assert "after" in mailbox.messages[0][2].get_body(("plain",)).get_content()
