# SPDX-License-Identifier: MIT
"""Without a mail server letters stay in the outbox.

They are sent once there is one: tests/e2e/test_smtp.py::test_letters_kept_without_a_mail_server_are_sent_when_there_is_one
"""

import html

from lines import report, wait_for_letter
from postbox import Mailbox
from stage import wait_for


def test_with_smtp_host_unset_every_letter_is_shown_as_it_would_have_been_sent(serve, code):
    """The outbox of a server without mail has what another one sends for the same report."""
    line = code.take()
    with Mailbox() as mailbox:
        kept, sent = serve(), serve(smtp_host=mailbox.address)
        for server in (kept, sent):
            report(server, line.event(threshold=1, message="Umlaut ä & <tag>"))
        letter = wait_for_letter(kept, line)
        wait_for("the letter", lambda: mailbox.messages)
    _, recipients, message = mailbox.messages[0]
    assert letter["state"] == "kept"
    assert letter["to"] == ", ".join(recipients) == message["To"]
    assert letter["from"] == message["From"].split("<")[-1].rstrip(">")
    assert letter["subject"] == message["Subject"]

    def same(text):
        """Without what differs from server to server and from moment to moment."""
        lines = text.replace(sent.url, kept.url).replace("\r", "").strip().splitlines()
        return [each for each in lines if "UTC" not in each and "timestamp=" not in each]

    for kind, name in (("plain", "text"), ("html", "html")):
        assert same(message.get_body((kind,)).get_content()) == same(letter[name])
    page = kept.get("/outbox")
    for words in (letter["to"], letter["subject"], letter["message_id"]):
        assert html.escape(words) in page
    for words in letter["text"].splitlines():
        assert html.escape(words).replace("&#x27;", "&#39;") in page


def test_a_first_run_needs_nothing_else(serve, code):
    """No option about mail is set, and nothing is amiss."""
    server = serve()
    assert server.json("/check_health")["status"] == "ok"
    report(server, code.take().event(threshold=1))
