# SPDX-License-Identifier: MIT
"""An error that somebody marked as fixed, and that comes back."""

import html
import subprocess

import pytest
from reports import event, frame
from stage import wait_for

PATH, TEXT = "shop.py", "sell()"
PAGE = f"/view_traceback?filename={PATH}&function_name=run"


@pytest.fixture
def shop(tmp_path):
    """A repository whose only line fails at v1; the newest commit is to mend it, and has no tag yet."""
    path = tmp_path / "shop"
    path.mkdir()

    def git(*arguments):
        name = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", *name, *arguments], cwd=path, check=True)

    git("init", "-q")
    (path / PATH).write_text(TEXT + "\n")
    git("add", PATH)
    git("commit", "-q", "-m", "Sell")
    git("tag", "v1")
    git("commit", "-q", "--allow-empty", "-m", "Mend it")
    def rev(name):
        run = ["git", "rev-parse", name]
        return subprocess.run(run, cwd=path, check=True, capture_output=True, text=True).stdout.strip()

    return type("Shop", (), {"path": path, "git": staticmethod(git), "rev": staticmethod(rev)})


def fail(server, release=None, times=1):
    more = {"release": release} if release else {}
    server.sender().report(*[event(frame(PATH, 1, TEXT), **more) for _ in range(times)])


def rest(server):
    """Waits until git is not to be asked any more."""
    health = "/check_health"
    wait_for("git's answers", lambda: server.json(health)["store"]["sites_awaiting_blame"] == 0)


def page_of(server):
    return html.unescape(server.get(PAGE))


def number_of(server):
    return server.json(PAGE)["id"]


def mark(server, answer="yes"):
    fields = {"id": number_of(server), "fixed": answer}
    status, headers, body = server.post_form(PAGE, fields, path="/mark_fixed")
    assert status == 303, body.decode()
    assert headers["Location"].startswith(f"/view_traceback?filename={PATH}&function_name=run")


@pytest.fixture
def server(make_server, shop):
    """Has told Ada of the error."""
    server = make_server(repository=shop.path, report_error_threshold=2).start()
    fail(server, "v1", times=2)
    server.wait_for_letters(1)
    wait_for("the first look at commits", lambda: "are read for the errors" in server.log())
    return server


def test_what_was_fixed_and_comes_back_in_a_newer_release_is_told_once_more(server, shop):
    mark(server)
    assert "marked fixed by local <time" in page_of(server)
    assert "marked fixed" in server.get("/")
    fail(server, "v1", times=5)  # a machine that still runs the old release
    rest(server)
    assert server.count_of(PATH) == 7
    assert len(server.letters()) == 1

    server.kill()
    server.start()
    fail(server, "v1", times=5)
    shop.git("tag", "v2")
    fail(server, "v2")
    wait_for("the comeback", lambda: "Came back" in page_of(server))
    assert server.count_of(PATH) == 13
    assert len(server.letters()) == 1  # the threshold counts from the comeback
    fail(server, "v2")
    again, first = server.wait_for_letters(2)
    assert "was marked as fixed, and came back on" in again["text"]
    assert "marked as fixed" not in first["text"]
    assert again["to"] == first["to"] == "ada@example.com"

    server.kill()
    server.start()
    fail(server, "v2", times=20)
    rest(server)
    assert len(server.letters()) == 2


@pytest.mark.parametrize("release", [None, "what-is-this"])
def test_without_a_release_that_git_knows_any_later_report_is_a_comeback(server, release):
    mark(server)
    fail(server, release, times=2)
    server.wait_for_letters(2)
    assert "Came back" in page_of(server)


def test_a_fix_that_was_deployed_and_did_not_help_is_a_comeback(server, shop):
    """The newest release is the one with the mark's commit."""
    shop.git("tag", "v2")
    mark(server)
    fail(server, "v2", times=2)
    server.wait_for_letters(2)


def test_a_mark_can_be_taken_back_and_the_audit_remembers_both(server):
    mark(server)
    mark(server, "no")
    assert "marked fixed by" not in page_of(server)
    fail(server, "what-is-this", times=5)
    rest(server)
    assert len(server.letters()) == 1
    undo, done = server.json("/audit")["changes"]
    assert (done["action"], undo["action"]) == ("added", "removed")
    assert done["file"] == undo["file"] == "fixed_errors"
    assert "the mark that an error is fixed" in server.get("/audit")


def test_a_fixed_error_can_come_back_again_and_again(server, shop):
    for number in (2, 3):
        mark(server)
        shop.git("commit", "-q", "--allow-empty", "-m", "Mend it once more")
        shop.git("tag", f"v{number}")
        fail(server, f"v{number}", times=4)
        server.wait_for_letters(number)
        rest(server)
        assert len(server.letters()) == number


def test_only_an_error_that_is_there_can_be_marked(server):
    for number, status, said in [
        ("4711", 404, "There is no error 4711"),
        ("", 400, 'The parameter "id" is missing'),
        ("x", 400, 'The parameter "id" is "x"'),
    ]:
        fields = {"id": number, "fixed": "yes"}
        answer, _, body = server.post_form(PAGE, fields, path="/mark_fixed")
        assert (answer, said in html.unescape(body.decode())) == (status, True)


def say_in_a_commit(server, shop, said, tag):
    """Adds a file in a release of its own, and makes the server look by a report of it."""
    (shop.path / f"{tag}.py").write_text("new()\n")
    shop.git("add", f"{tag}.py")
    shop.git("commit", "-q", "-m", f"Mend it\n\n{said}\n")
    shop.git("tag", tag)
    server.sender().report(event(frame(f"{tag}.py", 1, "new()")))


def wait_for_mark(server):
    wait_for("the mark", lambda: "marked fixed by ada@example.com" in page_of(server))


def test_a_commit_says_in_its_message_which_error_it_mends(server, shop):
    said = f"Fixes-error: #{number_of(server)}, 4711\nFixes-error: all of them"
    say_in_a_commit(server, shop, said, "v2")
    wait_for_mark(server)
    commit = server.json(PAGE)["fixed_commit"]
    assert commit == shop.rev("v2")
    fail(server, "v1", times=5)  # a machine that still runs the old release
    rest(server)
    assert len(server.letters()) == 1
    assert "marked fixed by" in page_of(server)

    fail(server, "v2", times=2)
    again, _ = server.wait_for_letters(2)
    assert "was marked as fixed, and came back on" in again["text"]
    (done,) = server.json("/audit")["changes"]
    assert (done["who"], done["action"]) == ("ada@example.com", "added")


def test_a_commit_is_read_once_whatever_restarts(server, shop):
    said = f"Fixes-error: {number_of(server)}"
    server.kill()
    shop.git("commit", "-q", "--allow-empty", "-m", said)
    server.start()
    wait_for_mark(server)
    assert server.json(PAGE)["fixed_commit"] == shop.rev("HEAD")
    mark(server, "no")
    server.kill()
    server.start()
    say_in_a_commit(server, shop, "Fixes-error: 4711", "v2")
    wait_for("a mark by a later commit", lambda: "4711" in server.log())
    assert "marked fixed by" not in page_of(server)
