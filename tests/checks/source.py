# SPDX-License-Identifier: MIT
"""What the checks share: the C files of the tree, and C text without comments and strings."""

import pathlib
import re

TOPS = ("src", "client", "tests", "demo")
SKIPPED = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.VERBOSE | re.DOTALL
)


def files(*suffixes):
    found = [p for top in TOPS for p in pathlib.Path(top).rglob("*") if p.suffix in suffixes]
    return sorted(p for p in found if "build" not in p.parts)


def bare(text):
    """text with comments, strings and character constants blanked; lines stay where they are."""
    return SKIPPED.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)


def functions(path):
    """(name, first line, number of lines) of each function defined in a file laid out by clang-format."""
    lines = bare(path.read_text()).split("\n")
    for number, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        end = next((n for n in range(number, len(lines)) if lines[n].startswith("}")), number)
        start = number
        while (
            start > 0 and lines[start - 1].strip() and not lines[start - 1].startswith(("}", "#"))
        ):
            start -= 1
        name = re.search(r"([A-Za-z_]\w*)\s*\(", " ".join(lines[start:number]))
        if name:
            yield name.group(1), start + 1, end - start + 1
