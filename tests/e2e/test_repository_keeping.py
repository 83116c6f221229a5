# SPDX-License-Identifier: MIT
"""repo_url: Flawless clones it and keeps it fresh."""

import pathlib
import stat
import subprocess

import pytest
from git_server import GitServer
from reports import event, frame
from stage import free_port, wait_for

PASSWORD = "hunter2-s3cret"
LOGIN = f"flawless:{PASSWORD}"


class Origin:
    """The repository that is cloned."""

    def __init__(self, path):
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.commit("old.py", "old()\n", "ada")

    @property
    def url(self):
        return f"file://{self.path}"

    def git(self, *arguments, author="ada"):
        name = ["-c", f"user.name={author}", "-c", f"user.email={author}@example.com"]
        command = ["git", *name, *arguments]
        run = subprocess.run(command, cwd=self.path, check=True, capture_output=True, text=True)
        return run.stdout.strip()

    def commit(self, name, text, author):
        (self.path / name).write_text(text)
        self.git("add", name)
        self.git("commit", "-q", "-m", f"Write {name}", author=author)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path):
    return Origin(tmp_path / "origin" / "shop.git")


@pytest.fixture
def git_server(origin):
    server = GitServer(origin.path.parent, *LOGIN.split(":"))
    yield server
    server.stop()


def health(server):
    return server.json("/check_health")


def fetches(server):
    return health(server)["server"]["fetches"]


def wait_for_clone(server):
    wait_for("the clone", lambda: health(server)["server"]["repository"]["is_read"])


def fail_in(server, path, line, text, times=4, **more):
    server.sender().report(*[event(frame(path, line, text), **more) for _ in range(times)])


def clone_of(server):
    return server.directory / "state" / "repository"


def tip_of(server):
    return health(server)["server"]["repository"]["newest_commit"]


def command_lines():
    """Of every process there is."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes()
        except OSError:
            continue


def test_a_url_alone_is_cloned_and_its_lines_have_owners(make_server, origin):
    server = make_server(repository=None, repo_url=origin.url).start()
    wait_for_clone(server)
    fail_in(server, "old.py", 1, "old()")
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "ada@example.com"
    assert 'flawless_clone_percent{project="shop"} 100' in server.get("/metrics")
    graphs = clone_of(server) / "objects" / "info" / "commit-graphs"
    wait_for("the commit graph", lambda: list(graphs.glob("*.graph")))
    blame = subprocess.run(
        server.command("blame", "-conf", server.cfg, "old.py:1"), capture_output=True, text=True
    )
    assert "ada@example.com" in blame.stdout, blame.stderr


def test_reports_are_taken_while_the_clone_is_made_and_told_when_it_is_there(
    make_server, git_server, origin
):
    git_server.gate.clear()
    url = git_server.url("shop.git", LOGIN)
    server = make_server(repository=None, repo_url=url).start()
    assert git_server.asked.wait(60)
    fail_in(server, "old.py", 1, "old()")
    wait_for("the count", lambda: server.week_errors())
    assert not fetches(server)["is_cloned"]
    assert server.letters() == []
    git_server.gate.set()
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "ada@example.com"


def test_the_password_is_nowhere(make_server, git_server):
    git_server.gate.clear()
    url = git_server.url("shop.git", LOGIN)
    server = make_server(repository=None, repo_url=url, log_level="DEBUG").start()
    assert git_server.asked.wait(60)
    lines = list(command_lines())
    assert any(b"git\0clone" in line for line in lines)
    assert not [line for line in lines if PASSWORD.encode() in line]
    git_server.gate.set()
    wait_for_clone(server)
    git_server.password = "another"  # and now it is wrong
    fail_in(server, "old.py", 1, "old()", release="v7")
    wait_for("a fetch that fails", lambda: fetches(server)["failed"])
    for said in (server.get("/check_health"), str(health(server)), server.get("/metrics")):
        assert PASSWORD not in said
    assert "password is wrong" in str(health(server))
    server.stop()
    assert PASSWORD not in server.log()
    for path in (server.directory / "state").rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path
    assert stat.S_IMODE(clone_of(server).stat().st_mode) == 0o700


def test_a_redirection_to_another_host_does_not_get_the_password(make_server, git_server, origin):
    other = GitServer(origin.path.parent, *LOGIN.split(":"))
    git_server.elsewhere = other.url("")[:-1]
    server = make_server(repository=None, repo_url=git_server.url("shop.git", LOGIN)).start()
    wait_for("a failure", lambda: fetches(server)["failed"])
    assert other.paths and other.logins == []
    assert not fetches(server)["is_cloned"]
    other.stop()


def test_a_hundred_reports_of_an_unknown_revision_cost_one_fetch(make_server, origin):
    server = make_server(repository=None, repo_url=origin.url).start()
    wait_for_clone(server)
    wait_for("the clone's end", lambda: fetches(server)["done"] == 1)
    new = origin.commit("old.py", "old()\nnew()\n", "grace")
    for _ in range(10):
        fail_in(server, "old.py", 2, "new()", times=10, release=new)
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "grace@example.com"
    wait_for("all of them", lambda: server.count_of("old.py") == 100)
    assert fetches(server)["done"] == 2
    assert fetches(server)["failed"] == 0


def test_a_file_that_is_not_known_is_fetched_for(make_server, origin):
    server = make_server(repository=None, repo_url=origin.url).start()
    wait_for_clone(server)
    origin.commit("new.py", "new()\n", "grace")
    fail_in(server, "new.py", 1, "new()")
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "grace@example.com"


def test_a_newer_release_branch_takes_over_production(make_server, origin):
    origin.git("checkout", "-q", "-b", "release-9")
    nine = origin.commit("nine.py", "nine()\n", "ada")
    server = make_server(
        repository=None, repo_url=origin.url, repo_branch_pattern=r"^release-\d+$"
    ).start()
    wait_for("release-9", lambda: tip_of(server) == nine)
    origin.git("checkout", "-q", "-b", "release-10")
    ten = origin.commit("ten.py", "ten()\n", "grace")
    fail_in(server, "ten.py", 1, "ten()", release=ten)
    wait_for("release-10", lambda: tip_of(server) == ten)
    (letter,) = server.wait_for_letters(1)
    assert letter["to"] == "grace@example.com"


def test_a_clone_that_was_killed_is_made_anew(make_server, git_server):
    git_server.gate.clear()
    server = make_server(repository=None, repo_url=git_server.url("shop.git", LOGIN)).start()
    assert git_server.asked.wait(60)
    server.kill()
    assert not clone_of(server).exists()
    git_server.gate.set()
    server.start()
    wait_for_clone(server)
    state = server.directory / "state"
    wait_for("leavings to be gone", lambda: not list(state.glob("repository.new-*")))


def test_a_url_that_is_away_at_the_start_is_cloned_when_it_is_there(make_server, origin):
    port = free_port()
    url = f"http://{LOGIN}@127.0.0.1:{port}/shop.git"
    server = make_server(repository=None, repo_url=url).start()
    wait_for("a failure", lambda: fetches(server)["failed"])
    assert "cannot be cloned" in str(health(server))
    failing = 'flawless_fetch_failing{project="shop"}'
    assert f"{failing} 1" in server.get("/metrics")
    git_server = GitServer(origin.path.parent, *LOGIN.split(":"), port=port)
    wait_for_clone(server)
    wait_for("the end of the failure", lambda: f"{failing} 0" in server.get("/metrics"))
    git_server.stop()


def test_a_directory_that_is_no_clone_of_flawless_stops_the_start(make_server, origin):
    server = make_server(repository=origin.path, repo_url=origin.url)
    server.write_cfg()
    run = subprocess.run(
        server.command("start", "-conf", server.cfg), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 1
    assert "no clone that Flawless made" in run.stderr and str(origin.path) in run.stderr


@pytest.mark.parametrize("url", ["ext::sh -c true", "--upload-pack=x", "ftp://a@b/c"])
def test_an_address_that_git_must_not_be_given_stops_the_start(make_server, url):
    server = make_server(repository=None, repo_url=url)
    server.write_cfg()
    run = subprocess.run(
        server.command("start", "-conf", server.cfg), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 1
    assert "repo_url" in run.stderr


@pytest.mark.parametrize(
    "login, status, words",
    [
        (LOGIN, 0, "cloned into"),
        ("flawless:wrong-s3cret", 1, "password is wrong"),
        (None, 1, "wants a user and a password"),
    ],
)
def test_check_tries_the_url(make_server, git_server, login, status, words):
    server = make_server(repository=None, repo_url=git_server.url("shop.git", login))
    server.write_cfg()
    run = subprocess.run(
        server.command("check", "-conf", server.cfg), capture_output=True, text=True, timeout=120
    )
    assert run.returncode == status, run.stdout + run.stderr
    assert words in run.stdout
    assert "s3cret" not in run.stdout + run.stderr
    assert not clone_of(server).exists()


def test_a_stop_does_not_wait_for_the_clone_and_leaves_none_half_made(make_server, git_server):
    git_server.gate.clear()
    server = make_server(repository=None, repo_url=git_server.url("shop.git", LOGIN)).start()
    assert git_server.asked.wait(60)
    assert server.stop() == 0
    assert not list((server.directory / "state").glob("repository*"))
