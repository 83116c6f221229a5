# SPDX-License-Identifier: MIT
"""Makes a repository whose history is hard on blame: thousands of commits by dozens of authors.

Lines are inserted, edited, deleted, moved within a file and between files, copied, re-indented; files
are added, renamed, reformatted, brought back to what they were, removed; branches are merged. Everything comes from
one seed, so the commits have the same hashes wherever it is made. Written through `git fast-import`:
six thousand commits take some seconds.

    python3 history.py DIRECTORY [--commits N] [--seed N]
"""

import argparse
import pathlib
import random
import subprocess

AUTHOR_N = 40
STARTED_AT = 1_500_000_000  # seconds since 1970
COMMIT_EVERY = 5400  # seconds
FILE_N = 60
FILE_LINES_MAX = 400

VERBS = "load save merge parse count close open check split join sort find take send read".split()
NOUNS = (
    "order price cart user stock invoice customer basket discount rate row file token key page "
    "week letter owner batch line path report address queue branch item total code ledger"
).split()
# What occurs again and again in every program.
COMMON = [
    "",
    "",
    "return None",
    "return result",
    "else:",
    "try:",
    "continue",
    "result.append(row)",
    "data = json.loads(text)",
    "self.lock.acquire()",
    "for row in rows:",
    "value = self.values[key]",
    "log.info(message)",
    "if not rows:",
]


class History:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.files = {}  # path: lines, on the main branch
        self.past = []  # (path, lines) as they once were
        self.next_path = 0

    # ---- lines ----

    def statement(self):
        pick = self.random.choice
        if self.random.random() < 0.22:
            return pick(COMMON)
        a, b, c, verb = pick(NOUNS), pick(NOUNS), pick(NOUNS), pick(VERBS)
        number = self.random.randrange(100)
        return pick(
            [
                f"{a} = {verb}_{b}({c}, {number})",
                f"if {a}.{verb}({b}) > {number}:",
                f"return {a}[{b}] / {c}",
                f"self.{a}_{b} = {verb}({c}[{number}])",
                f"{verb}_{a}({b}, {c}={number})",
                f'raise ValueError("cannot {verb} {a} {number}")',
                f"def {verb}_{a}_{number}({b}, {c}):",
            ]
        )

    def lines(self, n):
        return ["    " * self.random.randrange(1, 4) + self.statement() for _ in range(n)]

    def edited(self, line):
        """A small edit of one line."""
        words = line.split(" ")
        at = self.random.randrange(len(words))
        words[at] = words[at] + self.random.choice(["_now", "2", "_all", "_or_none"])
        return " ".join(words)

    # ---- places ----

    def some_path(self, files, allowed):
        # some files change much more often than others
        paths = sorted(path for path in files if path in allowed)
        return paths[int(len(paths) * self.random.random() ** 1.7)]

    def span(self, lines, low, high):
        n = min(len(lines), self.random.randint(low, high))
        start = self.random.randrange(len(lines) - n + 1)
        return start, start + n

    def new_path(self):
        self.next_path += 1
        directory = self.random.choice(["shop", "shop/billing", "shop/stock", "tools", "web"])
        name = self.random.choice([*NOUNS, "__init__", "utils", "views"])
        return f"{directory}/p{self.next_path}/{name}.py"

    # ---- changes: each gives the paths it touched ----

    def insert(self, files, allowed):
        path = self.some_path(files, allowed)
        lines = files[path]
        at = self.random.randrange(len(lines) + 1)
        files[path] = lines[:at] + self.lines(self.random.randint(1, 8)) + lines[at:]
        return [path]

    def edit(self, files, allowed):
        path = self.some_path(files, allowed)
        lines = list(files[path])
        start, end = self.span(lines, 1, 4)
        is_small = self.random.random() < 0.5
        lines[start:end] = (
            [self.edited(line) for line in lines[start:end]]
            if is_small
            else self.lines(self.random.randint(1, 5))
        )
        files[path] = lines
        return [path]

    def delete(self, files, allowed):
        path = self.some_path(files, allowed)
        limit = 6 if len(files[path]) < FILE_LINES_MAX else 60
        start, end = self.span(files[path], 1, limit)
        files[path] = files[path][:start] + files[path][end:] or self.lines(5)
        return [path]

    def move(self, files, allowed):
        path = self.some_path(files, allowed)
        start, end = self.span(files[path], 4, 15)
        block, rest = files[path][start:end], files[path][:start] + files[path][end:]
        at = self.random.randrange(len(rest) + 1)
        files[path] = rest[:at] + block + rest[at:]
        return [path]

    def move_away(self, files, allowed):
        path, to = self.some_path(files, allowed), self.some_path(files, allowed)
        if path == to:
            return self.move(files, allowed)
        start, end = self.span(files[path], 6, 20)
        block = files[path][start:end]
        files[path] = files[path][:start] + files[path][end:] or self.lines(5)
        at = self.random.randrange(len(files[to]) + 1)
        files[to] = files[to][:at] + block + files[to][at:]
        return [path, to]

    def copy(self, files, allowed):
        path, to = self.some_path(files, allowed), self.some_path(files, allowed)
        start, end = self.span(files[path], 2, 10)
        at = self.random.randrange(len(files[to]) + 1)
        files[to] = files[to][:at] + files[path][start:end] + files[to][at:]
        return [to]

    def indent(self, files, allowed):
        path = self.some_path(files, allowed)
        lines = list(files[path])
        start, end = self.span(lines, 3, 25)
        lines[start:end] = ["    " + line if line.strip() else line for line in lines[start:end]]
        files[path] = lines
        return [path]

    def reformat(self, files, allowed):
        path = self.some_path(files, allowed)
        width = self.random.choice([2, 4])
        files[path] = [
            " " * width * ((len(line) - len(line.lstrip())) // 4 or 1) + line.strip()
            for line in files[path]
        ]
        return [path]

    def rename(self, files, allowed):
        path, to = self.some_path(files, allowed), self.new_path()
        files[to] = files.pop(path)
        allowed.discard(path)
        allowed.add(to)
        return [path, to]

    def bring_back(self, files, allowed):
        candidates = [(path, lines) for path, lines in self.past[-400:] if path in allowed]
        if not candidates:
            return self.edit(files, allowed)
        path, lines = self.random.choice(candidates)
        files[path] = lines
        return [path]

    def add(self, files, allowed):
        path = self.new_path()
        files[path] = self.lines(self.random.randint(20, 120))
        allowed.add(path)
        return [path]

    def remove(self, files, allowed):
        if len(allowed) < 3 or len(files) < FILE_N * 0.8:
            return self.insert(files, allowed)
        path = self.some_path(files, allowed)
        del files[path]
        allowed.discard(path)
        return [path]

    CHANGES = (
        (insert, 38),
        (edit, 22),
        (delete, 14),
        (move, 6),
        (move_away, 4),
        (copy, 4),
        (indent, 5),
        (reformat, 1),
        (rename, 1),
        (bring_back, 0.5),
        (add, 0.6),
        (remove, 0.4),
    )

    def change(self, files, allowed):
        kinds, weights = zip(*self.CHANGES, strict=True)
        touched = set()
        for kind in self.random.choices(kinds, weights, k=self.random.choice([1, 1, 1, 2, 3])):
            touched.update(kind(self, files, allowed))
        for path in sorted(touched & files.keys()):
            self.past.append((path, files[path]))
        del self.past[:-1000]
        return touched


class Import:
    """The commits, as git fast-import reads them."""

    def __init__(self, out, history):
        self.out, self.history, self.commit_n = out, history, 0

    def write(self, text):
        self.out.write(text.encode())

    def commit(self, branch, files, touched, subject, parent=None, merged=None):
        """Gives the mark of the new commit."""
        self.commit_n += 1
        mark = self.commit_n
        # a few people write most of it
        author = int(AUTHOR_N * self.history.random.random() ** 1.8)
        at = STARTED_AT + mark * COMMIT_EVERY
        person = f"Author {author} <author{author}@shop.example> {at} +0000"
        self.write(f"commit refs/heads/{branch}\nmark :{mark}\nauthor {person}\n")
        self.write(f"committer {person}\ndata {len(subject)}\n{subject}\n")
        if parent:
            self.write(f"from :{parent}\n")
        if merged:
            self.write(f"merge :{merged}\n")
        for path in sorted(touched):
            if path not in files:
                self.write(f"D {path}\n")
                continue
            content = "".join(line + "\n" for line in files[path])
            self.write(f"M 100644 inline {path}\ndata {len(content)}\n{content}\n")
        self.write("\n")
        return mark


def branch_off(history, importer, main):
    """A few commits on a branch of its own and on main meanwhile, and the merge; gives main's new tip."""
    pick = history.random
    theirs = set(pick.sample(sorted(history.files), max(2, len(history.files) // 8)))
    ours = set(history.files) - theirs
    side_files, side, all_touched = dict(history.files), main, set()
    for _ in range(pick.randint(1, 6)):
        touched = history.change(side_files, theirs)
        side = importer.commit("side", side_files, touched, "Work on the side", side)
        all_touched |= touched
        main = importer.commit(
            "main", history.files, history.change(history.files, ours), "Go on", main
        )
    for path in sorted(all_touched):
        if path in side_files:
            history.files[path] = side_files[path]
        else:
            history.files.pop(path, None)
    return importer.commit("main", history.files, all_touched, "Merge the side", main, side)


def make(directory, commits=6000, seed=1, tell=lambda share: None):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=directory, check=True)
    history = History(seed)
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=directory, stdin=subprocess.PIPE
    ) as process:
        importer = Import(process.stdin, history)
        for _ in range(FILE_N):
            history.add(history.files, set())
        main = importer.commit("main", history.files, set(history.files), "Begin")
        while importer.commit_n < commits:
            if history.random.random() < 0.05:
                main = branch_off(history, importer, main)
            else:
                touched = history.change(history.files, set(history.files))
                main = importer.commit("main", history.files, touched, "Change things", main)
            if importer.commit_n % 100 == 0:
                tell(importer.commit_n / commits)
    if process.returncode:
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "reset", "-q", "--hard", "main"], cwd=directory, check=True)
    return directory


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--commits", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    make(chosen.directory, chosen.commits, chosen.seed)
