# SPDX-License-Identifier: MIT
"""What nobody catches; each program is a process of its own."""

import sys

import pytest

HEAD = "import sys, threading, asyncio\nimport flawless\nflawless.init(sys.argv[1])\n"

PROGRAMS = {
    "sys.excepthook": ("raise ValueError('end')\n", 1, "ValueError: end"),
    "threading.excepthook": (
        "def work(): raise ValueError('end')\n"
        "t = threading.Thread(target=work); t.start(); t.join()\n",
        0,
        "Exception in thread",
    ),
    "sys.unraisablehook": (
        "class Thing:\n    def __del__(self): raise ValueError('end')\nThing()\n",
        0,
        "Exception ignored",
    ),
    "asyncio": (
        "from flawless.integrations.asyncio import install\n"
        "def work(): raise ValueError('end')\n"
        "async def main():\n    install()\n    asyncio.get_running_loop().call_soon(work)\n"
        "    await asyncio.sleep(0.01)\n"
        "asyncio.run(main())\n",
        0,
        "Exception in callback",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_is_reported_and_shown_as_before(server, run_program, name):
    program, status, shown = PROGRAMS[name]
    run = run_program(HEAD + program, server.dsn)
    assert run.returncode == status and shown in run.stderr, run.stderr
    (request,) = server.wait_for(1)
    assert request.event["exception"]["values"][0]["value"] == "end"


def test_a_hook_of_the_programs_own_is_called_too_and_once(server, run_program):
    program = (
        "import sys, flawless\n"
        "def mine(kind, exception, traceback): print('mine', exception)\n"
        "sys.excepthook = mine\n"
        "flawless.init(sys.argv[1])\nflawless.init(sys.argv[1])\n"
        "raise ValueError('end')\n"
    )
    assert run_program(program, server.dsn).stdout == "mine end\n"
    assert len(server.wait_for(1)) == 1


def test_ctrl_c_and_exit_are_not_reported(server, run_program):
    for end in ("sys.exit(3)", "raise KeyboardInterrupt"):
        run_program(HEAD + end, server.dsn)
    assert server.events == []


def test_without_hooks_nothing_is_reported(server, run_program):
    run_program(
        "import sys, flawless\nflawless.init(sys.argv[1], hooks=False)\n1 / 0\n", server.dsn
    )
    assert server.events == []


PROCESSES = """
import multiprocessing, sys
import flawless
from flawless.integrations import multiprocessing as watched

def work():
    raise ValueError("in a process")

class Worker(multiprocessing.get_context(sys.argv[2]).Process):
    def run(self):
        raise ValueError("in a class")

if __name__ == "__main__":
    flawless.init(sys.argv[1], environment="abroad")
    watched.install()
    how = multiprocessing.get_context(sys.argv[2])
    for process in (how.Process(target=work), Worker()):
        process.start()
        process.join()
        assert process.exitcode == 1
"""


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_what_ends_a_process_of_multiprocessing_is_reported(server, run_program, how):
    run = run_program(PROCESSES, server.dsn, how)
    assert run.returncode == 0, run.stderr
    events = [request.event for request in server.wait_for(2)]
    values = [event["exception"]["values"][0]["value"] for event in events]
    assert sorted(values) == ["in a class", "in a process"]
    assert {event["environment"] for event in events} == {"abroad"}
    assert len(server.events) == 2
    assert sys.platform != "linux" or events[0]["exception"]["values"][0]["stacktrace"]["frames"][
        -1
    ]["abs_path"].endswith("program.py")
