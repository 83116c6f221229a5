# SPDX-License-Identifier: MIT
"""Lines of code with known authors, and the little that tests do with one: report it, and look what became of it."""

import collections
import itertools
import json

from make_repository import ADA, GRACE, LINUS, History
from reports import event, frame
from stage import wait_for
from thrift_client import Client, RecordErrorRequest, StackLine

WEEK = "/get_weekly_error_report?include_known_errors=1&include_modified_before_min_date=1"

AUTHORS = {
    "shop/ada.py": ADA,
    "shop/grace.py": GRACE,
    "shop/linus.py": LINUS,
    "lib/a/b.py": ADA,
    "lib/ab.py": ADA,
    "vendored.egg/x.py": ADA,
    "odd/nodot.py": "Nora Dot <nora@build-host>",
    "odd/long.py": "Eve Long <eve@shop.engineering>",
    "odd/nobody.py": "Some Bot <1+bot@users.noreply.github.com>",
}
LINES = 100  # of each file
OLD = ("shop/old.py", "2001-02-03")  # Ada's, too
SILENT = ("src/Shop.java", "src/Cart.java")  # Ada calls, Grace's line only throws
SHIFTED = "shop/shifted.py"  # Ada's at v1; Linus has put lines above hers since


def text_of(path, number):
    return f"step_{number}({path!r})"


class Line:
    """One line of one file, and reports that blame it."""

    def __init__(self, path, number, author):
        self.path, self.number, self.author = path, number, author
        self.text = text_of(path, number)

    def frame(self, **more):
        return frame(self.path, self.number, more.pop("text", self.text), **more)

    def event(self, *callees, callers=(), times=None, threshold=None, **more):
        """As a Sentry SDK sends it."""
        counts = {"error_count": times, "error_threshold": threshold}
        counts = {name: number for name, number in counts.items() if number is not None}
        contexts = {"contexts": {"flawless": counts}} if counts else {}
        return event(*callers, self.frame(), *callees, **{**contexts, **more})

    def stack_line(self, **more):
        fields = {
            "filename": f"/srv/app/{self.path}",
            "line_number": self.number,
            "function_name": "run",
            "text": self.text,
            "frame_locals": {},
        }
        return StackLine(**{**fields, **more})

    def request(self, *callees, **more):
        """As a Thrift client sends it."""
        fields = {
            "traceback": [self.stack_line(), *callees],
            "exception_type": "ValueError",
            "exception_message": "it broke",
            "hostname": "web-1",
        }
        return RecordErrorRequest(**{**fields, **more})


class Code:
    """The repository. take() gives a line that no test was given before."""

    def __init__(self, directory):
        self.directory = directory / "repository"
        self.numbers = collections.defaultdict(lambda: itertools.count(1))
        self.tree = History(self.directory)
        self.write_files()

    def write_files(self):
        tree = self.tree
        for author in dict.fromkeys(AUTHORS.values()):
            for path in (path for path in AUTHORS if AUTHORS[path] == author):
                self.write_lines(path)
            tree.commit(author, "2025-03-03", "Write a part")
        for path, who, text in zip(SILENT, (ADA, GRACE), ("cart.add();", "throw new Empty();")):
            tree.write(path, f"class X {{\n    {text}\n}}\n")
            tree.commit(who, "2025-03-04", "Write it in Java")
        self.write_lines(OLD[0])
        tree.commit(ADA, OLD[1], "Write the oldest part")
        self.write_lines(SHIFTED)
        tree.commit(ADA, "2025-04-04", "Write what others will shift")
        tree.git("tag", "v1")
        tree.git("branch", "release-9")
        text = (self.directory / SHIFTED).read_text()
        tree.write(SHIFTED, "".join(f"above_{n}()\n" for n in range(50)) + text)
        tree.commit(LINUS, "2025-05-05", "Put something above")
        tree.git("branch", "release-10")

    def write_lines(self, path):
        text = "".join(text_of(path, number) + "\n" for number in range(1, LINES + 1))
        (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / path).write_text(text)

    def take(self, path="shop/ada.py"):
        number = next(self.numbers[path])
        assert number <= LINES, f"all lines of {path} are taken"
        author = AUTHORS.get(path, ADA).split("<")[1][:-1]
        return Line(path, number, author)


# ---- what tests do with a server ----


def write_rules(server, name, content):
    """Replaces a rule file as an editor does."""
    text = content if isinstance(content, str) else json.dumps(content)
    new = server.directory / (name + ".new")
    new.write_text(text)
    new.rename(server.directory / name)


def rule(line, **more):
    """A rule about one line."""
    return {"filename": line.path, "code_fragment": line.text, **more}


def report(server, *events):
    sender = server.sender()
    for each in events:
        sender.report(each)
    sender.close()


def record(server, *requests):
    client = Client(server.port)
    for request in requests:
        client.record_error(request)
    client.close()


def error_at(server, line, path=WEEK):
    """The week's error of a line, with whose it is; None when there is none."""
    for developer in server.json(path)["developers"]:
        for error in developer["errors"]:
            if (error["filename"], error["line_number"]) == (line.path, line.number):
                return error
    return None


def is_shown(server, line, path="/get_weekly_error_report"):
    return error_at(server, line, path) is not None


def count_of(server, line):
    error = error_at(server, line)
    return error["error_count"] if error else 0


def owner_of(server, line):
    """Waits for git's answer."""
    return wait_for("an owner", lambda: (error_at(server, line) or {}).get("developer_email"))


def settled(server, line, **more):
    """After one report, with its owner known: from here on a letter is written with its report."""
    report(server, line.event(**{"threshold": 1000, **more}))
    owner_of(server, line)
    return line


def all_letters(server):
    """Oldest first."""
    letters, path = [], "/outbox"
    while path:
        page = server.json(path)
        letters = [*page["letters"][::-1], *letters]
        path = page["before"] and f"/outbox?before={page['before']}"
    return letters


def recipients_of(server, line):
    """Who had a letter about a line, in the order of their first ones."""
    place = f'File "{line.path}", line {line.number}'
    return list(dict.fromkeys(each["to"] for each in all_letters(server) if place in each["text"]))


def letters_about(server, line):
    """The letters about a line to the first of its readers, oldest first."""
    place = f'File "{line.path}", line {line.number}'
    letters = [letter for letter in all_letters(server) if place in letter["text"]]
    return [letter for letter in letters if letter["to"] == letters[0]["to"]]


def wait_for_letter(server, line):
    return wait_for(f"a letter about {line.path}", lambda: letters_about(server, line))[0]


def health_of(server):
    return server.json("/check_health")
