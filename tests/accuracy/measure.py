# SPDX-License-Identifier: MIT
"""`make accuracy`: is it the right person? Asks `flawless blame` about lines whose author is known.

Measures, on a history made by history.py or on any repository:

- revision given: every line of some files at some revisions has the identity (commit, path, number)
  and the author that `git blame -w -M -C` says at that revision;
- revision unknown: lines that were deployed some commits ago, asked for with path, number and
  text, once alone and once with five lines before and after. Right is whom `git blame` names at the
  deployed revision. Beside it: the answer of whoever blames that line number at the tip;
- deploys: what a real server makes of fifty revisions, each deployed after the other, see deploys.py.

    python3 measure.py --flawless PATH [--repo DIR] [--commits N] [--lines N] [--json]
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

import deploys
import history

AGES = (100, 300, 1000, 5000)  # commits
AROUND = 5  # lines before and after
FILES_MAX = 40  # whose lines are asked for, a revision
SOURCE_SIZE_MAX = 400_000  # bytes
CAN_FAIL = re.compile(r"[(\[.=/]")
COMMENT = re.compile(r"\s*(#|//|/\*|\*|--|;|\"\"\"|''')")
BINARY = re.compile(
    r"\.(png|jpe?g|gif|ico|pdf|zip|gz|xz|bz2|whl|jar|woff2?|ttf|eot|mo|svg|lock|min\.js|map)$"
)


class Progress:
    """One line on standard error that is written over, for people only."""

    def __init__(self):
        self.is_shown = sys.stderr.isatty()

    def __call__(self, words):
        if self.is_shown:
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


class Repository:
    def __init__(self, directory):
        self.directory = str(directory)
        self.blamed = {}
        self.ignored = self.ignore_file()

    def git(self, *arguments):
        command = ["git", "-C", self.directory, "-c", "mailmap.blob=HEAD:.mailmap", *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def ignore_file(self):
        """.git-blame-ignore-revs with nothing but full hashes, as Flawless reads it."""
        try:
            text = self.git("show", "HEAD:.git-blame-ignore-revs").decode(errors="replace")
        except subprocess.CalledProcessError:
            return []
        hashes = re.findall(r"^\s*([0-9a-f]{40})\s*(?:#.*)?$", text, re.MULTILINE)
        self.ignore = tempfile.NamedTemporaryFile("w", suffix=".ignored")
        self.ignore.write("".join(line + "\n" for line in hashes))
        self.ignore.flush()
        return [f"--ignore-revs-file={self.ignore.name}"]

    def deployed(self, age):
        """The newest commit of the main line that is at least age commits ago; None: too young."""
        line = self.git("rev-list", "--first-parent", "HEAD").decode().split()
        low, high = 0, len(line)
        while low < high:
            middle = (low + high) // 2
            since = int(self.git("rev-list", "--count", f"{line[middle]}..HEAD"))
            low, high = (low, middle) if since >= age else (middle + 1, high)
        return line[low] if low < len(line) else None

    def files(self, revision):
        """Source files: path to lines."""
        listing = self.git("ls-tree", "-r", "-z", "-l", revision).decode(errors="replace")
        paths = []
        for entry in listing.split("\0")[:-1]:
            about, path = entry.split("\t", 1)
            mode, kind, _, size = about.split()
            is_plain = kind == "blob" and mode != "120000" and "\ufffd" not in path
            if is_plain and not BINARY.search(path) and 0 < int(size) < SOURCE_SIZE_MAX:
                paths.append(path)
        return paths

    def lines(self, revision, path):
        content = self.git("cat-file", "blob", f"{revision}:{path}")
        if b"\0" in content:
            return []
        return content.decode(errors="replace").split("\n")[:-1]

    def blame(self, revision, path):
        """By line number: (author's address, commit, path there, number there); {} without such a file."""
        key = (revision, path)
        if key not in self.blamed:
            try:
                out = self.git(
                    *("blame", "-w", "-M", "-C", "--line-porcelain", "--encoding=UTF-8"),
                    *(*self.ignored, revision, "--", path),
                )
            except subprocess.CalledProcessError:
                out = b""
            self.blamed[key] = dict(read_porcelain(out.decode(errors="replace")))
        return self.blamed[key]


def read_porcelain(output):
    commit = email = path = None
    number = final = 0
    for line in output.split("\n"):
        header = re.fullmatch(r"([0-9a-f]{40,64}) (\d+) (\d+)(?: \d+)?", line)
        if line.startswith("\t"):
            yield final, (email, commit, path, number)
        elif header:
            commit, number, final = header[1], int(header[2]), int(header[3])
        elif line.startswith("author-mail "):
            email = line[len("author-mail <") : -1]
        elif line.startswith("filename "):
            path = line[len("filename ") :]


def ask(flawless, repository, questions, progress):
    """What `flawless blame --batch` answers, in order."""
    command = [flawless, "blame", "--repo", repository.directory, "--batch"]
    answers = []
    with tempfile.TemporaryFile("w+") as asked:
        asked.write("".join(json.dumps(question) + "\n" for question in questions))
        asked.seek(0)
        with subprocess.Popen(command, stdin=asked, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                answers.append(json.loads(line))
                progress(f"asked {len(answers)} of {len(questions)}")
    if len(answers) != len(questions):
        raise SystemExit(f"flawless blame answered {len(answers)} of {len(questions)} questions")
    return answers


def sample(repository, revision, wanted, pick, is_wanted):
    """Lines at a revision: [(path, number, text)], the same number from each of some files."""
    paths = repository.files(revision)
    pick.shuffle(paths)
    lines = []
    for path in paths[:FILES_MAX]:
        good = [
            (path, number, text)
            for number, text in enumerate(repository.lines(revision, path), 1)
            if is_wanted(text)
        ]
        lines += pick.sample(good, min(len(good), -(-wanted // min(len(paths), FILES_MAX))))
    return lines[:wanted]


def can_fail(text):
    return bool(CAN_FAIL.search(text)) and not COMMENT.match(text) and len(text) < 500


def share(count, of):
    return round(count / of, 5) if of else None


def measure_given(flawless, repository, revision, age, wanted, pick, progress):
    lines = sample(repository, revision, wanted, pick, lambda text: True)
    questions = [
        {"path": path, "line": number, "text": text, "revision": revision}
        for path, number, text in lines
    ]
    began = time.monotonic()
    answers = ask(flawless, repository, questions, progress)
    seconds = time.monotonic() - began
    right_author = right_identity = 0
    wrong = []
    for (path, number, text), answer in zip(lines, answers, strict=True):
        email, *identity = repository.blame(revision, path)[number]
        found = [answer.get("commit"), answer.get("path"), answer.get("line")]
        right_author += answer.get("author_email") == email
        right_identity += found == identity
        if found != identity:
            wrong.append(
                {"path": path, "line": number, "text": text, "is": identity, "said": answer}
            )
    return {
        "age": age,
        "revision": revision,
        "lines": len(lines),
        "author": share(right_author, len(lines)),
        "identity": share(right_identity, len(lines)),
        "seconds": round(seconds, 1),
        "wrong": wrong,
    }


def with_lines_around(repository, revision, question):
    lines = repository.lines(revision, question["path"])
    at = question["line"] - 1
    around = {"before": lines[max(0, at - AROUND) : at], "after": lines[at + 1 : at + 1 + AROUND]}
    return question | around


def measure_unknown(flawless, repository, revision, age, lines, around, progress):
    tip = repository.git("rev-parse", "HEAD").decode().strip()
    questions = [{"path": path, "line": number, "text": text} for path, number, text in lines]
    if around:
        questions = [with_lines_around(repository, revision, each) for each in questions]
    began = time.monotonic()
    answers = ask(flawless, repository, questions, progress)
    seconds = time.monotonic() - began
    right = right_at_tip = wrong_and_sure = 0
    by_confidence, wrong = {}, []
    for (path, number, text), answer in zip(lines, answers, strict=True):
        progress(f"blaming {path}")
        email, *identity = repository.blame(revision, path)[number]
        is_right = answer.get("author_email") == email
        confidence = answer.get("confidence", "none")
        seen = by_confidence.setdefault(confidence, {"lines": 0, "right": 0})
        seen["lines"] += 1
        seen["right"] += is_right
        right += is_right
        right_at_tip += repository.blame(tip, path).get(number, (None,))[0] == email
        wrong_and_sure += confidence == "high" and not is_right
        if not is_right:
            wrong.append(
                {
                    "path": path,
                    "line": number,
                    "text": text,
                    "deployed": revision,
                    "is": [email, *identity],
                    "said": answer,
                }
            )
    return {
        "age": age,
        "revision": revision,
        "around": around,
        "lines": len(lines),
        "author": share(right, len(lines)),
        "author_at_tip": share(right_at_tip, len(lines)),
        "wrong_and_sure": share(wrong_and_sure, len(lines)),
        "by_confidence": by_confidence,
        "seconds": round(seconds, 1),
        "wrong": wrong,
    }


def measure(
    flawless, directory, wanted=500, seed=1, ages=AGES, deploy_n=50, progress=lambda words: None
):
    """All of it: {"commits", "given": [...], "unknown": [...], "deploys": [...]}; ages that the
    history lacks are left out."""
    repository = Repository(directory)
    pick = random.Random(seed)
    result = {
        "commits": int(repository.git("rev-list", "--count", "HEAD")),
        "given": [],
        "unknown": [],
        "deploys": [],
    }
    for age in (0, *ages):
        revision = repository.deployed(age)
        if revision is None:
            continue
        progress(f"revision given, {age} commits ago")
        found = measure_given(flawless, repository, revision, age, wanted, pick, progress)
        result["given"].append(found)
        if age:
            lines = sample(repository, revision, wanted, pick, can_fail)
            for around in (False, True):
                progress(f"revision unknown, {age} commits ago")
                found = measure_unknown(
                    flawless, repository, revision, age, lines, around, progress
                )
                result["unknown"].append(found)
    for with_release in (True, False) if deploy_n else ():
        progress("deploys")
        result["deploys"].append(
            deploys.measure(
                flawless, repository, deploy_n, pick, with_release, progress=progress
            )
        )
    progress("")
    return result


def percent(value):
    return f"{100 * value:.1f} %"


def print_table(result):
    print(f"A history of {result['commits']} commits.\n")
    print("Revision given: agrees with git blame -w -M -C at that revision")
    print(f"{'deployed':>14} {'lines':>6} {'author':>9} {'identity':>9} {'seconds':>8}")
    for row in result["given"]:
        print(
            f"{row['age']:>6} ago     {row['lines']:>6} {percent(row['author']):>9} "
            f"{percent(row['identity']):>9} {row['seconds']:>8}"
        )
    print(f"\nRevision unknown: path, number and text; +{AROUND}: and the lines around it")
    print(
        f"{'deployed':>14} {'lines':>6} {'author':>9} {'at tip':>9} {'sure, wrong':>12} {'seconds':>8}"
        "  right by confidence"
    )
    for row in result["unknown"]:
        by = ", ".join(
            f"{name} {row['by_confidence'][name]['right']}/{row['by_confidence'][name]['lines']}"
            for name in ("high", "medium", "low", "none")
            if name in row["by_confidence"]
        )
        print(
            f"{row['age']:>6} ago {f'+{AROUND}' if row['around'] else '':<3} "
            f"{row['lines']:>6} {percent(row['author']):>9} "
            f"{percent(row['author_at_tip']):>9} {percent(row['wrong_and_sure']):>12} "
            f"{row['seconds']:>8}  {by}"
        )
    print("\nDeploys, one after the other, told to a server")
    print(
        f"{'release':>14} {'deploys':>8} {'lines':>6} {'reports':>8} {'letters':>8} "
        f"{'twice':>6} {'missing':>8} {'seconds':>8}"
    )
    for row in result["deploys"]:
        print(
            f"{'sent' if row['release'] else 'not sent':>14} {row['deploys']:>8} {row['lines']:>6} "
            f"{row['reports']:>8} {row['letters']:>8} {row['twice']:>6} {row['missing']:>8} "
            f"{row['seconds']:>8}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flawless", required=True)
    parser.add_argument("--repo", help="a repository of yours; else a history is made")
    parser.add_argument("--commits", type=int, default=6000, help="of the history that is made")
    parser.add_argument("--lines", type=int, default=500, help="to ask for, a revision")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="with every wrong line")
    chosen = parser.parse_args()
    progress = Progress()
    with tempfile.TemporaryDirectory() as scratch:
        directory = chosen.repo
        if not directory:
            directory = pathlib.Path(scratch) / "history"
            history.make(
                directory,
                chosen.commits,
                chosen.seed,
                lambda done: progress(f"making a history: {done:.0%}"),
            )
        result = measure(
            chosen.flawless, directory, chosen.lines, chosen.seed, progress=progress
        )
    if chosen.json:
        print(json.dumps(result, indent=1))
    else:
        print_table(result)


if __name__ == "__main__":
    main()
