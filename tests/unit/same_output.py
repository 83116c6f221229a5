# SPDX-License-Identifier: MIT
"""A document that a command writes is the one in the tree: same_output.py FILE COMMAND [ARGUMENTS]."""
import difflib
import subprocess
import sys

path, command = sys.argv[1], sys.argv[2:]
written = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()
with open(path, encoding="utf-8") as file:
    kept = file.read()
if kept != written:
    sys.stdout.writelines(difflib.unified_diff(
        kept.splitlines(True), written.splitlines(True), path, "what is written now"))
    sys.exit(f"{path} is out of date; write it again with: flawless {' '.join(command[1:])} > {path}")
