# SPDX-License-Identifier: MIT
"""Interpreters that the client does not report from say so."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
ROOT = Path(__file__).parents[3]

SUB_INTERPRETER = """
try:
    import _interpreters as interpreters      # Python 3.13
except ImportError:
    import _xxsubinterpreters as interpreters
import flawless.client
code = '''
try:
    import flawless.client
except ImportError as problem:
    print(problem)
'''
interpreters.run_string(interpreters.create(), code)
print(flawless.client.flush(1))
"""


def test_a_sub_interpreter_is_told_to_use_the_main_one(run_program):
    done = run_program(SUB_INTERPRETER)
    assert done.returncode == 0, done.stderr
    refusal, flushed = done.stdout.splitlines()
    assert "main interpreter only" in refusal or "does not support loading in subint" in refusal
    assert flushed == "True"


def test_a_build_for_free_threaded_python_is_refused():
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("there is no C compiler")
    done = subprocess.run(
        [compiler, "-fsyntax-only", "-DPy_GIL_DISABLED", "-I" + sysconfig.get_path("include")]
        + ["-I%s" % directory for directory in (ROOT, ROOT / "src", SOURCE)]
        + [str(SOURCE / "module.c")],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "not for free-threaded Python" in done.stderr
