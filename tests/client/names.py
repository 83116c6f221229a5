# SPDX-License-Identifier: MIT
"""names.py HEADER SHARED STATIC: both libraries define exactly the functions that the header declares."""

import re
import subprocess
import sys


def defined(path, *options):
    run = subprocess.run(
        ["nm", *options, "--defined-only", "--format=posix", path],
        capture_output=True, text=True, check=True,
    )
    return {
        line.split()[0]
        for line in run.stdout.splitlines()
        if len(line.split()) > 2 and line.split()[1].isupper() and not line.startswith("__")
    }


header, shared, static = sys.argv[1:]
declared = set(re.findall(r"^FLAWLESS_API .*?\b(flawless_\w+)\(", open(header).read(), re.MULTILINE))
assert declared, "the header declares nothing"
for path, options in ((shared, ["--dynamic"]), (static, ["--extern-only"])):
    found = defined(path, *options)
    assert found == declared, f"{path}: {sorted(found ^ declared)}"
