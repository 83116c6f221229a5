# SPDX-License-Identifier: MIT
"""Whatever a letter's fields hold, it is refused, or arrives with exactly the headers it should
have."""

import random
import subprocess

from postbox import Mailbox

HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "List-Id", "X-Mailer", "Content-Type", "Mime-Version",
}  # fmt: skip
ALPHABET = (
    "a", "b", " ", "  ", "\t", ".", ",", ":", ";", "<", ">", "@", '"', "\\", "\r", "\n", "\r\n",
    "\r\nBcc: eve@example.com\r\n", "\0", "\x1b", "\x7f", "=?", "?=", "=?UTF-8?B?YQ==?=", "é", "日本",
    "\u202e", "\u200f", "\U0001f600", "x" * 70, "é" * 50, "(", ")", "%s",
)  # fmt: skip


def words(chance, length):
    return "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(length)))


def make_letters(seed):
    chance = random.Random(seed)
    for number in range(700):
        letter = ["flawless@example.com", "ada@example.com", "Error", f"m{number}@x", "t@x"]
        spoiled = chance.choice([2, 2, 2, 1, 0, 3, 4])
        letter[spoiled] = words(chance, 12)
        if spoiled != 2 and chance.random() < 0.5:
            letter[spoiled] += "@example.com"
        yield letter


def send(binary, mailbox, letters):
    lines = [
        " ".join(field.encode().hex() or "-" for field in letter) + "\n" for letter in letters
    ]
    run = subprocess.run(
        [binary.parent / "tests" / "unit" / "send_letters", f"smtp://{mailbox.address}"],
        input="".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return run.stdout.splitlines()


def expect_exactly(letter, envelope):
    sender, recipients, message = envelope
    wanted_from, to, subject, message_id, thread_id = letter
    assert (sender, recipients) == (wanted_from, [to])
    names = HEADERS if thread_id else HEADERS - {"In-Reply-To", "References"}
    assert set(message.keys()) == names
    assert len(message.keys()) == len(set(message.keys()))
    assert str(message["Subject"]).strip() == subject.strip(), letter  # spaces around mean nothing
    assert str(message["Message-ID"]).strip() == f"<{message_id}>"
    assert message.get_body(("plain",)).get_content().split() == ["text"]
    assert message.get_body(("html",)).get_content().split() == ["<p>html</p>"]


def test_what_is_written_parses_to_exactly_the_wanted_headers(binary):
    letters = list(make_letters(20))
    with Mailbox() as mailbox:
        outcomes = send(binary, mailbox, letters)
        sent = [letter for letter, said in zip(letters, outcomes, strict=True) if said == "sent"]
        assert len(sent) == len(mailbox.messages)
        assert len(letters) / 10 < len(sent) < len(letters)  # both happen
        for letter, envelope in zip(sent, mailbox.messages, strict=True):
            expect_exactly(letter, envelope)
