# SPDX-License-Identifier: MIT
"""`flawless configure`: asks, looks at the answers, and changes no more than it was asked to."""

import os
import signal
import socket
import stat
import subprocess

import pytest
from postbox import Mailbox
from stage import free_port
from typist import Typist

RULE_FILES = {
    "building_blocks",
    "third_party_whitelist",
    "known_errors",
    "watched_files",
    "email_remapping",
    "ignored_exceptions",
    "disowned_files",
}
OLD = """\
# the shop's errors

[flawless]
  port   =  {port}   
http_port: 0
data_dir_path = {state}
; nobody knows what this was for
prot = 1
repo_dir = {repository}

# another one
[project bakery]
project_id = 2
repo_dir = {repository}
"""


class Place:
    """A home, the working directory, and the flawless.cfg of one test."""

    def __init__(self, binary, room, repository):
        self.binary, self.room, self.repository = binary, room, repository
        self.cfg = room / "etc" / "flawless.cfg"
        (room / "home").mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(room / "home"),
            "XDG_DATA_HOME": str(room / "data"),
            "XDG_CONFIG_HOME": str(room / "config"),
            "TERM": "dumb",
        }
        name = ["git", "config", "--global", "user.email", "ada@shop.example"]
        subprocess.run(name, env=self.environment, check=True)

    def command(self, name, *arguments, conf=True):
        where = ["-conf", self.cfg] if conf else []
        return [str(word) for word in (self.binary, name, *where, *arguments)]

    def typist(self, *arguments, conf=True, **environment):
        command = self.command("configure", *arguments, conf=conf)
        return Typist(command, self.repository, {**self.environment, **environment})

    def run(self, name, *arguments, **more):
        return subprocess.run(
            self.command(name, *arguments),
            cwd=self.repository,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            **more,
        )

    def old(self):
        """A flawless.cfg that somebody wrote by hand."""
        self.cfg.parent.mkdir()
        content = OLD.format(port=free_port(), state=self.room / "s", repository=self.repository)
        self.cfg.write_text(content)
        self.cfg.chmod(0o640)
        return content

    def options(self):
        lines = [line.split(" =", 1) for line in self.cfg.read_text().splitlines() if " =" in line]
        return {name: value.strip() for name, value in lines}

    def mode(self, name="flawless.cfg"):
        return stat.S_IMODE((self.cfg.parent / name).stat().st_mode)

    def files(self):
        return {path.name for path in self.cfg.parent.iterdir()} if self.cfg.parent.exists() else {}


@pytest.fixture
def place(binary, repository, tmp_path):
    return Place(binary, tmp_path, repository)


def ports():
    return {"port": str(free_port()), "http_port": "0"}


def test_a_new_configuration_takes_its_defaults_from_the_surroundings(place):
    answers = ports()
    with place.typist() as typist:
        offered = typist.answer(**answers)
        assert typist.end() == 0
    assert offered["repo_dir"] == str(place.repository)
    assert offered["default_contact"] == "ada@shop.example"
    assert offered["email_domain_name"] == "shop.example"
    assert offered["port"] == "9028"
    assert offered["hostname"] == socket.gethostname()
    assert place.options()["port"] == answers["port"]
    assert place.options()["repo_dir"] == str(place.repository)
    assert f"flawless start -conf {place.cfg}" in typist.shown
    assert place.files() == {"flawless.cfg"} | RULE_FILES
    looked = place.run("check")
    assert looked.returncode == 0, looked.stdout
    assert "0 rules" in looked.stdout


def test_an_answer_that_cannot_be_is_explained_and_asked_for_again(place):
    port = str(free_port())
    with place.typist() as typist:
        typist.answer(port=["many", "0", port], http_port="0", smtp_host="a b", hostname="a b")
        assert typist.end() == 0
    assert typist.asked.count("port") == 3
    assert typist.shown.count("expected a whole number from 1 to 65535") == 2
    assert "expected http://host:port" in typist.shown
    assert place.options()["port"] == port
    assert "smtp_host" not in place.options()


def test_a_port_in_use_is_asked_for_again(place):
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        taken, free = str(other.getsockname()[1]), str(free_port())
        with place.typist() as typist:
            typist.answer(port=[taken, free], http_port=["0", "0"], Keep="")
            assert typist.end() == 0
    assert f"port {taken}" in typist.shown
    assert place.options()["port"] == free


def test_the_port_of_the_server_that_runs_with_it_is_fine(place, make_server):
    server = make_server(repository=place.repository).start()
    place.cfg = server.cfg
    with place.typist() as typist:
        typist.answer(report_error_threshold="5")
        assert typist.end() == 0
    assert "the server that works with the store may have them" in typist.shown
    assert place.options()["report_error_threshold"] == "5"
    server.check_unharmed()


def test_a_repository_that_cannot_be_read_is_explained(place, tmp_path):
    (tmp_path / "plain").mkdir()
    with place.typist() as typist:
        typist.answer(repo_dir=["/no/where", str(tmp_path / "plain"), ""], **ports())
        assert typist.end() == 0
    assert 'repo_dir "/no/where" cannot be looked at' in typist.shown
    assert "is no git repository" in typist.shown
    assert place.options()["repo_dir"] == str(place.repository)


def test_a_path_is_meant_from_where_one_is(place):
    with place.typist() as typist:
        typist.answer(repo_dir=".", data_dir_path="../state", **ports())
        assert typist.end() == 0
    assert os.path.samefile(place.options()["repo_dir"], place.repository)
    assert place.options()["data_dir_path"].startswith("/")


def test_a_dead_mail_server_can_be_kept_and_is_not_unless_wanted(place):
    dead = f"127.0.0.1:{free_port()}"
    with place.typist() as typist:
        typist.answer(smtp_host=[dead, "none"], **ports())
        assert typist.end() == 0
    assert "no letter can be sent" in typist.shown
    assert "smtp_host" not in place.options()
    with place.typist() as typist:
        typist.answer(smtp_host=dead, Keep="yes")
        assert typist.end() == 0
    assert place.options()["smtp_host"] == dead


def test_a_password_is_tried_never_shown_and_kept_in_a_file_of_its_own(place):
    with Mailbox(login=("flawless", "open sesame")) as mailbox:
        with place.typist() as typist:
            typist.answer(
                smtp_host=mailbox.address,
                smtp_user=["flawless", "flawless"],
                smtp_password=["wrong word", "open sesame"],
                **ports(),
            )
            assert typist.end() == 0
            assert typist.has_echo()
        assert "535" in typist.shown
        assert "took the login" in typist.shown
        assert mailbox.messages == []
        assert place.run("check").returncode == 0
        again = place.run("configure", "--yes")
        assert again.returncode == 0, again.stdout
    assert "sesame" not in typist.shown and "wrong word" not in typist.shown
    assert "sesame" not in place.cfg.read_text()
    assert (place.cfg.parent / "smtp-password").read_text() == "open sesame\n"
    assert place.mode("smtp-password") == 0o600
    assert place.options()["smtp_password_file"] == str(place.cfg.parent / "smtp-password")


def test_a_password_in_the_file_moves_out_when_it_changes_and_goes_with_its_user(place):
    place.old()
    with place.cfg.open("a") as cfg:
        cfg.write("[flawless]\nsmtp_user = me\nsmtp_password = old\n")
    with Mailbox(login=("me", "new")) as mailbox:
        run = place.run(
            "configure",
            "--yes",
            "--set",
            f"smtp_host={mailbox.address}",
            "--set=smtp_password=new",
        )
        assert run.returncode == 0, run.stdout
    assert (place.cfg.parent / "smtp-password").read_text() == "new\n"
    assert "smtp_password = \n" in place.cfg.read_text()
    run = place.run("configure", "--yes", "--set", "smtp_user=none", "--set", "smtp_host=none")
    assert run.returncode == 0, run.stdout
    assert place.options()["smtp_password_file"] == ""


def test_a_file_that_exists_changes_in_what_was_answered_and_nowhere_else(place):
    before = place.old()
    with place.typist() as typist:
        offered = typist.answer(report_error_threshold="7", hostname="errors.shop.example")
        assert typist.end() == 0
    assert offered["default_contact"] == "none"
    assert "prot" not in offered
    new = "hostname = errors.shop.example\nreport_error_threshold = 7\n"
    assert place.cfg.read_text() == before.replace("\n\n# another", f"\n{new}\n# another")
    assert place.mode() == 0o640
    assert place.files() == {"flawless.cfg"}
    port = str(free_port())
    with place.typist() as typist:
        offered = typist.answer(port=port, report_error_threshold="8")
        assert typist.end() == 0
    assert offered["report_error_threshold"] == "7"
    old_port = before.split("port   =  ")[1].split()[0]
    wanted = before.replace("\n\n# another", f"\n{new}\n# another")
    wanted = wanted.replace(f"=  {old_port}   \n", f"=  {port}   \n")
    assert place.cfg.read_text() == wanted.replace("threshold = 7", "threshold = 8")


def test_with_the_old_answers_nothing_is_written(place):
    before = place.old()
    inode = place.cfg.stat().st_ino
    with place.typist() as typist:
        typist.answer()
        assert typist.end() == 0
    assert "Nothing to change" in typist.shown
    assert (place.cfg.read_text(), place.cfg.stat().st_ino) == (before, inode)


def test_a_wrong_value_in_the_file_is_replaced_by_the_default_that_was_offered(place):
    before = place.old()
    place.cfg.write_text(before.replace("http_port: 0", "http_port: many"))
    with place.typist() as typist:
        offered = typist.answer(http_port="0")
        assert typist.end() == 0
    assert offered["http_port"] == "8080"
    assert place.cfg.read_text() == before


@pytest.mark.parametrize("at", ["data_dir_path", "port", "smtp_password", "Write it?"])
@pytest.mark.parametrize("key, status", [("\x03", -signal.SIGINT), ("\x04", 1)])
def test_who_leaves_in_the_middle_has_changed_nothing(place, at, key, status):
    before = place.old()
    with Mailbox() as mailbox, place.typist() as typist:
        typist.answer(at, hostname="elsewhere", smtp_host=mailbox.address, smtp_user="me")
        assert typist.has_echo() == (at != "smtp_password")
        typist.type(key)
        assert typist.end() == status
        assert typist.has_echo()
    assert "Nothing was changed." in typist.shown
    assert place.cfg.read_text() == before
    assert place.files() == {"flawless.cfg"}


def test_who_does_not_wait_for_a_silent_mail_server_need_not(place):
    before = place.old()
    with socket.socket() as silent, place.typist() as typist:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        typist.answer("smtp_use_tls", smtp_host="127.0.0.1:%d" % silent.getsockname()[1])
        typist.type("\n")
        silent.accept()
        typist.type("\x03")
        assert typist.end() == -signal.SIGINT
    assert place.cfg.read_text() == before


def test_what_is_wrong_already_is_told_first_and_what_changes_last(place):
    before = place.old()
    place.cfg.write_text(before + "[flawless]\nlog_level = LOUD\n")
    with place.typist() as typist:
        typist.answer("Write it?", hostname="elsewhere", report_error_threshold="9")
    told, _, changes = typist.shown.partition("What changes:\n")
    assert "log_level" in told.partition("What is remembered")[0]
    assert changes.startswith("  hostname = elsewhere\n  report_error_threshold = 9\nWrite it?")


def test_a_file_that_somebody_else_changed_meanwhile_is_left_alone(place):
    place.old()
    with place.typist() as typist:
        typist.answer("Write it?", hostname="elsewhere")
        place.cfg.write_text("[flawless]\n")
        typist.type("yes\n")
        assert typist.end() == 1
    assert "somebody else changed" in typist.shown
    assert place.cfg.read_text() == "[flawless]\n"


def test_answers_may_come_from_a_pipe(place):
    before = place.old()
    run = place.run("configure", input="\n" * 30)
    assert run.returncode == 0, run.stdout
    assert place.cfg.read_text() == before
    assert place.run("configure", input="\n\n").returncode == 1


def test_a_script_gives_its_answers_and_is_asked_nothing(place):
    port = free_port()
    sets = [f"--set=port={port}", "--set", "http_port=0", "--set", "log_level=DEBUG"]
    run = place.run("configure", "--yes", *sets, stdin=subprocess.DEVNULL)
    assert run.returncode == 0, run.stdout + run.stderr
    assert place.options()["port"] == str(port)
    assert place.options()["log_level"] == "DEBUG"
    assert place.options()["default_contact"] == "ada@shop.example"
    assert place.files() == {"flawless.cfg"} | RULE_FILES
    assert "[" not in run.stdout  # neither questions nor colours
    assert place.run("check").returncode == 0


def test_a_repository_that_is_cloned_has_a_place_of_its_own(place):
    sets = [f"--set=port={free_port()}", "--set=http_port=0"]
    run = place.run("configure", "--yes", *sets, f"--set=repo_url=file://{place.repository}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"file://{place.repository} can be read" in run.stdout
    assert "repo_dir" not in place.options()


@pytest.mark.parametrize(
    "argument, status, words",
    [
        ("repo_dir=/no/where", 1, "repo_dir"),
        ("repo_url=file:///no/where.git", 1, "repo_url file:///no/where.git"),
        ("repo_url=ext::rm", 1, "repo_url"),
        ("data_dir_path=/dev/null/state", 1, "data_dir_path"),
        ("smtp_host=127.0.0.1:1", 1, "smtp_host"),
        ("smtp_password=alone", 1, "no smtp_user"),
        ("port=many", 2, "expected a whole number"),
        ("prot=1", 2, "prot"),
        ("port", 2, "option=value"),
        (None, 2, "needs a value"),
    ],
)
def test_a_script_with_a_wrong_answer_hears_of_it_and_writes_nothing(
    place, argument, status, words
):
    sets = ["--set", argument] if argument else ["--set"]
    run = place.run("configure", "--yes", "--set=http_port=0", f"--set=port={free_port()}", *sets)
    assert run.returncode == status, run.stdout + run.stderr
    assert not place.cfg.exists()
    assert words in run.stdout + run.stderr


def test_a_new_file_with_a_secret_is_its_owners_alone(place):
    sets = ["--set", "http_port=0", "--set", f"port={free_port()}"]
    assert place.run("configure", "--yes", *sets, f"--set=project_key={'ab' * 16}").returncode == 0
    assert place.mode() == 0o600


def test_without_a_path_the_usual_one_is_asked_for(place):
    with place.typist(conf=False) as typist:
        name, default = typist.prompt()
        usual = "/etc/flawless" if os.geteuid() == 0 else place.environment["XDG_CONFIG_HOME"]
        assert default.startswith(usual) and default.endswith("/flawless.cfg")
        typist.type(f"{place.cfg}\n")
        typist.answer(**ports())
        assert typist.end() == 0
    assert place.options()["repo_dir"] == str(place.repository)


def test_colours_are_for_terminals_that_have_them(place):
    place.old()
    for terminal, refusal, is_coloured in ("xterm", "", 1), ("xterm", "1", 0), ("dumb", "", 0):
        with place.typist(TERM=terminal, NO_COLOR=refusal) as typist:
            typist.see(lambda: "[" in typist.shown and typist.shown.endswith("]: "))
            assert ("\x1b[" in typist.shown) == bool(is_coloured)
