# SPDX-License-Identifier: MIT
"""Deploys one revision after the other and reports lines of each to a real server.

At each deploy the branch in production moves on to its revision, and lines fail that have failed
before wherever they are now, and lines that are new since the deploy before. By what `git blame`
says there is to be one error and one letter for each line of history, however often it was moved,
shifted, re-indented or renamed in between.
"""

import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "e2e"), str(HERE.parent.parent / "demo")]

from reports import event, frame  # noqa: E402
from server import Server  # noqa: E402
from stage import wait_for  # noqa: E402

FILES_A_DEPLOY = 8
AROUND = 5
CAN_FAIL = re.compile(r"^\s*(?!#|//)\S.*[(\[.=/]")


def revisions(repository, n):
    """n revisions of the main line, oldest first, evenly apart; the newest is the tip."""
    line = repository.git("rev-list", "--first-parent", "--reverse", "HEAD").decode().split()
    begin = len(line) // 4  # when there is some code
    step = max(1, (len(line) - begin) // n)
    return line[::-1][: step * n : step][::-1]


class Failing:
    """Chooses the lines that fail at each deploy: {identity: (path, number)}."""

    def __init__(self, repository, pick, line_n):
        self.repository, self.pick, self.line_n = repository, pick, line_n
        self.told = set()  # identities
        self.watched = []  # blobs' paths, by their files' first names

    def lines_at(self, revision):
        paths = self.repository.files(revision)
        known = [path for path in self.watched if path in paths]
        others = sorted(set(paths) - set(known))
        fresh = self.pick.sample(others, min(len(others), max(2, FILES_A_DEPLOY - len(known))))
        self.watched = (known + fresh)[-FILES_A_DEPLOY:]
        lines = {}
        for path in self.watched:
            text = self.repository.lines(revision, path)
            for number, (_, *identity) in self.repository.blame(revision, path).items():
                if number <= len(text) and CAN_FAIL.search(text[number - 1]):
                    lines.setdefault(tuple(identity), (path, number))
        return lines

    def choose(self, revision):
        lines = self.lines_at(revision)
        old = sorted(self.told & lines.keys())
        new = sorted(lines.keys() - self.told)
        chosen = self.pick.sample(old, min(len(old), self.line_n))
        chosen += self.pick.sample(new, min(len(new), self.line_n))
        self.told.update(chosen)
        return {identity: lines[identity] for identity in chosen}


def report_of(repository, revision, path, number, with_release):
    lines = repository.lines(revision, path)
    failed = frame(
        path,
        number,
        lines[number - 1],
        pre_context=lines[max(0, number - 1 - AROUND) : number - 1],
        post_context=lines[number : number + AROUND],
    )
    return event(failed, **({"release": revision} if with_release else {}))


class Told:
    """What the server has written down."""

    def __init__(self, server):
        self.path = server.directory / "state" / "flawless.db"

    def ask(self, question):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30) as database:
            rows = database.execute(question).fetchall()
        database.close()
        return rows

    def is_settled(self):
        return self.ask("SELECT COUNT(*) FROM sites WHERE blame_at_ms IS NOT NULL") == [(0,)]

    def letters(self):
        """By identity; lines that could not be found have an empty one."""
        rows = self.ask(
            "SELECT origin_commit, origin_path, origin_number, COUNT(*) FROM outbox"
            " JOIN errors ON errors.id = outbox.error_id GROUP BY errors.id"
        )
        letters = {}
        for *identity, n in rows:
            letters[tuple(identity)] = letters.get(tuple(identity), 0) + n
        return letters


def measure(
    flawless, repository, n, pick, with_release, line_n=12, progress=lambda words: None
):
    """n deploys, at each line_n lines that failed before and line_n that did not. How many letters there were, and for which lines too many ("twice") or none ("missing")."""
    deployed = revisions(repository, n)
    failing = Failing(repository, random.Random(pick.random()), line_n)
    report_n, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        production = pathlib.Path(scratch) / "production.git"
        subprocess.run(
            ["git", "clone", "-q", "--bare", "--shared", repository.directory, production],
            check=True,
        )
        move = ["git", "-C", production, "update-ref", "HEAD"]
        subprocess.run([*move, deployed[0]], check=True)
        server = Server(
            flawless,
            pathlib.Path(scratch) / "server",
            production,
            report_error_threshold=1,
            letters_per_hour=1_000_000,
            default_contact="nobody@shop.example",
        ).start()
        try:
            told = Told(server)
            for done, revision in enumerate(deployed):
                progress(f"deploy {done + 1} of {n}")
                subprocess.run([*move, revision], check=True)
                reports = [
                    report_of(repository, revision, *place, with_release)
                    for place in failing.choose(revision).values()
                ]
                server.sender().report(*reports)
                report_n += len(reports)
                wait_for("every line's owner", told.is_settled)
            letters = told.letters()
        finally:
            server.stop()
    extra = {each: count - 1 for each, count in letters.items() if count > 1}
    extra |= {each: count for each, count in letters.items() if each not in failing.told}
    return {
        "release": with_release,
        "deploys": len(deployed),
        "lines": len(failing.told),
        "reports": report_n,
        "letters": sum(letters.values()),
        "twice": sum(extra.values()),
        "missing": len(failing.told - letters.keys()),
        "wrong": sorted(map(list, extra.keys() | (failing.told - letters.keys()))),
        "seconds": round(time.monotonic() - began, 1),
    }
