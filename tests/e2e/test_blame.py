# SPDX-License-Identifier: MIT
"""`flawless blame`: whose line it is, for people, for scripts, and for those who mean harm."""

import hashlib
import json
import pathlib
import subprocess

import pytest


def state_of(directory):
    """Every file below with its content, to see that nothing was written."""
    return {
        path.relative_to(directory): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def blame(binary, repository, tmp_path):
    """Runs the command on the repository; whatever is asked, nothing is written."""
    home = tmp_path / "home"
    home.mkdir()
    before = state_of(repository)

    def run(*arguments, where=("--repo", str(repository)), input=None, cwd=home):
        return subprocess.run(
            [binary, "blame", *where, *map(str, arguments)],
            input=input,
            cwd=cwd,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    yield run
    assert state_of(repository) == before
    assert not any(home.iterdir())


@pytest.fixture
def ask(blame):
    def ask(*questions):
        lines = "".join(q if isinstance(q, str) else json.dumps(q) + "\n" for q in questions)
        outcome = blame("--batch", input=lines)
        assert outcome.stderr == ""
        return [json.loads(line) for line in outcome.stdout.splitlines()], outcome.returncode

    return ask


def test_a_line_is_told_in_words(blame, bugs):
    bug = bugs["ada"]
    outcome = blame("--revision", "v1.4", f"{bug.path}:{bug.line}")
    assert outcome.returncode == 0, outcome.stderr
    rows = dict(line.split(None, 1) for line in outcome.stdout.splitlines())
    assert rows["owner"] == "ada@example.com"
    assert rows["author"] == "Ada Lindgren <ada@example.com>"
    assert rows["confidence"] == "high"
    assert rows["because"].startswith("release v1.4 is commit ")
    assert rows["changed"].endswith('"') and " UTC, " in rows["changed"]


@pytest.mark.parametrize("developer", ["ada", "grace", "linus"])
def test_a_runtime_path_and_the_text_are_enough(blame, bugs, developer):
    bug = bugs[developer]
    outcome = blame("--json", "--text", bug.text, f"/srv/app/{bug.path}:{bug.line}")
    answer = json.loads(outcome.stdout)
    assert (outcome.returncode, answer["found"]) == (0, True)
    assert answer["owner"] == bug.author
    assert answer["confidence"] == "medium"


def test_paths_count_from_the_current_directory(blame, repository):
    from_top = blame("--json", "shop/web.py:5", where=(), cwd=repository)
    from_below = blame("--json", "web.py:5", where=(), cwd=repository / "shop")
    assert from_top.stdout == from_below.stdout
    assert json.loads(from_top.stdout)["path"] == "shop/web.py"


def test_a_configuration_says_where_and_whom(blame, repository, tmp_path):
    cfg = tmp_path / "flawless.cfg"
    cfg.write_text(
        f"[flawless]\nrepo_dir = {repository}\nignore_vcs_email_domain = true\n"
        f"email_domain_name = shop.example\ndata_dir_path = {tmp_path / 'state'}\n"
    )
    outcome = blame("--json", "shop/web.py:5", where=("-conf", cfg))
    assert json.loads(outcome.stdout)["owner"].endswith("@shop.example")
    assert not (tmp_path / "state").exists()


def test_a_configuration_says_where_paths_lie_and_what_to_look_through(binary, tmp_path):
    repository = tmp_path / "code"
    repository.mkdir()

    def commit(author, path, text):
        who = ["-c", f"user.name={author}", "-c", f"user.email={author}@shop.example"]
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text)
        for arguments in (["add", "-A"], ["commit", "-qm", f"Change {path}"]):
            subprocess.run(["git", *who, *arguments], cwd=repository, check=True)
        said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, stdout=subprocess.PIPE)
        return said.stdout.decode()

    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)
    commit("ada", "one/app/views.py", "run('a')\n")
    commit("bob", "two/app/views.py", "run('a')\n")
    formatted = commit("eve", "two/app/views.py", 'run("a")\n')
    (tmp_path / "formatted").write_text(formatted)
    cfg = tmp_path / "flawless.cfg"
    cfg.write_text(
        f"[flawless]\nrepo_dir = {repository}\npath_mapping = /srv/app/ => two/app/\n"
        f"blame_ignore_revs_file = {tmp_path / 'formatted'}\n"
    )
    outcome = subprocess.run(
        [binary, "blame", "-conf", cfg, "--json", "/srv/app/views.py:1"],
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(outcome.stdout)
    assert (answer["path"], answer["author_email"]) == ("two/app/views.py", "bob@shop.example")
    outcome = subprocess.run(
        [binary, "blame", "-conf", cfg, "--json", "--text", 'run("a")', "/opt/app/views.py:1"],
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(outcome.stdout)
    assert answer["path"] == "two/app/views.py"
    assert "one/app/views.py does not" in answer["reason"]


def test_many_questions_are_answered_in_order(ask, bugs):
    questions = [
        {"path": bugs[name].path, "line": bugs[name].line, "text": bugs[name].text}
        for name in ["ada", "grace", "linus"]
    ]
    answers, status = ask(*questions * 200)
    owners = [answer["owner"].split("@")[0] for answer in answers]
    assert (owners, status) == (["ada", "grace", "linus"] * 200, 0)


def test_the_lines_around_decide_between_versions(binary, tmp_path):
    def git(*arguments, author="ada"):
        who = ["-c", f"user.name={author}", "-c", f"user.email={author}@shop.example"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)

    old = "def first():\n    run()\n    done()\n"
    git("init", "-q")
    for author, text in [("ada", old), ("grace", "def zeroth():\n    run()\n    stop()\n\n" + old)]:
        (tmp_path / "a.py").write_text(text)
        git("add", "-A")
        git("commit", "-qm", "more", author=author)
    question = {"path": "a.py", "line": 2, "text": "run()"}
    around = [
        {},
        {"before": ["def first():"], "after": ["    done()"]},
        {"before": ["", "def zeroth():"]},
        {"before": 7, "after": [None, {}]},
    ]
    lines = "".join(json.dumps(question | more) + "\n" for more in around)
    outcome = subprocess.run(
        [binary, "blame", "--repo", tmp_path, "--batch"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    owners = [json.loads(line)["author_email"].split("@")[0] for line in outcome.stdout.splitlines()]
    assert owners == ["grace", "ada", "grace", "grace"]


def test_a_program_that_asks_one_by_one_is_answered_at_once(binary, repository):
    with subprocess.Popen(
        [binary, "blame", "--repo", repository, "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in range(3):
            process.stdin.write('{"path": "shop/web.py", "line": 5}\n')
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["found"]
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_line_that_is_no_question_is_answered_with_an_error(ask):
    good = {"path": "shop/web.py", "line": 5}
    answers, status = ask(
        "{\n", good, "[]\n", '{"path": 3, "line": 5}\n', "x" * 100000 + "\n", "\xff\n", good
    )
    assert [number for number, answer in enumerate(answers) if answer["found"]] == [1, 6]
    assert all(answer["found"] or answer["error"] for answer in answers)
    assert "64 KiB" in answers[4]["error"]
    assert status == 1


ODD_PATHS = [
    "../shop/web.py\0",
    "..",
    "../../../../etc/passwd",
    "-x",
    "--output=/tmp/x",
    "shop/web.py\n--output=/tmp/x",
    "shop/\0web.py",
    "a/" * 5000 + "b",
    "x" * 10000,
    ":(top)shop/web.py ",
    "shop",
    "shop/",
    "",
    "/",
    ".git/config",
    "<frozen importlib._bootstrap>",
]


def test_odd_paths_are_not_found(ask):
    answers, status = ask(*({"path": path, "line": 5} for path in ODD_PATHS))
    assert len(answers) == len(ODD_PATHS)
    for path, answer in zip(ODD_PATHS, answers, strict=True):
        assert not answer["found"] and "error" not in answer, (path, answer)
    assert status == 1


@pytest.mark.parametrize(
    "revision",
    [
        "--output=/tmp/x",
        "HEAD@{1}",
        ":/x",
        "-h",
        "v1.4..HEAD",
        "a\nb",
        "v1.4^{/x}",
        "x" * 10000,
        "\0",
    ],
)
def test_odd_revisions_are_refused(ask, revision):
    (answer,), status = ask({"path": "shop/web.py", "line": 5, "revision": revision})
    assert not answer["found"] and "revision" in answer["reason"]
    assert status == 1


@pytest.mark.parametrize("line", [0, -1, 2**31, 2**40, 2**63, 10**30, 100000])
def test_odd_lines_are_not_found(ask, line):
    (answer,), status = ask({"path": "shop/web.py", "line": line})
    assert (answer["found"], status) == (False, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["shop/web.py"],
        ["shop/web.py:"],
        [":5"],
        ["shop/web.py:five"],
        ["shop/web.py:5", "shop/web.py:6"],
        ["--text"],
        ["--output=/tmp/x", "shop/web.py:5"],
        ["-x:5"],
        ["--batch", "shop/web.py:5"],
        ["-conf", "x", "shop/web.py:5"],
    ],
)
def test_a_wrong_command_line_is_explained(blame, arguments):
    outcome = blame(*arguments)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert len(outcome.stderr.splitlines()) == 1 and outcome.stderr.startswith("flawless: blame: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--", "-x:5"],
        ["shop/web.py:0"],
        ["shop/web.py:-1"],
        [f"shop/web.py:{2**40}"],
        ["--revision=--output=/tmp/x", "shop/web.py:5"],
        ["nowhere.py:5"],
        ["x" * 10000 + ":5"],
    ],
)
def test_what_is_not_found_is_said_in_one_line(blame, arguments):
    outcome = blame(*arguments)
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert len(outcome.stderr.splitlines()) == 1 and outcome.stderr.startswith("flawless: blame: ")


def test_outside_of_a_work_tree_it_asks_for_one(blame):
    outcome = blame("shop/web.py:5", where=())
    assert outcome.returncode == 2
    assert "git work tree" in outcome.stderr


def test_what_a_repository_says_does_not_reach_the_terminal_raw(binary, tmp_path):
    def git(*arguments):
        person = ["-c", "user.name=E\x1b]0;x\x07ve", "-c", "user.email=eve@example.com"]
        subprocess.run(
            ["git", *person, *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    pathlib.Path(tmp_path / "a.py").write_text("value = compute()\n")
    git("init", "-q")
    git("add", "a.py")
    git("commit", "-q", "-m", "Say \x1b[31mred \x9b32mgreen, \xe4")
    outcome = subprocess.run(
        [binary, "blame", "a.py:1"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "\x1b" not in outcome.stdout and "red" in outcome.stdout
    assert "?32mgreen, \xe4" in outcome.stdout
