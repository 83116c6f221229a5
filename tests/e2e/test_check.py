# SPDX-License-Identifier: MIT
"""`flawless check`: says all that is wrong with a configuration, and does nothing else."""

import json
import os
import socket
import sqlite3
import subprocess

import pytest
from postbox import Mailbox
from stage import free_port

LEVELS = ("ok", "warning", "error")


class Outcome:
    def __init__(self, server, *arguments):
        if "-conf" not in arguments:
            server.write_cfg()
            arguments = ("-conf", server.cfg, *arguments)
        self.run = subprocess.run(
            server.command("check", *arguments), capture_output=True, text=True, timeout=120
        )
        self.status, self.said = self.run.returncode, self.run.stdout
        assert "Sanitizer" not in self.run.stderr, self.run.stderr
        self.findings = [] if "--json" in arguments else list(map(self.read, self.lines()))

    def lines(self):
        return self.said.splitlines()

    @staticmethod
    def read(line):
        level, rest = line.split(maxsplit=1)
        about, message = rest.split(": ", 1)
        assert level in LEVELS, line
        return level, about, message

    def of(self, about):
        return [(level, message) for level, name, message in self.findings if name == about]

    def only(self, about):
        (finding,) = self.of(about)
        return finding

    def errors(self):
        return [about for level, about, _ in self.findings if level == "error"]


@pytest.fixture
def fresh(make_server):
    """A server that is never started."""
    return make_server()


def test_a_good_configuration_has_nothing_but_ok_and_leaves_no_trace(fresh):
    outcome = Outcome(fresh)
    assert {level for level, _, _ in outcome.findings} == {"ok"}, outcome.said
    assert outcome.status == 0
    assert "will be made" in outcome.only("store")[1]
    assert "outbox" in outcome.only("smtp_host")[1]
    assert sorted(path.name for path in fresh.directory.iterdir()) == ["flawless.cfg"]


def test_every_mistake_of_the_file_is_told_with_its_line(fresh):
    fresh.cfg.write_text(
        "[flawless]\nport = many\nsmtp_use_tls = perhaps\nthis is no option\n"
        "web_auth = none\nsmtp_password = x\nprot = 1\nproject_key = secret\n"
        f"data_dir_path = {fresh.directory / 'state'}\n"
    )
    outcome = Outcome(fresh, "-conf", fresh.cfg)
    assert outcome.status == 1
    told = [message for level, message in outcome.of("options") if level == "error"]
    lines = [int(message.split(":")[1]) for message in told]
    assert lines == [2, 3, 4, 8, 5, 6], outcome.said
    assert "secret" not in outcome.said
    assert any("prot" in message for level, message in outcome.of("options") if level == "warning")
    assert outcome.only("store")[0] == "ok"


def test_a_missing_file_is_an_error_and_a_wrong_command_line_another(fresh):
    outcome = Outcome(fresh, "-conf", fresh.directory / "nowhere.cfg")
    assert outcome.status == 1
    assert "nowhere.cfg" in outcome.only("options")[1]
    outcome = Outcome(fresh, "-conf", fresh.cfg, "--nonsense")
    assert outcome.status == 2
    assert "nonsense" in outcome.run.stderr


@pytest.mark.parametrize("what", ["missing", "no commit", "no branch", "no git"])
def test_a_repository_that_cannot_be_used_is_named(make_server, repository, tmp_path, what):
    options = {"repository": repository}
    if what == "missing":
        options["repository"] = tmp_path / "nowhere"
    elif what == "no commit":
        options["repository"] = tmp_path / "empty"
        subprocess.run(["git", "init", "--quiet", tmp_path / "empty"], check=True)
    elif what == "no branch":
        options["repo_branch_pattern"] = "^no-such-branch$"
    else:
        options["git_cli_path"] = "no-such-git"
    outcome = Outcome(make_server(**options))
    assert outcome.status == 1
    assert outcome.errors() == ["repository"], outcome.said


def test_a_branch_that_matches_is_told_with_its_commit(make_server, repository):
    command = ["git", "-C", repository, "rev-parse", "main"]
    tip = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    level, message = Outcome(make_server(repo_branch_pattern="^main$")).only("repository")
    assert level == "ok"
    assert tip[:12] in message


def test_a_long_history_wants_a_commit_graph(make_server, tmp_path):
    repository = tmp_path / "long"
    git = ["git", "-C", repository]
    subprocess.run(["git", "init", "--quiet", "-b", "main", repository], check=True)
    commit = "commit refs/heads/main\ncommitter Ada <ada@x.org> 0 +0000\ndata 0\n\n"
    history = commit + "M 644 inline a.py\ndata 1\na\n" + commit * 9998
    subprocess.run([*git, "fast-import", "--quiet"], input=history.encode(), check=True)
    assert Outcome(make_server(repository=repository)).only("repository")[0] == "ok"
    one_more = commit.replace("data 0\n", "data 0\nfrom refs/heads/main^0\n")
    subprocess.run([*git, "fast-import", "--quiet"], input=one_more.encode(), check=True)
    outcome = Outcome(make_server(repository=repository))
    assert outcome.status == 0
    ((level, _, message),) = [found for found in outcome.findings if found[0] != "ok"]
    command = message.partition("fetches: ")[2].split()
    assert level == "warning" and command[0] == "git"
    subprocess.run(command, check=True)
    assert Outcome(make_server(repository=repository)).only("repository")[0] == "ok"


def test_without_a_repository_there_is_a_warning(make_server):
    outcome = Outcome(make_server(repository=None))
    assert outcome.only("repository")[0] == "warning"
    assert outcome.status == 0


def test_a_port_in_use_is_an_error_unless_it_is_the_running_servers(make_server):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        outcome = Outcome(make_server("one", port=other.getsockname()[1]))
        assert outcome.errors() == ["ports"]
        assert str(other.getsockname()[1]) in outcome.only("ports")[1]
    running = make_server("two").start()
    outcome = Outcome(running)
    assert outcome.status == 0, outcome.said
    assert "a server works with it" in outcome.only("store")[1]
    running.check_unharmed()


def test_a_running_server_goes_on_counting_while_it_is_looked_at(server, bugs):
    sender = server.sender()
    for _ in range(3):
        sender.report(bugs["ada"].event())
        assert Outcome(server).status == 0
    assert server.count_of(bugs["ada"].path) == 3


def test_a_store_of_a_newer_version_is_an_error_and_an_older_one_is_not_touched(make_server):
    server = make_server().start()
    assert server.stop() == 0
    path = server.directory / "state" / "flawless.db"

    def set_version(version):
        with sqlite3.connect(path) as database:
            database.execute("UPDATE schema_version SET version = ?", (version,))
        database.close()

    set_version(1000)
    outcome = Outcome(server)
    assert outcome.errors() == ["store"], outcome.said
    assert "1000" in outcome.only("store")[1]
    set_version(0)
    outcome = Outcome(server)
    assert outcome.only("store")[0] == "warning"
    assert outcome.status == 0
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT version FROM schema_version").fetchall() == [(0,)]
    database.close()


def test_a_database_that_is_none_is_an_error(fresh):
    (fresh.directory / "state").mkdir(mode=0o700)
    (fresh.directory / "state" / "flawless.db").write_bytes(b"This was something else. " * 200)
    outcome = Outcome(fresh)
    assert outcome.errors() == ["store"]
    assert outcome.status == 1


def test_directories_that_cannot_be_are_errors(make_server, tmp_path):
    (tmp_path / "file").write_text("")
    outcome = Outcome(make_server("one", data_dir_path=tmp_path / "file" / "state"))
    assert "data_dir_path" in outcome.errors()
    (tmp_path / "open").mkdir(mode=0o755)
    outcome = Outcome(make_server("two", data_dir_path=tmp_path / "open"))
    assert outcome.only("data_dir_path")[0] == "warning"
    outcome = Outcome(make_server("three", log_file=tmp_path / "nowhere" / "x.log"))
    assert outcome.errors() == ["log_file"]
    outcome = Outcome(make_server("four", log_file=tmp_path / "x.log"))
    assert outcome.only("log_file")[0] == "ok"
    assert not (tmp_path / "x.log").exists()


def test_a_mail_server_is_logged_in_at_and_gets_no_letter(make_server):
    with Mailbox(login=("flawless", "open sesame")) as mailbox:
        options = {"smtp_host": mailbox.address, "smtp_user": "flawless"}
        outcome = Outcome(make_server("one", **options, smtp_password="open sesame"))
        assert outcome.only("smtp_host")[0] == "ok", outcome.said
        assert "login" in outcome.only("smtp_host")[1]
        outcome = Outcome(make_server("two", **options, smtp_password="wrong"))
        assert outcome.errors() == ["smtp_host"]
        assert "wrong" not in outcome.said
        assert "535" in outcome.only("smtp_host")[1]
        outcome = Outcome(make_server("three", smtp_host=mailbox.address, smtp_use_tls="true"))
        assert outcome.errors() == ["smtp_host"]
        assert mailbox.messages == []
    outcome = Outcome(make_server("four", smtp_host=f"127.0.0.1:{free_port()}"))
    assert outcome.errors() == ["smtp_host"]


def test_as_json_it_says_the_same(fresh):
    outcome, told = Outcome(fresh), json.loads(Outcome(fresh, "--json").said)
    assert [(f["level"], f["about"], f["message"]) for f in told["findings"]] == outcome.findings
    assert (told["warnings"], told["errors"]) == (0, 0)
    fresh.options["port"] = "many"
    told = Outcome(fresh, "--json")
    assert told.status == 1
    assert json.loads(told.said)["errors"] == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_the_right_to_write_is_an_error(make_server, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    assert "data_dir_path" in Outcome(make_server(data_dir_path=tmp_path / "closed")).errors()


def test_a_broken_rule_file_is_told_with_its_place(fresh):
    (fresh.directory / "known_errors").write_text('[\n {"filename": 7}\n]\n')
    outcome = Outcome(fresh)
    assert outcome.status == 1
    level, message = outcome.only("rules")
    assert level == "error"
    assert "known_errors:2:" in message
    assert outcome.only("repository")[0] == "ok"


def test_good_rules_are_counted(fresh):
    (fresh.directory / "ignored_exceptions").write_text('["why", {"exception_type": "KeyError"}]')
    assert Outcome(fresh).only("rules")[1].startswith("1 rules")


def test_a_password_that_everybody_can_read_is_a_warning(make_server, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    server = make_server(smtp_user="flawless", smtp_password_file=secret)
    for mode, level in (0o644, "warning"), (0o640, "ok"):
        secret.chmod(mode)
        outcome = Outcome(server)
        assert outcome.only("smtp_password")[0] == level
        assert str(secret) in outcome.only("smtp_password")[1]
        assert outcome.status == 0


def test_a_field_that_no_rule_has_is_a_warning(fresh):
    (fresh.directory / "ignored_exceptions").write_text('[{"exception_type": "A", "tpye": 1}]')
    outcome = Outcome(fresh)
    levels = [level for level, message in outcome.of("rules")]
    assert levels == ["warning", "ok"], outcome.said
    assert "tpye" in outcome.of("rules")[0][1]
    assert outcome.status == 0


def test_letters_with_useless_addresses_are_warned_of(make_server):
    with Mailbox() as mailbox:
        options = {"smtp_host": mailbox.address, "hostname": "localhost"}
        outcome = Outcome(make_server("one", **options))
        assert outcome.only("hostname")[0] == "warning"
        assert outcome.only("email_domain_name")[0] == "warning"
        options = {**options, "hostname": "errors.shop.example", "email_domain_name": "shop.example"}
        outcome = Outcome(make_server("two", **options))
        assert {level for level, _, _ in outcome.findings} == {"ok"}, outcome.said


def test_the_address_of_a_repository_is_tried(make_server, repository, tmp_path):
    outcome = Outcome(make_server("one", repository=None, repo_url=f"file://{repository}"))
    assert outcome.only("repo_url")[0] == "ok", outcome.said
    outcome = Outcome(make_server("kept", repo_url=f"file://{repository}"))
    assert outcome.errors() == ["repository"], outcome.said
    assert "no clone that Flawless made" in outcome.only("repository")[1]
    away = f"https://me:sesame@127.0.0.1:{free_port()}/a.git"
    outcome = Outcome(make_server("two", repository=None, repo_url=away))
    assert outcome.errors() == ["repo_url"], outcome.said
    assert "every user" in outcome.of("repo_url")[1][1]
    assert "sesame" not in outcome.said
