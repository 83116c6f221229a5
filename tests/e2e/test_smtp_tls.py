# SPDX-License-Identifier: MIT
"""Letters by SMTP with TLS and a login: what is right works, what is not gets no password."""

import pytest
from certificates import Authority
from postbox import Mailbox
from stage import wait_for
from test_smtp import report_often

LOGIN = ("flawless", "open sesame")
HERE = "IP:127.0.0.1"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def mailing(make_server, tmp_path):
    """A server that logs in at a mail server and trusts this authority."""

    def make(authority, smtp_host, password=LOGIN[1], **more):
        (tmp_path / "password").write_text(password + "\n")
        return make_server(
            smtp_host=smtp_host,
            smtp_user=LOGIN[0],
            smtp_password_file=tmp_path / "password",
            smtp_ca_file=authority and authority.file,
            **more,
        ).start()

    return make


def wait_for_problem(server, words):
    """The letter waits, and health says why; gives what it says."""
    wait_for("an attempt", lambda: [one for one in server.letters() if one["attempts"] > 0])
    (letter,) = server.letters()
    assert letter["state"] == "waiting"
    (problem,) = server.json("/check_health")["problems"]
    assert problem.startswith("letters cannot be sent: ")
    assert words in problem.lower()
    assert letter["last_error"] in problem
    return problem


def expect_no_password(server, password=LOGIN[1]):
    for text in (server.log(), server.get("/check_health"), server.get("/outbox")):
        assert password not in text


def test_a_letter_goes_over_starttls_with_a_login(mailing, authority, bugs):
    with Mailbox(login=LOGIN, starttls=authority.context(HERE)) as mailbox:
        server = mailing(authority, mailbox.address, smtp_use_tls="true")
        report_often(server, bugs["ada"])
        wait_for("a letter", lambda: mailbox.messages)
        assert mailbox.were_encrypted == [True]
        assert mailbox.logins == 1
        expect_no_password(server)


def test_a_letter_goes_over_tls_from_the_first_byte(mailing, authority, bugs):
    with Mailbox(login=LOGIN, tls=authority.context(HERE)) as mailbox:
        server = mailing(authority, "smtps://" + mailbox.address)
        report_often(server, bugs["ada"])
        wait_for("a letter", lambda: mailbox.messages)
        assert mailbox.were_encrypted == [True]
        assert mailbox.logins == 1


def test_a_wrong_password_makes_the_letter_wait(mailing, authority, bugs):
    with Mailbox(login=LOGIN, starttls=authority.context(HERE)) as mailbox:
        server = mailing(authority, mailbox.address, "open barley", smtp_use_tls="true")
        report_often(server, bugs["ada"])
        wait_for_problem(server, "535")
        assert mailbox.messages == []
        expect_no_password(server, "open barley")


def test_a_certificate_of_an_unknown_authority_gets_no_password(mailing, authority, bugs):
    with Mailbox(login=LOGIN, starttls=authority.context(HERE)) as mailbox:
        server = mailing(None, mailbox.address, smtp_use_tls="true")
        report_often(server, bugs["ada"])
        wait_for_problem(server, "certificate")
        assert (mailbox.messages, mailbox.logins) == ([], 0)


def test_a_certificate_for_another_host_gets_no_password(mailing, authority, bugs):
    with Mailbox(login=LOGIN, tls=authority.context("DNS:mail.example.com")) as mailbox:
        server = mailing(authority, "smtps://" + mailbox.address)
        report_often(server, bugs["ada"])
        wait_for_problem(server, "certificate")
        assert (mailbox.messages, mailbox.logins) == ([], 0)


def test_a_server_without_starttls_gets_no_password(mailing, authority, bugs):
    with Mailbox(login=LOGIN) as mailbox:
        server = mailing(authority, mailbox.address, smtp_use_tls="true")
        report_often(server, bugs["ada"])
        wait_for_problem(server, "starttls")
        assert (mailbox.messages, mailbox.logins) == ([], 0)


def test_a_file_of_authorities_that_is_missing_is_named(mailing, authority, bugs):
    with Mailbox(starttls=authority.context(HERE)) as mailbox:
        authority.file = authority.directory / "elsewhere.pem"
        server = mailing(authority, mailbox.address, smtp_use_tls="true")
        report_often(server, bugs["ada"])
        wait_for_problem(server, "elsewhere.pem")
