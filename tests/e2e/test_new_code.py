# SPDX-License-Identifier: MIT
"""Code that fails before the server has seen its commit."""

import subprocess

import pytest
from reports import event, frame
from stage import wait_for


@pytest.fixture
def shop(tmp_path):
    """A repository of its own with one file; commit(name, text, author) adds another."""

    class Shop:
        path = tmp_path / "shop"

        def git(self, *arguments, author="ada"):
            name = ["-c", f"user.name={author}", "-c", f"user.email={author}@example.com"]
            subprocess.run(["git", *name, *arguments], cwd=self.path, check=True)

        def commit(self, name, text, author):
            (self.path / name).write_text(text)
            self.git("add", name)
            self.git("commit", "-q", "-m", f"Write {name}", author=author)

    shop = Shop()
    shop.path.mkdir()
    shop.git("init", "-q")
    shop.commit("old.py", "old()\n", "ada")
    return shop


def fail_in(server, path, text):
    server.sender().report(*[event(frame(path, 1, text)) for _ in range(4)])


def test_a_file_committed_a_moment_ago_is_known(make_server, shop):
    server = make_server(repository=shop.path)
    server.start()
    shop.commit("new.py", "new()\n", "grace")
    fail_in(server, "new.py", "new()")
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "grace@example.com"
    assert list(server.errors()) == ["new.py"]


def test_what_failed_before_its_commit_was_fetched_is_told_when_it_is_there(make_server, shop):
    server = make_server(repository=shop.path)
    server.start()
    fail_in(server, "late.py", "late()")
    wait_for("the first look", lambda: server.json("/check_health")["server"]["blames"]["done"])
    assert server.letters() == []
    shop.commit("late.py", "late()\n", "grace")
    fail_in(server, "late.py", "late()")
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "grace@example.com"
    wait_for("both to be one error", lambda: server.errors()["late.py"]["error_count"] == 8)
    assert len(server.week_errors()) == 1
    assert len(server.letters()) == 1


TWICE = "def first():\n    run()\n    done()\n"


def test_the_lines_around_tell_which_version_failed(make_server, shop):
    shop.commit("twice.py", TWICE, "grace")
    shop.commit("twice.py", "def zeroth():\n    run()\n    stop()\n\n" + TWICE, "linus")
    server = make_server(repository=shop.path)
    server.start()
    around = {"pre_context": ["def first():"], "post_context": ["    done()"]}
    failed = event(frame("/app/twice.py", 2, "    run()", **around))
    server.sender().report(*[failed] * 4)
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "grace@example.com"


def test_of_files_that_end_alike_the_one_with_the_text_is_meant(make_server, shop):
    for service, author in [("one", "ada"), ("two", "grace"), ("three", "linus")]:
        (shop.path / service / "app").mkdir(parents=True)
        shop.commit(f"{service}/app/views.py", f"\n{service}()\n", author)
    server = make_server(repository=shop.path)
    server.start()
    for service, recipient in [("two", "grace"), ("three", "linus"), ("one", "ada")]:
        before = len(server.letters())
        server.sender().report(*[event(frame("app/views.py", 2, f"{service}()"))] * 4)
        letters = server.wait_for_letters(before + 1)
        assert f"{recipient}@example.com" in [letter["to"] for letter in letters]
    paths = {f"{service}/app/views.py" for service in ["one", "two", "three"]}
    assert set(server.errors()) == paths
    server.sender().report(event(frame("app/views.py", 2, "two()")))
    wait_for("the report", lambda: server.count_of("two/app/views.py") == 5)
    assert set(server.errors()) == paths
