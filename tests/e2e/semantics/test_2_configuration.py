# SPDX-License-Identifier: MIT
"""flawless.cfg: its form, its options with their defaults, and what each of them does.

What the clients read: client/python/tests/test_reporting.py::test_the_configuration_file_names_servers_key_and_timeout
The whole DSN: tests/e2e/test_start.py::test_the_key_is_made_once_and_dsn_prints_it_with_or_without_a_running_server
A start in a work tree, with no file at all: tests/e2e/test_start.py::test_start_inside_a_git_work_tree_needs_no_configuration
repo_url is cloned: tests/e2e/test_repository_keeping.py::test_a_url_alone_is_cloned_and_its_lines_have_owners
... and kept fresh: tests/e2e/test_repository_keeping.py::test_a_file_that_is_not_known_is_fetched_for
Login at the mail server: tests/e2e/test_smtp.py::test_a_login_is_used
STARTTLS: tests/e2e/test_smtp_tls.py::test_a_letter_goes_over_starttls_with_a_login
smtps://: tests/e2e/test_smtp_tls.py::test_a_letter_goes_over_tls_from_the_first_byte
HTTPS on the same port: tests/e2e/test_tls.py::test_https_http_and_thrift_are_spoken_on_one_port
trusted_proxies: tests/e2e/test_proxies.py::test_a_trusted_proxy_names_the_client
... and nobody else: tests/e2e/test_proxies.py::test_nobody_else_is_believed
web_auth = password: tests/e2e/test_login.py::test_nothing_is_shown_before_the_login
letters_per_hour: tests/e2e/test_smtp_bound.py::test_what_exceeds_the_bound_comes_as_one_digest_even_after_a_crash
Flawless' own problems: tests/unit/test_ledger.c::what_is_wrong_with_flawless_is_told_to_the_default_contact
Log files of other days: tests/e2e/test_operation.py::test_yesterdays_log_is_put_aside_and_old_ones_go
"""

import json
import os
import pathlib
import re
import socket
import subprocess

import pytest
from lines import (
    all_letters,
    count_of,
    error_at,
    health_of,
    letters_about,
    owner_of,
    record,
    report,
    settled,
    wait_for_letter,
)
from postbox import Mailbox
from reports import Sender, event, frame
from stage import Process, free_port, status_of, wait_for

# name: (default, type, a value that is refused, words of what would be right)
OPTIONS = {
    "port": ("9028", "int", "many", "whole number"),
    "http_port": ("8080", "int", "-1", "whole number"),
    "hostname": ("localhost", "url", "http://", ""),
    "email_domain_name": ("example.com", "str", "a b", ""),
    "ignore_vcs_email_domain": ("false", "bool", "perhaps", "true or false"),
    "default_contact": (None, "email", "a, b", ""),
    "smtp_host": (None, "host:port", "mail:many", ""),
    "smtp_user": (None, "str", None, ""),
    "smtp_password": (None, "str", None, ""),
    "smtp_password_file": (None, "path", None, ""),
    "smtp_use_tls": ("false", "bool", "2", "true or false"),
    "smtp_from": (None, "email", "nobody", ""),
    "data_dir_path": (None, "path", None, ""),
    "config_dir_path": (None, "path", None, ""),
    "report_runtime_package_directory_names": ("site-packages", "csv", None, ""),
    "report_only_after_minimum_date": ("1970-01-01", "date", "yesterday", "a day such as"),
    "report_error_threshold": ("3", "int", "0", "whole number"),
    "path_mapping": (None, "csv of FROM => TO", "/app/ => ../etc/", "rules such as"),
    "blame_ignore_revs_file": (".git-blame-ignore-revs", "str", None, ""),
    "only_blame_filepaths_matching": (r"^(?!.*\.egg).*$", "csv of regex", "(", ""),
    "max_concurrent_git_blames": ("10", "int", "0", "whole number"),
    "git_cli_path": ("git", "path", None, ""),
    "repo_type": ("git", "choice", "svn", "git"),
    "repo_dir": (None, "path", None, ""),
    "repo_url": (None, None, None, ""),
    "repo_branch_pattern": (None, "regex", "[", ""),
    "flawless_hostports": (None, "csv", None, ""),
    "client_timeout": ("10", "seconds", "soon", ""),
    "log_level": ("INFO", "choice", "LOUD", "WARNING"),
    "log_file": (None, "path", None, ""),
    "log_days_to_keep": ("3", "int", "some", "whole number"),
    "bind_address": (None, "address", "nowhere", ""),
    "web_auth": ("password", "choice", "maybe", "password"),
    "thrift_networks": ("loopback, private", "csv of networks", "10.0.0.0/99", ""),
    "letters_per_hour": ("10", "int", "few", "whole number"),
    "project_id": ("1", "int", "0", "whole number"),
    "project_key": (None, "hex", "abc", "32"),
    "store": (None, "str", None, ""),
    "tls_certificate": (None, "path", None, ""),
    "tls_key": (None, "path", None, ""),
    "trusted_proxies": (None, "csv of networks", "everybody", ""),
}


@pytest.fixture(scope="module")
def server(serve):
    return serve()


@pytest.fixture(scope="module")
def fresh(serve):
    """A server that is never started, for starts that have to fail."""
    server = serve(start=False)
    server.write_cfg()
    return server


def run(server, *arguments, **more):
    return subprocess.run(
        server.command(*arguments), capture_output=True, text=True, timeout=60, **more
    )


@pytest.fixture(scope="module")
def explained(fresh):
    """What `flawless options` says to programs, by name."""
    return {each["name"]: each for each in json.loads(run(fresh, "options", "--json").stdout)}


def refusal(server, cfg):
    """What a start with that configuration says, which must fail."""
    path = server.directory / "broken.cfg"
    path.write_text(cfg)
    outcome = run(server, "start", "-conf", path, env={"ASAN_OPTIONS": "detect_leaks=0"})
    assert outcome.returncode not in (0, -6, -11), outcome
    return outcome.stderr


# ---- the file ----


def test_it_is_an_ini_file_with_the_section_flawless(serve, code):
    """Comments, white space and another section are as everywhere; without the section it is refused."""
    server = serve(start=False)
    server.write_cfg()
    text = server.cfg.read_text().replace("[flawless]", "# mine\n[flawless]\n; more\n")
    server.write_cfg = lambda: server.cfg.write_text(text.replace(" = ", "="))
    server.start()
    line = settled(server, code.take())
    assert count_of(server, line) == 1
    assert "[flawless]" in refusal(server, "port = 9028\n")


def test_an_unknown_option_is_a_warning_that_names_it_and_the_nearest(serve):
    """And the server starts."""
    server = serve(report_error_treshold=2)
    (warning,) = (line for line in server.log_lines() if "report_error_treshold" in line)
    assert "report_error_threshold" in warning


@pytest.mark.parametrize("name", [name for name, row in OPTIONS.items() if row[2] is not None])
def test_a_wrong_value_is_refused_with_file_line_option_and_what_was_expected(fresh, name):
    """Before anything is touched."""
    _, _, value, words = OPTIONS[name]
    said = refusal(fresh, f"[flawless]\n\n{name} = {value}\n")
    assert re.search(r"broken\.cfg(:|, line | line )3\b", said), said
    assert name in said and words in said


def test_flawless_options_says_the_default_and_type_of_each(explained):
    """Of these and no others that would be undocumented here."""
    for name, (default, kind, *_) in OPTIONS.items():
        assert explained[name]["default"] == default, name
        assert kind in (None, explained[name]["type"]), name
        assert explained[name]["description"], name


# ---- ports and addresses ----


def test_port_takes_pages_reports_and_thrift_calls_alike(server, code):
    """Told apart by what comes first."""
    line = code.take()
    report(server, line.event())
    record(server, line.request())
    assert count_of(server, line) == 2
    assert line.path in server.get("/")


def link_of(fd):
    try:
        return os.readlink(fd)
    except FileNotFoundError:  # closed since it was listed
        return ""


def listening(server):
    """The ports that the process listens on, by what Linux says."""
    fds = pathlib.Path(f"/proc/{server.pid}/fd").iterdir()
    sockets = {match[1] for fd in fds if (match := re.match(r"socket:\[(\d+)", link_of(fd)))}
    tables = (pathlib.Path(f"/proc/{server.pid}/net/{name}") for name in ("tcp", "tcp6"))
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    is_open = "0A"
    return {
        int(row[1].split(":")[1], 16) for row in rows if row[3] == is_open and row[9] in sockets
    }


def test_http_port_has_pages_only_and_0_turns_it_off(serve, code):
    """Reports are refused there."""
    second = free_port()
    server, line = serve(http_port=second), code.take()
    assert status_of(f"http://127.0.0.1:{second}/check_health") == 200
    first, server.port = server.port, second
    with pytest.raises((AssertionError, OSError)):
        report(server, line.event())
    server.port = first
    report(server, line.event())
    assert count_of(server, line) == 1
    assert listening(server) == {first, second}
    without = serve(http_port=0)
    assert listening(without) == {without.port}


@pytest.mark.parametrize(
    ("hostname", "written"),
    [
        ("https://errors.example", "https://errors.example"),
        ("errors.example", "http://errors.example:PORT"),
        ("http://errors.example:99", "http://errors.example:99"),
    ],
)
def test_hostname_is_the_address_in_the_links_of_letters(serve, code, hostname, written):
    """A bare host gets http:// and the port."""
    server, line = serve(hostname=hostname), code.take()
    report(server, line.event(threshold=1))
    link = written.replace("PORT", str(server.port)) + "/view_traceback?"
    assert link in wait_for_letter(server, line)["text"]


def test_bind_address_is_where_it_listens(serve):
    """Another address of this machine is not answered."""
    server = serve(bind_address="127.0.0.2", hostname="http://127.0.0.2", start=False)
    server.url = f"http://127.0.0.2:{server.port}"
    server.start()
    assert server.get("/check_health")
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", server.port)) != 0


def test_web_auth_none_is_refused_unless_bind_address_is_loopback(serve, fresh):
    """Pages without a login are for this machine."""
    said = refusal(fresh, f"[flawless]\nweb_auth = none\ndata_dir_path = {fresh.directory}/x\n")
    assert "web_auth" in said and "bind_address" in said
    assert serve(web_auth="none").get("/")


def test_thrift_calls_are_taken_from_thrift_networks_only(serve, code):
    """Loopback is among them unless somebody says otherwise."""
    line = code.take()
    server = serve(thrift_networks="203.0.113.0/24")
    with pytest.raises(Exception) as refused:
        record(server, line.request())
    assert "Transport" in type(refused.value).__name__ or isinstance(refused.value, OSError)
    report(server, line.event())
    assert count_of(server, line) == 1


# ---- letters ----


def test_email_domain_name_is_the_senders_and_that_of_addresses_without_a_usable_domain(
    serve, code
):
    """smtp_from takes the place of the sender."""
    domain, sender = serve(email_domain_name="shop.example"), serve(smtp_from="boss@x.example")
    line = code.take("odd/nodot.py")
    for server in (domain, sender):
        report(server, line.event(threshold=1))
    letter = wait_for_letter(domain, line)
    assert (letter["from"], letter["to"]) == ("flawless@shop.example", "nora@shop.example")
    assert wait_for_letter(sender, line)["from"] == "boss@x.example"


def test_ignore_vcs_email_domain_replaces_every_domain(serve, code):
    """Of addresses that git gives."""
    server = serve(ignore_vcs_email_domain="true", email_domain_name="shop.example")
    line = code.take("odd/long.py")
    report(server, line.event())
    assert owner_of(server, line) == "eve@shop.example"


def test_default_contact_gets_what_nobody_else_can_be_told(serve, code):
    """Without one, nobody is told and the error is shown."""
    line = code.take("odd/nobody.py")
    told, untold = serve(default_contact="team@x.example"), serve()
    for server in (told, untold):
        report(server, line.event(threshold=1))
    assert wait_for_letter(told, line)["to"] == "team@x.example"
    wait_for("git's answer", lambda: health_of(untold)["store"]["sites_awaiting_blame"] == 0)
    assert letters_about(untold, line) == []
    assert error_at(untold, line)["developer_email"] is None


def test_the_smtp_password_may_be_in_a_file(serve, code, tmp_path):
    """And is shown nowhere."""
    (tmp_path / "password").write_text("open sesame\n")
    with Mailbox(login=("me", "open sesame")) as mailbox:
        server = serve(
            smtp_host=mailbox.address, smtp_user="me", smtp_password_file=tmp_path / "password"
        )
        report(server, code.take().event(threshold=1))
        wait_for("a letter", lambda: mailbox.messages)
        assert "open sesame" not in server.get("/check_health") + server.log()


def test_what_exceeds_letters_per_hour_comes_as_one_digest(serve, code):
    """To each address on its own."""
    server = serve(letters_per_hour=2)
    lines = [settled(server, code.take()) for _ in range(4)]
    other = settled(server, code.take("shop/grace.py"))
    report(server, *(line.event(threshold=1) for line in [*lines, other]))
    assert [len(letters_about(server, line)) for line in [*lines, other]] == [1, 1, 0, 0, 1]
    assert health_of(server)["store"]["letters_held"] == 2
    assert server.stop() == 0
    server.bring_digests_forward()
    server.start()
    digest = wait_for("the digest", lambda: all_letters(server)[3:])[0]
    assert digest["to"] == "ada@example.com"
    for line in lines[2:]:
        assert f"{line.path}" in digest["text"] and f"line {line.number}" in digest["text"]
    assert health_of(server)["store"]["letters_held"] == 0


# ---- directories ----


def test_data_dir_path_is_where_state_is_and_no_default_is_world_writable(serve, tmp_path):
    """Whoever else is on the machine cannot read or write it."""
    server = serve(data_dir_path=tmp_path / "mine")
    database = tmp_path / "mine" / "flawless.db"
    assert database.exists()
    assert (tmp_path / "mine").stat().st_mode & 0o077 == 0
    assert database.stat().st_mode & 0o077 == 0
    text = run(server, "options").stdout
    assert "/var/lib/flawless" in text and "/tmp" not in text


def test_config_dir_path_is_where_rule_files_are_and_the_default_is_beside_flawless_cfg(
    serve, tmp_path
):
    """Of two files the one in the directory counts."""
    (tmp_path / "known_errors").write_text('[{"filename": "a"}, {"filename": "b"}]')
    files = {"known_errors": [{"filename": "c"}]}
    beside, elsewhere = serve(files), serve(files, config_dir_path=tmp_path)
    counts = [health_of(one)["server"]["rules"]["known_errors"] for one in (beside, elsewhere)]
    assert counts == [1, 2]


# ---- reports ----


def test_paths_count_from_the_part_after_a_package_directory(serve, code):
    """What is installed as a package is our own code if the repository has it."""
    line = code.take("lib/ab.py")
    server = serve(report_runtime_package_directory_names="site-packages, deployed")
    for directory in ("/usr/lib/python3/site-packages", "/opt/deployed"):
        place = frame("x", line.number, line.text, abs_path=f"{directory}/{line.path}")
        report(server, event(place))
    assert count_of(server, line) == 2


def test_report_error_threshold_is_the_number_of_occurrences_before_a_letter(serve, code):
    """A client may send its own."""
    server = serve(report_error_threshold=2)
    line, eager = code.take(), code.take()
    report(server, line.event())
    owner_of(server, line)
    assert letters_about(server, line) == []
    report(server, line.event(), eager.event(threshold=1))
    assert wait_for_letter(server, line) and wait_for_letter(server, eager)


def test_only_paths_that_match_one_of_the_expressions_are_blamed(serve, code):
    """Look-ahead works, and an expression that explodes ends."""
    server = serve(only_blame_filepaths_matching="^(a+)+$, ^(?!.*ada)")
    ada, grace = code.take("shop/ada.py"), code.take("shop/grace.py")
    report(server, grace.event(ada.frame()))
    assert count_of(server, grace) == 1
    long = frame("a" * 60 + "!.py", 1, "x()", abs_path="/srv/" + "a" * 60 + "!ada.py")
    report(server, event(long))
    server.check_unharmed()


# ---- the repository ----


def slow_git(directory, log):
    """A git that notes when it begins and ends, and takes its time."""
    path = directory / "git"
    path.write_text(
        f'#!/bin/sh\ncase "$*" in *blame*) echo + >>{log}; sleep 0.2;; esac\n'
        'git "$@"; status=$?\n'
        f'case "$*" in *blame*) echo - >>{log};; esac\nexit $status\n'
    )
    path.chmod(0o755)
    return path


def test_max_concurrent_git_blames_bounds_git_and_nothing_is_dropped(serve, code, tmp_path):
    """git_cli_path is the git that is run."""
    log = tmp_path / "log"
    paths = ["shop/ada.py", "shop/grace.py", "shop/linus.py", "lib/ab.py", "lib/a/b.py"]
    lines = [code.take(path) for path in paths]
    server = serve(git_cli_path=slow_git(tmp_path, log), max_concurrent_git_blames=2)
    report(server, *(line.event() for line in lines))
    for line in lines:
        assert owner_of(server, line) == line.author
    running, most = 0, 0
    for sign in log.read_text().split():
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert 1 <= most <= 2


def test_repo_dir_may_be_bare_and_without_one_no_line_has_an_owner(serve, code, tmp_path):
    """Everything then goes to default_contact."""
    bare = tmp_path / "bare.git"
    code.tree.git("clone", "--quiet", "--bare", str(code.directory), str(bare))
    line = code.take()
    with_bare = serve(repository=bare)
    without = serve(repository=None, default_contact="team@x.example")
    for server in (with_bare, without):
        report(server, line.event(threshold=1))
    assert wait_for_letter(with_bare, line)["to"] == line.author
    letters = wait_for("a letter", lambda: without.letters())
    assert letters[0]["to"] == "team@x.example"


def test_the_newest_branch_that_matches_is_in_production(serve, code):
    """release-10 comes after release-9."""
    line = code.take("shop/shifted.py")
    server = serve(repo_branch_pattern="^release-[0-9]+$")
    line.number, line.text = 46, "above_45()"  # is in release-10 alone
    report(server, line.event())
    assert owner_of(server, line) == "linus@example.com"


# ---- the log ----


@pytest.mark.parametrize(("level", "is_told"), [("INFO", True), ("WARNING", False)])
def test_log_file_and_log_level_say_where_and_how_much(serve, tmp_path, level, is_told):
    """Below the level nothing is written."""
    log = tmp_path / "flawless.log"
    server = serve(log_file=log, log_level=level, start=False)
    server.write_cfg()
    (server.directory / "state").mkdir(mode=0o700)
    server.process = Process(server.command("start", "-conf", server.cfg), server.log_path)
    wait_for("the server", lambda: is_up(server))
    if is_told:
        wait_for("the log", lambda: "listening on" in log.read_text())
    assert server.stop() == 0
    assert ("listening on" in log.read_text()) is is_told
    assert "listening on" not in server.log()


def is_up(server):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", server.port)) == 0


# ---- projects and state ----


def test_project_id_and_project_key_are_those_of_the_dsn(serve, code):
    """The key is made at the first start, 32 hex digits, when none is set."""
    key = "0123456789abcdef" * 2
    server, line = serve(project_id=7, project_key=key), code.take()
    assert server.dsn == f"http://{key}@127.0.0.1:{server.port}/7"
    sender = server.sender(project=7)
    sender.report(line.event())
    sender.close()
    assert count_of(server, line) == 1
    assert re.fullmatch("[0-9a-f]{32}", serve().key)


def test_a_section_for_a_project_has_an_id_a_key_and_a_repository_of_its_own(
    serve, code, repository
):
    """Each project's reports blame its own code; what it does not set is as in the first section."""
    server, line = serve(start=False, report_error_threshold=1), code.take()
    write = server.write_cfg

    def write_both():
        write()
        with server.cfg.open("a") as cfg:
            cfg.write(f"\n[project bakery]\nproject_id = 2\nrepo_dir = {repository}\n")

    server.write_cfg = write_both
    server.start()
    outcome = run(server, "dsn", "-conf", server.cfg, "--project", "bakery")
    key = re.search("//([0-9a-f]{32})@.*/2$", outcome.stdout.strip())[1]
    assert key != server.key
    foreign = event(frame("shop/stock.py", 5, "    days = left // sold_per_day"))
    bakery = Sender(server.port, key, project=2)
    bakery.report(line.event(), foreign)
    report(server, line.event(), foreign)
    wait_for("the letters", lambda: len(all_letters(server)) >= 2)
    assert sorted(letter["to"] for letter in all_letters(server)) == [
        "ada@example.com",
        "linus@example.com",
    ]
    assert bakery.post(b"{}", headers=server.sender().auth())[0] in (401, 403)
    bakery.close()


def test_store_says_where_sqlite_keeps_errors(serve, tmp_path):
    """The default is data_dir_path."""
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    server = serve(store=tmp_path / "elsewhere")
    assert list((tmp_path / "elsewhere").rglob("flawless.db"))
    assert not list((server.directory / "state").rglob("flawless.db"))
