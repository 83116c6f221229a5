# SPDX-License-Identifier: MIT
"""A line keeps its error whatever is done around it, and gets a new one when it is edited."""

import html
import subprocess
import urllib.parse

import pytest
from reports import event, frame
from stage import wait_for

LINE = "    total = price * quantity - discount"
BEFORE = [
    "import shop",
    "",
    "",
    "def sell(price, quantity, discount):",
    "    shop.check(price, quantity)",
    LINE,
    "    return total",
    "",
    "",
    "def refund(price):",
    "    return shop.give_back(price)",
]


class Shop:
    """A repository; each commit is a release."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        self.git("init", "-q")
        self.commit("v1", "ada", {"shop.py": BEFORE})

    def git(self, *arguments, author="ada"):
        name = ["-c", f"user.name={author.title()}", "-c", f"user.email={author}@example.com"]
        run = ["git", *name, *arguments]
        return subprocess.run(
            run, cwd=self.path, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, tag, author, files):
        for name, lines in files.items():
            if lines is None:
                (self.path / name).unlink()
            else:
                (self.path / name).write_text("\n".join(lines) + "\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"Make {tag}", author=author)
        self.git("tag", tag)

    def rev(self, name):
        return self.git("rev-parse", name)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "shop")


@pytest.fixture
def server(make_server, shop):
    return make_server(repository=shop.path, report_error_threshold=2).start()


def fail(server, lines, release, path="shop.py", line=LINE, times=1, function="sell", **more):
    at = frame(path, lines.index(line) + 1, line, function)
    server.sender().report(*[event(at, release=release, **more) for _ in range(times)])


def rest(server):
    """Waits until git is not to be asked any more."""
    health = "/check_health"
    wait_for("git's answers", lambda: server.json(health)["store"]["sites_awaiting_blame"] == 0)


def page(path="shop.py", line=LINE, function="sell"):
    text = urllib.parse.quote(line.strip())
    return f"/view_traceback?filename={path}&function_name={function}&text={text}"


def shifted(lines):
    return {"shop.py": ["# sells things", "import os", *lines]}


def moved_within_the_file(lines):
    return {"shop.py": [*lines[:3], *lines[9:], "", "", *lines[3:7]]}


def renamed(lines):
    return {"shop.py": None, "sale.py": lines}


def indented(lines):
    inside = [f"    {line}" if line else line for line in lines[3:7]]
    return {"shop.py": [*lines[:3], "class Shop:", *inside, *lines[7:]]}


def put_on_another_line_ending(lines):
    return {"shop.py": [f"{line}\r" for line in lines]}


@pytest.mark.parametrize(
    "change", [shifted, moved_within_the_file, renamed, indented, put_on_another_line_ending]
)
def test_a_line_that_nobody_edited_keeps_its_error(server, shop, change):
    fail(server, BEFORE, "v1", times=2)
    server.wait_for_letters(1)
    files = change(BEFORE)
    shop.commit("v2", "bob", files)
    (path, lines) = [(path, lines) for path, lines in files.items() if lines][0]
    (line,) = [line for line in lines if LINE.strip() in line]
    fail(server, lines, "v2", path, line, times=5)
    rest(server)
    (error,) = server.week_errors()
    assert (error["error_count"], error["developer"]) == (7, "ada@example.com")
    assert len(server.letters()) == 1


def test_a_formatters_commit_that_is_listed_keeps_the_error(server, shop):
    fail(server, BEFORE, "v1", times=2)
    server.wait_for_letters(1)
    line = "    total = (price * quantity) - discount"
    lines = [line if each == LINE else each for each in BEFORE]
    shop.commit("formatted", "bob", {"shop.py": lines})
    shop.commit("v2", "bob", {".git-blame-ignore-revs": [shop.rev("formatted")]})
    shop.git("checkout", "-q", "-b", "stable", "v1")  # the formatting, picked into another branch
    shop.git("cherry-pick", "formatted", author="bob")
    picked = shop.rev("HEAD")
    shop.git("checkout", "-q", "-")
    shop.commit("v3", "bob", {".git-blame-ignore-revs": [shop.rev("formatted"), picked]})
    for release in ["v2", "formatted", picked]:
        fail(server, lines, release, line=line, times=3)
    rest(server)
    (error,) = server.week_errors()
    assert (error["error_count"], error["developer"]) == (11, "ada@example.com")
    assert len(server.letters()) == 1


def test_sites_that_turn_out_to_be_one_line_are_merged_with_their_counts(server, shop):
    """While git is not asked yet each site has an error of its own."""
    lines = shifted(BEFORE)["shop.py"]
    shop.commit("v2", "bob", {"shop.py": lines})
    fail(server, BEFORE, "v1", times=3, kind="KeyError")
    fail(server, lines, "v2", times=4, kind="ValueError")
    fail(server, lines, "v2", times=2, kind="KeyError")
    rest(server)
    (error,) = server.week_errors()
    assert error["error_count"] == 9
    assert len(server.letters()) == 1


EDITED = "    total = price * quantity * (1 - discount)"


def edit(shop, tag="v2", author="bob", path="shop.py", more=()):
    lines = [*more, *(EDITED if line == LINE else line for line in BEFORE)]
    files = {path: lines} if path == "shop.py" else {"shop.py": None, path: lines}
    shop.commit(tag, author, files)
    return lines


@pytest.mark.parametrize("path", ["shop.py", "sale.py"])
def test_an_edited_line_has_a_new_error_that_knows_the_old_one(server, shop, path):
    fail(server, BEFORE, "v1", times=2)
    server.wait_for_letters(1)
    lines = edit(shop, path=path, more=["# sells"])
    fail(server, lines, "v2", path, EDITED, times=2)
    letter = server.wait_for_letters(2)[0]
    old, new = server.json(page()), server.json(page(path, EDITED))
    commit = shop.rev("v2")
    assert letter["to"] == "bob@example.com"
    assert f"The line was changed in {commit[:12]} by Bob; as it was before" in letter["text"]
    assert f"it had error {old['id']}, seen 2 times." in letter["text"]
    assert new["predecessor"] == {
        "id": old["id"],
        "filename": "shop.py",
        "line_number": 6,
        "text": LINE.strip(),
        "commit": commit,
        "author": "Bob",
    }
    assert (new["successors"], old["predecessor"]) == ([], None)
    (after,) = old["successors"]
    assert (after["id"], after["filename"], after["line_number"]) == (new["id"], path, 7)
    assert (after["commit"], after["author"]) == (commit, "Bob")
    for address, other in [(page(), new), (page(path, EDITED), old)]:
        shown = html.unescape(server.get(address))
        assert f"changed in <code>{commit[:12]}</code> by Bob" in shown
        assert f">error {other['id']}</a>" in shown


def test_a_line_that_was_added_or_whose_old_one_never_failed_has_no_predecessor(server, shop):
    fail(server, BEFORE, "v1", line="    return total", times=2)
    server.wait_for_letters(1)
    added = "    shop.tell(total)"
    edited = edit(shop)
    lines = [*edited[:6], added, *edited[6:]]
    shop.commit("v3", "eve", {"shop.py": lines})
    fail(server, lines, "v3", line=EDITED)
    fail(server, lines, "v3", line=added)
    rest(server)
    assert len(server.week_errors()) == 3
    for line in [EDITED, added, "    return total"]:
        told = server.json(page(line=line))
        assert (told["predecessor"], told["successors"]) == (None, [])


def test_another_line_that_reads_the_same_is_no_predecessor(server, shop):
    twice = ["def a():", "    fail()", "", "", "def b():", "    fail()"]
    shop.commit("v2", "bob", {"twice.py": twice})
    fail(server, twice, "v2", "twice.py", "    fail()", function="a")
    rest(server)
    lines = [*twice[:5], "    fail_better()"]
    shop.commit("v3", "eve", {"twice.py": lines})
    fail(server, lines, "v3", "twice.py", "    fail_better()", function="b")
    rest(server)
    assert server.json(page("twice.py", "    fail_better()", "b"))["predecessor"] is None


def test_what_a_line_was_is_remembered_over_a_restart(server, shop):
    fail(server, BEFORE, "v1")
    rest(server)
    fail(server, edit(shop), "v2", line=EDITED)
    rest(server)
    server.kill()
    server.start()
    assert server.json(page(line=EDITED))["predecessor"]["id"] == server.json(page())["id"]


def test_a_line_that_is_called_from_many_places_shows_who_calls_it(server, shop):
    check = "    raise_unless(price > 0)"
    lines = [*BEFORE, "", "", "def check(price):", check]
    shop.commit("v2", "bob", {"shop.py": lines})
    below = frame("shop.py", lines.index(check) + 1, check, "check")
    sell = frame("shop.py", 5, BEFORE[4], "sell")
    refund = frame("shop.py", 11, BEFORE[10], "refund")
    sender = server.sender()
    for caller, kind, times in [(sell, "KeyError", 4), (refund, "KeyError", 2), (sell, "OSError", 1)]:
        sender.report(*[event(caller, below, kind=kind, release="v2") for _ in range(times)])
    sender.report(event(below, kind="KeyError", release="v2"))
    rest(server)
    address = page(line=check, function="check")
    assert [
        (each["exception_type"], each["caller"], each["error_count"], each["is_rest"])
        for each in server.json(address)["variants"]
    ] == [
        ("KeyError", "shop.py in sell", 4, False),
        ("KeyError", "shop.py in refund", 2, False),
        ("KeyError", "", 1, False),
        ("OSError", "shop.py in sell", 1, False),
    ]
    assert len(server.week_errors()) == 1
    assert "<code>shop.py in refund</code>" in server.get(address)
