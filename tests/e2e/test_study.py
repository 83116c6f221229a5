# SPDX-License-Identifier: MIT
"""The source around an error's line on its page, from the repository, whatever clients send."""

import html
import subprocess

import pytest
from reports import event, frame
from stage import wait_for

PATH = "shop/cart.py"
PAGE = f"/view_traceback?filename={PATH}&function_name=run"
BEGIN = """import tax


def price(cart):
    # <b>net</b> & gross
    net = cart.net
    return net * tax.rate


def name(cart):
    return cart.id
"""
MARKUP = "<script>alert(1)</script> & \"such\""


class Shop:
    """A repository of one file, whose line 7 (8 from v3 on) fails from v2 on."""

    def __init__(self, path):
        self.path, self.hashes = path, {}
        path.mkdir()
        self.git("init", "-q")
        (path / "shop").mkdir()
        divided = BEGIN.replace("net * tax", "net / tax")
        self.commit("v1", "ada", "Begin", BEGIN)
        self.commit("between", "bob", MARKUP, divided)
        self.commit("v2", "eve", "Elsewhere", divided.replace("cart.id", "cart.name"))
        self.commit("v3", "eve", "Above", "import os\n" + divided)

    def git(self, *arguments, author="ada"):
        who = ["-c", f"user.name={author}", "-c", f"user.email={author}@example.com"]
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=self.path, check=True, capture_output=True).stdout

    def commit(self, tag, author, subject, text):
        (self.path / PATH).write_text(text)
        self.git("add", PATH)
        self.git("commit", "-q", "-m", subject, author=author)
        self.git("tag", tag)
        self.hashes[tag] = self.git("rev-parse", "HEAD").decode().strip()


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "repository")


def fail(server, line, text, **more):
    server.sender().report(event(frame(PATH, line, text), **more))


def source_of(server, page=PAGE):
    """Once it is there and the newest."""

    def find():
        source = server.json(page)["source"]
        return source and not source["is_waiting"] and source

    return wait_for("the source", find)


def line_of(source, number):
    return {line["number"]: line for line in source["lines"]}[number]


def test_the_page_has_each_line_with_who_made_it_and_what_touched_the_function(make_server, shop):
    server = make_server(repository=shop.path).start()
    fail(server, 11, "    return cart.id", release="v1")
    wait_for("the first", lambda: server.count_of(PATH))
    source_of(server)
    fail(server, 7, "    return net / tax.rate", release="v2")
    page = PAGE + "&line_number=7&text=%20%20%20%20return%20net%20/%20tax.rate"
    wait_for("the second", lambda: len(server.week_errors()) == 2)
    source = source_of(server, page)
    assert (source["path"], source["line_number"]) == (PATH, 7)
    assert source["revision"] == shop.hashes["v2"]
    assert source["reason"].startswith("release v2 is commit ")
    assert [line["number"] for line in source["lines"]] == list(range(1, 12))
    guilty = line_of(source, 7)
    assert guilty["is_guilty"] and guilty["text"] == "    return net / tax.rate"
    assert (guilty["author_name"], guilty["subject"]) == ("bob", MARKUP)
    assert guilty["commit"] == shop.hashes["between"]
    assert line_of(source, 6)["author_email"] == "ada@example.com"
    assert sum(line["is_guilty"] for line in source["lines"]) == 1
    assert (source["since"], source["since_release"]) == (shop.hashes["v1"], "v1")
    assert [commit["commit"] for commit in source["commits"]] == [shop.hashes["between"]]

    text = server.get(page)
    assert "<script>alert" not in text and "<b>net" not in text
    text = html.unescape(text)
    assert "# <b>net</b> & gross" in text and MARKUP in text
    assert "1 commit since release v1" in text
    assert shop.hashes["v2"][:12] in text


def test_it_is_studied_anew_where_the_error_comes_back(make_server, shop):
    server = make_server(repository=shop.path).start()
    fail(server, 7, "    return net / tax.rate", release="v2")
    wait_for("the error", lambda: server.count_of(PATH))
    source = source_of(server)
    assert source["since"] is None
    assert [commit["subject"] for commit in source["commits"]] == [MARKUP, "Begin"]
    assert "No release is known that ran without the error" in server.get(PAGE)
    fail(server, 8, "    return net / tax.rate", release="v3")
    wait_for(
        "the newer study", lambda: source_of(server)["revision"] == shop.hashes["v3"]
    )
    source = source_of(server)
    assert source["line_number"] == 8
    assert line_of(source, 1)["subject"] == "Above"
    assert len(server.week_errors()) == 1  # the line only moved


def test_a_study_outlives_a_restart_and_one_that_waits_is_made_after_it(
    make_server, shop, tmp_path
):
    git, broken = tmp_path / "git", tmp_path / "broken"
    git.write_text(
        f'#!/bin/sh\ncase "$*" in *{PATH}*) test -e {broken} && exit 1;; esac\nexec git "$@"\n'
    )
    git.chmod(0o755)
    server = make_server(repository=shop.path, git_cli_path=git).start()
    fail(server, 7, "    return net / tax.rate", release="v2")
    wait_for("the error", lambda: server.count_of(PATH))
    before = source_of(server)
    broken.touch()
    server.stop()
    server.start()
    assert source_of(server) == before  # and git was not asked
    server.stop()
    server.change_store("UPDATE studies SET study_at_ms = 0, body = ''")
    server.start()
    wait_for("git's refusal", lambda: "git could not be asked about a line" in server.log())
    assert "git could not be asked about a line" in str(server.json("/check_health")["problems"])
    assert server.json("/check_health")["store"]["studies_waiting"] == 1
    assert server.json(PAGE)["source"] == {"is_waiting": True}
    assert "Git has not been asked yet" in server.get(PAGE)
    broken.unlink()
    server.kill()
    server.change_store("UPDATE studies SET study_at_ms = 0")
    server.start()
    assert source_of(server) == before


def test_an_error_outside_the_repository_has_no_source(make_server, shop):
    server = make_server(repository=shop.path).start()
    server.sender().report(event(frame("elsewhere/x.py", 1, "run()")))
    wait_for("the error", lambda: server.count_of("elsewhere/x.py") or len(server.week_errors()))
    facts = server.json("/view_traceback?filename=/srv/app/elsewhere/x.py&function_name=run")
    assert facts["source"] is None
