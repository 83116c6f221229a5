# SPDX-License-Identifier: MIT
"""`make demo`: a sample application fails, and three developers get one letter each.

Makes the application's repository (make_repository.py), deploys its release, starts Flawless on it,
lets the web application, the nightly script and the stock worker fail many times, and shows the
letters.

    ONCE=1   check the letters and leave, with status 1 if one is wrong (also without a terminal)
    SMTP=1   send the letters to a mail server that the demo starts, not only to the outbox
    FLAWLESS=PATH   the server to run, build/flawless unless told
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import make_repository
from stage import (
    Process,
    Trouble,
    free_port,
    get_json,
    paint,
    run,
    say,
    status_of,
    step,
    wait_for,
)

HERE = pathlib.Path(__file__).resolve().parent
SERVER = pathlib.Path(os.environ.get("FLAWLESS", HERE.parent / "build" / "flawless")).resolve()
# Each bug fails this often. A program tells of one error again and again only at powers of two, and
# of the rest when it ends; the web application does not end before the demo does.
TIMES = 64
LINES_SHOWN = 12  # of each letter


class Mailbox:
    """A real SMTP server that keeps what it gets."""

    def __init__(self):
        from aiosmtpd.controller import Controller

        self.messages = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()
        self.address = f"127.0.0.1:{self.controller.port}"

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def letters(self):
        import email.policy

        for recipients, content in self.messages:
            message = email.message_from_bytes(content, policy=email.policy.default)
            text = message.get_body(("plain",)).get_content()
            yield {"to": ", ".join(recipients), "subject": message["Subject"], "text": text}

    def stop(self):
        self.controller.stop()


class Demo:
    def __init__(self, directory, mailbox):
        self.directory, self.mailbox = directory, mailbox
        self.repository, self.deployed = directory / "shop-repository", directory / "deployed"
        self.cfg, self.logs = directory / "demo.cfg", directory / "logs"
        self.logs.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes = []

    def start_process(self, command, name, **more):
        process = Process([str(word) for word in command], self.logs / f"{name}.log", **more)
        self.processes.append(process)
        return process

    def make_application(self):
        step("Making the sample application: three authors, eight months of history")
        make_repository.make(self.repository)
        release = make_repository.RELEASE
        subprocess.run(
            ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--branch", release]
            + [self.repository, self.deployed],
            check=True,
        )

    def start_flawless(self):
        step(f"Starting Flawless at {self.url}")
        smtp = f"smtp_host = {self.mailbox.address}\n" if self.mailbox else ""
        self.cfg.write_text(
            "[flawless]\n"
            "bind_address = 127.0.0.1\n"
            f"port = {self.port}\n"
            "http_port = 0\n"
            "web_auth = none\n"
            f"hostname = {self.url}\n"
            f"data_dir_path = {self.directory / 'state'}\n"
            f"repo_dir = {self.repository}\n"
            "default_contact = nobody-in-particular@example.com\n" + smtp
        )
        (self.directory / "state").mkdir(mode=0o700)
        server = self.start_process([SERVER, "start", "-conf", self.cfg], "flawless")
        server.wait_for_line("listening on")
        dsn = subprocess.run(
            [SERVER, "dsn", "-conf", self.cfg], check=True, capture_output=True, text=True
        ).stdout
        self.dsn = re.search(r"https?://\S+", dsn).group(0)
        self.application_has = {
            "FLAWLESS_DSN": self.dsn,
            "SENTRY_DSN": self.dsn,
            "PYTHONPATH": ".",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def fail_often(self):
        step(f"The web application fails {TIMES} times (Ada's line)")
        web = self.start_process(
            [sys.executable, "-m", "shop.web"],
            "web",
            cwd=self.deployed,
            environment=self.application_has,
        )
        port = web.wait_for_line(r"serving on port (\d+)").group(1)
        statuses = [
            status_of(f"http://127.0.0.1:{port}/checkout?price=80&code=WINTER")
            for _ in range(TIMES)
        ]
        if statuses != [500] * TIMES:
            raise Trouble(
                f"the web application should have answered 500 each time: {set(statuses)}"
            )
        step(f"The nightly script fails {TIMES} times (Grace's line)")
        self.run_program("nightly.py", CUSTOMERS=str(TIMES))
        step(f"The stock worker, with a stock Sentry SDK, fails {TIMES} times (Linus's line)")
        self.run_program("worker.py", ITEMS=str(TIMES))

    def run_program(self, name, **more):
        environment = {**self.application_has, **more}
        run([sys.executable, name], self.logs / f"{name}.log", self.deployed, environment)

    def letters(self):
        if self.mailbox:
            return list(self.mailbox.letters())
        return get_json(f"{self.url}/outbox")["letters"]

    def errors(self):
        week = get_json(f"{self.url}/get_weekly_error_report")
        return {
            error["filename"]: {**error, "developer": developer["email"]}
            for developer in week["developers"]
            for error in developer["errors"]
        }

    def wait_for_letters(self):
        step("Flawless asks git whose lines these are, and writes")
        wanted = len(make_repository.BUGS)

        def everything_counted():
            errors = self.errors().values()
            return len(errors) >= wanted and all(error["error_count"] >= TIMES for error in errors)

        wait_for("counting every failure", everything_counted)
        wait_for(f"writing {wanted} letters", lambda: len(self.letters()) >= wanted)

    def show_letters(self):
        for letter in self.letters():
            say()
            say(paint(f"To:      {letter['to']}", "1"))
            say(paint(f"Subject: {letter['subject']}", "1"))
            lines = letter["text"].splitlines()
            for line in lines[:LINES_SHOWN]:
                say(f"    {line}")
            if len(lines) > LINES_SHOWN:
                say(f"    ... {len(lines) - LINES_SHOWN} more lines")
        say()

    def verify(self):
        """What is wrong, in sentences."""
        letters, errors = self.letters(), self.errors()
        for bug in make_repository.BUGS:
            number = make_repository.line_of(self.deployed, bug)
            own = [letter for letter in letters if letter["to"] == bug.author]
            if len(own) != 1:
                yield f"{bug.author} got {len(own)} letters instead of 1"
            for letter in own:
                place = f'"{bug.path}", line {number}'
                if bug.path not in letter["subject"] or place not in letter["text"]:
                    yield f"{bug.author}'s letter is not about {bug.path}:{number}"
            error = errors.get(bug.path)
            if not error:
                yield f"the page does not know {bug.path}"
                continue
            seen = (
                error["developer"],
                error["line_number"],
                error["text"].strip(),
                error["error_count"],
            )
            wanted = (bug.author, number, bug.text, TIMES)
            if seen != wanted:
                yield f"the page says {seen} of {bug.path}, not {wanted}"
        if len(letters) != len(make_repository.BUGS):
            yield f"there are {len(letters)} letters: {[letter['to'] for letter in letters]}"

    def stop(self):
        for process in reversed(self.processes):
            status = process.stop()
            if process.command[0] == str(SERVER) and status != 0:
                raise Trouble(f"Flawless ended with status {status}")
        if self.mailbox:
            self.mailbox.stop()


def tell(demo):
    """The whole story; gives what was wrong with its end."""
    demo.make_application()
    demo.start_flawless()
    demo.fail_often()
    demo.wait_for_letters()
    demo.show_letters()
    wrong = list(demo.verify())
    for sentence in wrong:
        say(paint("wrong: ", "1;31") + sentence)
    if not wrong:
        say(paint("Three developers, one letter each, about the right lines.", "1;32"))
    return wrong


def stay_up(demo):
    say(f"\nThe errors of the week: {demo.url}/")
    say(f"The letters:            {demo.url}/outbox")
    say(f"Send your own:          {demo.dsn}  (the DSN, for any Sentry SDK)")
    say("Ctrl-C ends it.")
    threading.Event().wait()


def main():
    stays = sys.stdout.isatty() and os.environ.get("ONCE") != "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="flawless-demo-"))
    demo = Demo(directory, Mailbox() if os.environ.get("SMTP") == "1" else None)
    wrong = ["it did not come to an end"]
    try:
        wrong = tell(demo)
        if stays:
            stay_up(demo)
    except Trouble as trouble:
        say(paint("wrong: ", "1;31") + str(trouble))
        wrong = [str(trouble)]
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        try:
            demo.stop()
        except Trouble as trouble:
            say(paint("wrong: ", "1;31") + str(trouble))
            wrong = wrong + [str(trouble)]
        if wrong:
            say(f"Everything is kept in {directory}; the logs are in {demo.logs}")
        else:
            shutil.rmtree(directory)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
