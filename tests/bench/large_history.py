# SPDX-License-Identifier: MIT
"""Makes the large repository that `make bench-blame` asks about: 80,000 commits by 40 authors on some
two thousand files, a few of them touched by thousands of commits and most by some dozens. Made once
from one seed and kept, since it takes minutes: packed as a server would send it, with and without
the commit graph that Flawless writes for its own clones.

    python3 large_history.py DIRECTORY [--commits N]
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "accuracy"))

import history  # noqa: E402

FILE_N = 2000
COMMITS = 80_000
HOT = 3.5  # the higher, the more of the commits touch the same few files
GRAPH = ["commit-graph", "write", "--reachable", "--changed-paths", "--split", "--no-progress"]


class LargeHistory(history.History):
    """Files in one order, so that choosing one takes no time in a tree of thousands."""

    def __init__(self, seed):
        super().__init__(seed)
        self.paths = []

    def new_path(self):
        path = super().new_path()
        self.paths.append(path)
        return path

    def some_path(self, files, allowed):
        while True:
            at = int(len(self.paths) * self.random.random() ** HOT)
            path = self.paths[at]
            if path in files and path in allowed:
                return path
            if path not in files and path not in self.files:
                del self.paths[at]


def git(directory, *arguments):
    subprocess.run(["git", "-C", directory, *arguments], check=True)


def make(place, commits=COMMITS):
    """Gives the directories with and without a commit graph; they are there already or are made."""
    place = pathlib.Path(place).resolve()
    with_graph, plain = place / f"{commits}-graph", place / f"{commits}-plain"
    if with_graph.is_dir() and plain.is_dir():
        return with_graph, plain
    place.mkdir(parents=True, exist_ok=True)
    draft = place / "draft"
    for directory in (draft, with_graph, plain):
        shutil.rmtree(directory, ignore_errors=True)
    history.FILE_N = FILE_N
    history.History = LargeHistory
    history.make(draft, commits)
    git(draft, "repack", "-adfq", "--window=10", "--depth=50")
    git(place, "clone", "-q", "--bare", "--no-hardlinks", draft, plain)
    shutil.copytree(plain, with_graph)
    git(with_graph, *GRAPH)
    shutil.rmtree(draft)
    return with_graph, plain


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--commits", type=int, default=COMMITS)
    chosen = parser.parse_args()
    for made in make(chosen.directory, chosen.commits):
        print(made)
