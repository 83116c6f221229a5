# SPDX-License-Identifier: MIT
"""flawless-run, as a command."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipapp

import pytest

import flawless

COMMAND = str(pathlib.Path(sys.executable).with_name("flawless-run"))


@pytest.fixture
def run(tmp_path):
    def run(*arguments, program="", **environment):
        (tmp_path / "program.py").write_text(program)
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env={**os.environ, **environment},
        )

    return run


FAILING = "def fail():\n    raise ValueError('end')\nfail()\n"


def test_an_unchanged_program_is_watched_and_ends_as_without_us(server, run, tmp_path):
    watched = run("program.py", program=FAILING, FLAWLESS_DSN=server.dsn)
    bare = subprocess.run(
        [sys.executable, "program.py"], capture_output=True, text=True, cwd=tmp_path
    )
    assert watched.returncode == bare.returncode == 1
    assert watched.stderr == bare.stderr
    (request,) = server.wait_for(1)
    frames = request.event["exception"]["values"][0]["stacktrace"]["frames"]
    assert [frame["function"] for frame in frames] == ["<module>", "fail"]


def test_a_program_that_goes_elsewhere_is_still_found(server, run, tmp_path):
    done = run("program.py", program="import os\nos.chdir('/')\n" + FAILING, FLAWLESS_DSN=server.dsn)
    assert "raise ValueError('end')" in done.stderr
    (request,) = server.wait_for(1)
    frame = request.event["exception"]["values"][0]["stacktrace"]["frames"][-1]
    assert frame["abs_path"] == str(tmp_path / "program.py")


def test_the_options_before_the_program_are_ours_and_those_behind_its_own(server, run):
    program = "import sys\nprint(sys.argv)\nraise ValueError\n"
    done = run(
        *("--dsn", server.dsn, "--release", "v7", "--environment", "lab", "program.py", "--dsn"),
        program=program,
    )
    assert done.stdout == "['program.py', '--dsn']\n"
    (request,) = server.wait_for(1)
    assert request.event["release"] == "v7" and request.event["environment"] == "lab"


def test_modules_threads_processes_and_logs_are_watched(server, run):
    program = (
        "import logging, multiprocessing, threading\n"
        "def work(): raise ValueError('worker')\n"
        "if __name__ == '__main__':\n"
        "    logging.error('said')\n"
        "    how = multiprocessing.get_context('spawn')\n"
        "    for one in (threading.Thread(target=work), how.Process(target=work)):\n"
        "        one.start()\n        one.join()\n"
    )
    done = run("--dsn", server.dsn, "-m", "program", program=program)
    assert done.returncode == 0, done.stderr
    assert len(server.wait_for(3)) == 3


def test_the_programs_exit_status_is_kept(server, run):
    assert run("program.py", program="raise SystemExit(7)", FLAWLESS_DSN=server.dsn).returncode == 7
    assert server.events == []


def test_without_a_server_it_says_so_and_runs_the_program(run):
    done = run("program.py", program="print('done')", FLAWLESS_DSN="")
    assert done.returncode == 0 and done.stdout == "done\n"
    assert done.stderr == "flawless-run: no --dsn and no FLAWLESS_DSN: nothing is reported\n"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nowhere.py"], "there is no file nowhere.py"),
        (["."], "there is no __main__.py in ."),
        (["-m", "nowhere"], "there is no module nowhere"),
        (["-m", "nowhere.at.all"], "there is no module nowhere.at.all"),
        (["-m", ".program"], "there is no module .program"),
        (["--dsn", "http://[", "program.py"], "http://["),
        ([], "PROGRAM"),
    ],
)
def test_a_mistake_is_named(run, arguments, said):
    done = run(*arguments)
    assert done.returncode != 0 and said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("kind", ["directory", "archive"])
def test_a_program_may_be_a_directory_or_an_archive(server, run, tmp_path, kind):
    inside = tmp_path / "shop/__main__.py"
    inside.parent.mkdir()
    inside.write_text("import sys\nprint(sys.argv[1:], __name__, sys.path[0])\n" + FAILING)
    if kind == "archive":
        zipapp.create_archive(inside.parent, tmp_path / "shop.pyz")
    name = "shop" if kind == "directory" else "shop.pyz"
    done = run(name, "x", FLAWLESS_DSN=server.dsn)
    assert done.stdout == "['x'] __main__ %s\n" % (tmp_path / name)
    (request,) = server.wait_for(1)
    frames = request.event["exception"]["values"][0]["stacktrace"]["frames"]
    assert [frame["function"] for frame in frames] == ["<module>", "fail"]


def test_a_module_that_is_not_there_is_no_error_of_the_program(server, run):
    assert run("--dsn", server.dsn, "-m", "nowhere").returncode == 1
    assert server.events == []


def test_what_a_module_misses_is_an_error_of_the_program(server, run, tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").write_text("import nowhere\n")
    assert run("--dsn", server.dsn, "-m", "package.work").returncode == 1
    (request,) = server.wait_for(1)
    assert request.event["exception"]["values"][0]["type"] == "ModuleNotFoundError"


def test_a_program_that_python_cannot_read_is_reported_with_its_line(server, run, tmp_path):
    done = run("program.py", program="x = 1\ny = (\n", FLAWLESS_DSN=server.dsn)
    assert done.returncode == 1 and "SyntaxError" in done.stderr
    (request,) = server.wait_for(1)
    (frame,) = request.event["exception"]["values"][0]["stacktrace"]["frames"]
    assert frame["abs_path"] == str(tmp_path / "program.py")
    assert (frame["lineno"], frame["context_line"]) == (2, "y = (")


def test_help_version_and_manual_page_agree(run):
    manual = (pathlib.Path(__file__).parent.parent / "man/flawless-run.1").read_text()
    said = run("--help").stdout
    options = re.findall(r"^  (?:-\w, )?(--?[a-z]+)", said, re.MULTILINE)
    assert options == ["--help", "--version", "--dsn", "--release", "--environment", "-m"]
    documented = re.findall(r"^\.(?:It|Fl)(?: Fl \w ,)? (?:Fl )?(-?\w+)", manual, re.MULTILINE)
    assert {"-" + name for name in documented if name[0] == "-" or name == "m"} == set(options)
    variables = set(re.findall(r"\bFLAWLESS_[A-Z_]+", said))
    assert variables == set(re.findall(r"\bFLAWLESS_[A-Z_]+", manual))
    assert run("--version").stdout == "flawless %s\n" % flawless.__version__


@pytest.mark.skipif(not shutil.which("groff"), reason="groff, which reads manual pages, is not here")
def test_the_manual_page_has_no_mistake():
    manual = pathlib.Path(__file__).parent.parent / "man/flawless-run.1"
    command = ["groff", "-mdoc", "-Tutf8", "-ww", "-z", str(manual)]
    alone = {**os.environ, "LD_PRELOAD": ""}  # sanitizers are for us, not for groff
    done = subprocess.run(command, capture_output=True, text=True, env=alone)
    assert done.returncode == 0 and done.stderr == ""


def test_an_asyncio_task_that_nobody_awaits_is_reported(server, run):
    program = (
        "import asyncio, gc\n"
        "async def fail(): raise ValueError('forgotten')\n"
        "async def main():\n"
        "    await asyncio.wait([asyncio.ensure_future(fail())])\n"
        "    gc.collect()\n"
        "asyncio.run(main())\n"
    )
    assert run("program.py", program=program, FLAWLESS_DSN=server.dsn).returncode == 0
    (request,) = server.wait_for(1)
    assert request.event["exception"]["values"][0]["value"] == "forgotten"


OUTLIVED = """
import atexit, pickle, sys, threading

class Thing:
    pass

def work(who):
    assert type(pickle.loads(pickle.dumps(Thing()))) is Thing
    print(who, sys.modules["__main__"].__name__, len(sys.argv))

def late():
    threading.main_thread().join()
    work("thread")

atexit.register(work, "exit")
threading.Thread(target=late).start()
"""


@pytest.mark.parametrize("how", [["program.py"], ["-m", "program"], ["folder"]])
def test_what_outlives_the_programs_last_line_still_has_its_module(server, run, tmp_path, how):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "__main__.py").write_text(OUTLIVED)
    done = run("--dsn", server.dsn, *how, "argument", program=OUTLIVED)
    assert (done.stdout, done.stderr) == ("thread __main__ 2\nexit __main__ 2\n", "")
