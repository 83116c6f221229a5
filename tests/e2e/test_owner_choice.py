# SPDX-License-Identifier: MIT
"""Who is told about a line whose author cannot be: the letter, the page and the command say the same."""

import json
import subprocess

import pytest
from reports import event, frame
from stage import wait_for

BOT = "renovate[bot]"


@pytest.fixture
def shop(tmp_path):
    """Ada wrote pay.py, and a bot one line of it; both(path, text) are committed by commit."""

    class Shop:
        path = tmp_path / "shop"

        def git(self, *arguments, author="ada"):
            name = ["-c", f"user.name={author}", "-c", f"user.email={author}@example.com"]
            subprocess.run(["git", *name, *arguments], cwd=self.path, check=True)

        def commit(self, name, text, author, message="Work"):
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_text(text)
            self.git("add", name)
            self.git("commit", "-q", "-m", message, author=author)

    shop = Shop()
    shop.path.mkdir()
    shop.git("init", "-q")
    shop.commit("pay.py", "def pay(sum):\n    rate = 7\n    return sum * rate\n", "ada")
    shop.commit(
        "pay.py",
        "def pay(sum):\n    rate = 8\n    return sum * rate\n",
        BOT,
        "Raise the rate\n\nCo-authored-by: Eve <eve@example.com>",
    )
    return shop


@pytest.fixture
def told(make_server, shop):
    """Lets the bot's line fail; gives the letter's address and text, and the error's JSON."""

    def told(**options):
        server = make_server(repository=shop.path, **options)
        server.start()
        server.sender().report(*[event(frame("pay.py", 2, "    rate = 8", "pay")) for _ in range(4)])
        (letter,) = server.wait_for_letters(1)
        page = server.json("/view_traceback?filename=pay.py&function_name=pay")
        assert page["developer_email"] == letter["to"]
        return letter, page

    return told


def test_a_bots_line_goes_to_whom_codeowners_names(told, shop):
    shop.commit(".github/CODEOWNERS", "* @everybody\n/pay.py grace@example.com\n", "ada")
    letter, page = told()
    assert letter["to"] == "grace@example.com"
    assert page["confidence"] == "medium"
    assert page["author_name"] == BOT
    assert page["co_authors"] == ["Eve <eve@example.com>"]
    assert f"{BOT}@example.com, who wrote the line, is a bot; CODEOWNERS names" in page["reason"]
    assert "(.github/CODEOWNERS, line 2)" in page["reason"]
    assert page["reason"] in " ".join(letter["text"].split())
    assert "together with Eve <eve@example.com>" in " ".join(letter["text"].split())


def test_without_codeowners_who_else_wrote_the_function_is_told(told):
    letter, page = told()
    assert letter["to"] == "ada@example.com"
    assert page["confidence"] == "low"


def test_a_line_that_no_commit_has_goes_to_whom_codeowners_names(make_server, shop):
    """Somebody has edited the file where it runs."""
    shop.commit("CODEOWNERS", "/pay.py grace@example.com\n", "ada")
    server = make_server(repository=shop.path)
    server.start()
    server.sender().report(*[event(frame("pay.py", 90, "    edited()", "pay")) for _ in range(4)])
    (letter,) = server.wait_for_letters(1)
    page = server.json("/view_traceback?filename=pay.py&function_name=pay")
    assert letter["to"] == page["developer_email"] == "grace@example.com"
    assert page["confidence"] == "low"


def test_what_git_cannot_tell_for_a_day_goes_to_the_default_contact(make_server, shop, tmp_path):
    """A commit that is damaged does not mend by itself."""
    git = tmp_path / "git"
    git.write_text('#!/bin/sh\ncase "$*" in *pay.py*) exit 1;; esac\nexec git "$@"\n')
    git.chmod(0o755)
    server = make_server(
        repository=shop.path, git_cli_path=git, default_contact="team@example.com"
    ).start()
    server.sender().report(*[event(frame("pay.py", 2, "    rate = 8", "pay")) for _ in range(4)])
    wait_for("a failed question", lambda: "git could not be asked about a line" in server.log())
    server.stop()
    server.change_store("UPDATE sites SET blame_attempts = 150, blame_at_ms = 0")
    server.start()
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "team@example.com"
    page = server.json("/view_traceback?filename=pay.py&function_name=pay")
    assert page["confidence"] == "low"
    assert "git could not be asked for a day" in page["reason"]


def test_when_nobody_is_left_the_default_contact_is_told(told):
    letter, page = told(inactive_people="ada", default_contact="team@example.com")
    assert letter["to"] == "team@example.com"
    assert page["confidence"] == "low"
    assert "ada@example.com, who wrote other lines of the function, is one of inactive_people" in page["reason"]


def test_the_command_chooses_as_the_server_does(binary, shop):
    asked = [binary, "blame", "--json", "--repo", str(shop.path), "pay.py:2"]
    answer = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    assert answer["owner"] == "ada@example.com"
    assert answer["author_email"] == f"{BOT}@example.com"
    assert answer["co_authors"] == ["Eve <eve@example.com>"]
    assert answer["confidence"] == "low"
    assert "is a bot; of the function's other authors ada@example.com" in answer["reason"]
