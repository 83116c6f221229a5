# SPDX-License-Identifier: MIT
"""A person at a terminal: answers what a program asks, and sees what it shows."""

import os
import pty
import re
import select
import termios
import time

from stage import PATIENCE_S, Trouble

PROMPT = re.compile(r"([^\n\[]+) \[([^\]\n]*)\]: \Z")


class Typist:
    def __init__(self, command, directory, environment):
        self.shown, self.asked = "", []
        self.status = None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execve(command[0], command, environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def see(self, is_enough):
        """Looks on until is_enough(), or the program's end; whether it goes on."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_enough():
            if not select.select([self.terminal], [], [], deadline - time.monotonic())[0]:
                raise Trouble(f"nothing more was shown after:\n{self.shown}")
            try:
                piece = os.read(self.terminal, 65536)
            except OSError:  # how Linux says that nobody has the terminal any more
                piece = b""
            if not piece:
                return False
            self.shown = (self.shown + piece.decode()).replace("\r\n", "\n")
        return True

    def prompt(self):
        """Name and default of the next question; None at the end."""
        found = []

        def is_asked():
            found[:] = PROMPT.findall(self.shown)
            return found

        if not self.see(is_asked):
            return None
        self.asked.append(found[0][0])
        if self.asked.count(found[0][0]) > 9:
            raise Trouble(f"asked again and again:\n{self.shown}")
        return found[0]

    def type(self, text):
        before = len(self.shown)
        os.write(self.terminal, text.encode())
        self.see(lambda: len(self.shown) > before)  # the echo, or at least the new line

    def answer(self, until=None, **answers):
        """
        Answers every question by its name, the rest by Enter, until a question or the end. A list
        is one answer for each time that the question is asked. The defaults that were offered.
        """
        answers = {k: [v] if isinstance(v, str) else list(v) for k, v in answers.items()}
        offered = {}
        while asked := self.prompt():
            name, default = asked
            offered.setdefault(name, default)
            if name == until:
                return offered
            given = answers.get(name.split()[0], [])
            self.type((given.pop(0) if given else "") + "\n")
        assert not any(answers.values()), f"never asked: {answers}\n{self.shown}"
        return offered

    def has_echo(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def end(self):
        """The exit status; minus the signal's number when one ended it."""
        self.see(lambda: False)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status
