# SPDX-License-Identifier: MIT
import contextlib
import itertools
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "tests" / "e2e")]

import make_repository  # noqa: E402
from lines import Code, write_rules  # noqa: E402
from reports import event, frame  # noqa: E402

from server import Server  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--server", default=str(ROOT / "build-asan" / "flawless"))
    parser.addoption("--release-server", default=str(ROOT / "build" / "flawless"))


def path_of(config, option):
    path = pathlib.Path(config.getoption(option)).resolve()
    if not path.exists():
        pytest.exit(f"{option}: {path} does not exist; `make test-e2e` builds it", returncode=3)
    return path


@pytest.fixture(scope="session")
def binary(pytestconfig):
    return path_of(pytestconfig, "--server")


@pytest.fixture(scope="session")
def release_binary(pytestconfig):
    return path_of(pytestconfig, "--release-server")


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """The sample application's repository, its release checked out."""
    directory = tmp_path_factory.mktemp("repository") / "shop"
    make_repository.make(directory)
    return directory


@pytest.fixture(scope="session")
def deployed(repository, tmp_path_factory):
    """A checkout of the release."""
    directory = tmp_path_factory.mktemp("deployed") / "app"
    tree = make_repository.History.__new__(make_repository.History)
    tree.directory = repository
    tree.git(
        "clone", "--quiet", "--branch", make_repository.RELEASE, str(repository), str(directory)
    )
    return directory


@contextlib.contextmanager
def servers(default_binary, directory, default_repository):
    """Makes servers, not yet started; at the end each must stop in order, with no sanitizer's word."""
    made = []

    def make(name="server", binary=default_binary, repository=default_repository, **options):
        made.append(Server(binary, directory / name, repository, **options))
        return made[-1]

    yield make
    statuses = [server.stop() for server in made if server.is_running()]
    complaints = [line for server in made for line in server.complaints()]
    assert not complaints, "\n".join(server.log() for server in made)
    assert all(status == 0 for status in statuses), statuses


@pytest.fixture
def make_server(binary, repository, tmp_path):
    with servers(binary, tmp_path, repository) as make:
        yield make


@pytest.fixture(scope="session")
def code(tmp_path_factory):
    """Many lines with known authors, so that each test can have some of its own."""
    return Code(tmp_path_factory.mktemp("code"))


@pytest.fixture(scope="module")
def serve(binary, code, tmp_path_factory):
    """Makes servers that watch `code`, with rule files; a module's tests may share one."""
    with servers(binary, tmp_path_factory.mktemp("shared"), code.directory) as make:
        numbers = itertools.count()

        def serve(rules=None, start=True, **options):
            server = make(f"server{next(numbers)}", **{"letters_per_hour": 1000, **options})
            for name, content in (rules or {}).items():
                write_rules(server, name, content)
            return server.start() if start else server

        yield serve


@pytest.fixture
def server(make_server):
    return make_server().start()


@pytest.fixture
def bugs(deployed):
    """By developer: an event that blames a line of theirs, and where that line is."""

    class Case:
        def __init__(self, bug):
            self.author, self.path, self.text = bug.author, bug.path, bug.text
            self.line = make_repository.line_of(deployed, bug)

        def event(self, **more):
            return event(frame(self.path, self.line, "    " + self.text), **more)

    return {bug.author.split("@")[0]: Case(bug) for bug in make_repository.BUGS}
