# SPDX-License-Identifier: MIT
"""Several projects in one server: each has a repository, rules, a key and thresholds of its own."""

import json
import re
import subprocess
import urllib.error
import urllib.parse

import pytest
from make_repository import ADA, GRACE, History
from reports import Sender, envelope, event, frame
from stage import wait_for
from thrift_client import Client, RecordErrorRequest, StackLine

PATH, LINE, TEXT = "app/pay.py", 2, "    return total / people"
CODE = f"def share(total, people):\n{TEXT}\n"
WEEK = "/get_weekly_error_report"


def make_tree(directory, author):
    tree = History(directory)
    tree.write(PATH, CODE)
    tree.commit(author, "2024-05-01", "Share the bill")
    return directory


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """Two repositories with the same line; Ada wrote the shop's, Grace the till's."""
    base = tmp_path_factory.mktemp("trees")
    return {"shop": make_tree(base / "shop", ADA), "till": make_tree(base / "till", GRACE)}


def add_project(server, name, **options):
    lines = [f"{option} = {value}\n" for option, value in options.items()]
    server.sections[name] = "".join([f"[project {name}]\n", *lines])


@pytest.fixture
def both(make_server, trees):
    """A server of the shop, the default project, and of the till."""
    server = make_server(repository=trees["shop"], report_error_threshold=2)
    add_project(server, "till", project_id=2, repo_dir=trees["till"], report_error_threshold=4)
    return server


def dsns(server, *arguments):
    run = subprocess.run(
        server.command("dsn", "-conf", server.cfg, "--json", *arguments),
        capture_output=True,
        text=True,
        check=True,
    )
    return {each["name"]: each for each in json.loads(run.stdout)}


def senders(server):
    """By project; each has the key of its own."""
    keys = {name: each["dsn"].split("//")[1].split("@")[0] for name, each in dsns(server).items()}
    return {name: Sender(server.port, key, 2 if name == "till" else 1) for name, key in keys.items()}


def the_event():
    return event(frame(PATH, LINE, TEXT))


def errors_of(server, project=None):
    query = f"?project={project}" if project else ""
    week = server.json(WEEK + query)
    return [
        {**error, "developer": developer["email"]}
        for developer in week["developers"]
        for error in developer["errors"]
    ]


def wait_for_owner(server, project=None):
    wait_for(f"the owner in {project}", lambda: errors_of(server, project)[0]["developer"])
    return errors_of(server, project)[0]


def test_one_line_in_two_projects_is_two_errors_of_two_people(both):
    sends = senders(both.start())
    sends["shop"].report(the_event())
    for _ in range(2):
        sends["till"].report(the_event())
    shop, till = wait_for_owner(both), wait_for_owner(both, "till")
    assert (shop["developer"], shop["error_count"]) == ("ada@example.com", 1)
    assert (till["developer"], till["error_count"]) == ("grace@example.com", 2)
    assert len(errors_of(both)) == len(errors_of(both, "till")) == 1


def test_each_project_has_its_own_threshold_and_its_letters_lead_back_to_it(both):
    sends = senders(both.start())
    for _ in range(3):
        for sender in sends.values():
            sender.report(the_event())
    letter = both.wait_for_letters(1)[0]
    assert (letter["to"], letter["project"]) == ("ada@example.com", "shop")
    wait_for_owner(both, "till")
    sends["till"].report(the_event())
    letter = both.wait_for_letters(2)[0]
    assert (letter["to"], letter["project"]) == ("grace@example.com", "till")
    link = re.search(r"/view_traceback\S+", letter["text"]).group(0)
    assert urllib.parse.parse_qs(link)["project"] == ["2"]
    assert both.json(link)["developer_email"] == "grace@example.com"
    assert "till" in both.get("/outbox")


def test_the_key_of_one_project_is_refused_by_the_other(both):
    sends = senders(both.start())
    sends["till"].project, sends["shop"].project = 1, 2
    for sender in sends.values():
        status, _, body = sender.post(envelope(the_event()))
        assert status == 403, body
    assert errors_of(both) == errors_of(both, "till") == []


def test_reports_by_thrift_are_the_default_project_s(both):
    both.start()
    line = StackLine(
        filename=f"/srv/{PATH}",
        line_number=LINE,
        function_name="share",
        text=TEXT,
        frame_locals={},
    )
    client = Client(both.port)
    client.record_error(
        RecordErrorRequest(
            traceback=[line], exception_type="E", exception_message="m", hostname="web-1"
        )
    )
    assert len(errors_of(both)) == 1
    assert errors_of(both, "till") == []


def test_a_client_without_a_key_reports_to_the_project_its_address_names(both):
    both.start()
    for project in (1, 2):
        status, _, body = Sender(both.port, "", project).request(
            "POST",
            f"/api/{project}/envelope/",
            envelope(the_event()),
            {"X-Flawless-Client": "test"},
        )
        assert status == 200, body
    assert len(errors_of(both)) == len(errors_of(both, "till")) == 1


def test_each_project_has_its_own_rules(both):
    directory = both.directory / "till"
    directory.mkdir(parents=True)
    (directory / "third_party_whitelist").write_text(json.dumps([{"filename": PATH}]))
    sends = senders(both.start())
    for sender in sends.values():
        sender.report(the_event())
    health = both.json("/check_health")["server"]["projects"]
    assert (health["shop"]["rules"], health["till"]["rules"]) == (0, 1)
    assert len(errors_of(both)) == 1
    assert errors_of(both, "till") == []


def test_rules_of_a_projects_pages_are_its_own(both):
    sends = senders(both.start())
    page = "/add_third_party?project=till"
    assert '<input type="hidden" name="project" value="till">' in both.get(page)
    status, headers, _ = both.post_form(page, {"filename": PATH, "project": "till"})
    assert (status, headers["Location"]) == (303, "/add_third_party?saved=added&project=till")
    for sender in sends.values():
        sender.report(the_event())
    assert len(errors_of(both)) == 1
    assert errors_of(both, "till") == []
    (rule,) = both.json(page)["rules"]
    assert both.json("/add_third_party")["rules"] == both.json("/audit")["changes"] == []
    assert len(both.json("/audit?project=till")["changes"]) == 1
    # not even by its number
    status, _, _ = both.post_form("/add_third_party", {"id": rule["id"], "remove": "yes"})
    assert status == 404
    assert len(both.json(page)["rules"]) == 1


def test_health_and_metrics_name_every_project(both, trees):
    both.start()
    health = both.json("/check_health")
    assert health["status"] == "ok"
    assert {name: each["id"] for name, each in health["server"]["projects"].items()} == {
        "shop": 1,
        "till": 2,
    }
    assert health["options"]["repo_dir"] == str(trees["shop"])
    of_till = both.json("/check_health?project=till")
    assert of_till["options"]["repo_dir"] == str(trees["till"])
    assert of_till["options"]["report_error_threshold"] == "4"
    metrics = both.get("/metrics")
    for name in ("shop", "till"):
        assert f'flawless_repository_failing{{project="{name}"}} 0' in metrics


def test_a_broken_rule_file_of_one_project_is_its_problem_alone(both):
    sends = senders(both.start())
    directory = both.directory / "till"
    directory.mkdir()
    (directory / "known_errors").write_text("{")
    wait_for(
        "the problem",
        lambda: [
            each
            for each in both.json("/check_health")["problems"]
            if each.startswith("project till: the rules cannot be used")
        ],
    )
    sends["shop"].report(the_event())
    assert wait_for_owner(both)["developer"] == "ada@example.com"


def test_every_link_of_a_page_stays_with_its_project(both):
    sends = senders(both.start())
    sends["till"].report(the_event())
    wait_for_owner(both, "till")
    page = both.get("/?project=till")
    links = re.findall(r'href="(/[^"#]*)"', page)
    own = [link for link in links if "/static/" not in link]
    assert own
    # all but the switch to the default project
    assert [link for link in own if "project=till" not in link] == ["/"]
    traceback = next(link for link in own if link.startswith("/view_traceback"))
    traceback = traceback.replace("&amp;", "&").replace("&#38;", "&")
    assert "grace@example.com" in both.get(traceback)
    assert both.get("/?project=2") == page
    assert "project=" not in re.sub(r'href="/\?project=till"', "", both.get("/"))


def test_an_unknown_project_is_not_found_and_the_answer_names_those_there_are(both):
    both.start()
    for accept in ("text/html", "application/json"):
        with pytest.raises(urllib.error.HTTPError) as answer:
            both.get("/?project=bank", accept)
        assert answer.value.code == 404
        assert "known are: shop, till" in answer.value.read().decode()


def test_a_project_that_is_taken_out_keeps_its_errors_and_its_key(both):
    sends = senders(both.start())
    sends["till"].report(the_event())
    wait_for_owner(both, "till")
    key, section = sends["till"].key, both.sections.pop("till")
    both.stop()
    both.start()
    assert "project 2 (till) is not in flawless.cfg" in both.log()
    assert Sender(both.port, key, 2).post(envelope(the_event()))[0] == 403
    with pytest.raises(urllib.error.HTTPError):
        both.get("/?project=till")
    both.stop()
    both.sections["counter"] = section.replace("[project till]", "[project counter]")
    both.start()
    assert Sender(both.port, key, 2).post(envelope(the_event()))[0] == 200
    assert errors_of(both, "counter")[0]["error_count"] == 2
    assert [each["id"] for each in dsns(both, "--project", "counter").values()] == [2]


def test_check_and_blame_look_at_every_project(both, trees):
    both.write_cfg()
    (both.directory / "state").mkdir(mode=0o700)
    run = subprocess.run(
        both.command("check", "-conf", both.cfg), capture_output=True, text=True, check=True
    )
    assert f"repository: {trees['shop']}" in run.stdout
    assert f"repository: [project till] {trees['till']}" in run.stdout
    for project, owner in (("shop", "ada"), ("till", "grace"), ("2", "grace")):
        run = subprocess.run(
            both.command(
                "blame", "-conf", both.cfg, "--project", project, "--json", f"{PATH}:{LINE}"
            ),
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"{owner}@example.com" in run.stdout
    add_project(both, "bank", project_id=3, repo_dir=both.directory / "nowhere")
    both.write_cfg()
    run = subprocess.run(
        both.command("check", "-conf", both.cfg), capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "error    repository: [project bank]" in run.stdout


def test_a_key_that_another_number_has_in_the_store_is_refused_with_the_way_out(both, trees):
    key = senders(both.start())["till"].key
    both.stop()
    add_project(both, "till", project_id=3, repo_dir=trees["till"], project_key=key)
    both.write_cfg()
    run = subprocess.run(
        both.command("dsn", "-conf", both.cfg), capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "set project_id = 2 to go on with that one" in run.stderr


def test_a_rule_added_on_a_project_s_page_is_in_force_there_alone(both):
    both.start()
    page = "/add_third_party"
    status, headers, body = both.post_form(
        page + "?project=till", {"filename": PATH, "project": "till"}
    )
    assert status == 303, body.decode()
    assert headers["Location"] == page + "?saved=added&project=till"
    assert 'name="project" value="till"' in both.get(page + "?project=till")
    assert len(both.json(page + "?project=till")["rules"]) == 1
    assert both.json(page)["rules"] == []
    assert len(both.json("/audit?project=till")["changes"]) == 1
    assert both.json("/audit")["changes"] == []
    for sender in senders(both).values():
        sender.report(the_event())
    assert len(errors_of(both)) == 1
    assert errors_of(both, "till") == []


def test_a_repository_that_hangs_delays_its_own_project_alone(both, trees, tmp_path):
    git = tmp_path / "git"
    git.write_text(
        f'#!/bin/sh\ncase "$PWD $*" in *{trees["till"]}*" blame "*) exec sleep 60;; esac\n'
        'exec git "$@"\n'
    )
    git.chmod(0o755)
    both.options.update({"git_cli_path": git, "max_concurrent_git_blames": 2})
    sends = senders(both.start())
    for release in range(3):  # which are not blamed together
        sends["till"].report({**the_event(), "release": f"r{release}"})
    wait_for("git to hang", lambda: both.json("/check_health")["server"]["blames"]["running"])
    sends["shop"].report(the_event())
    assert wait_for_owner(both)["developer"] == "ada@example.com"
    blames = both.json("/check_health")["server"]["blames"]
    assert (blames["failed"], blames["running"]) == (0, 1)  # git still hangs
