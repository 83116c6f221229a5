# SPDX-License-Identifier: MIT
"""Every program in examples/ runs, and the server names exactly the lines that say so."""

import importlib.util
import os
import pathlib
import shutil
import socket
import subprocess
import sys

import pytest
from real_server import commit_all, is_needed, running, wait_for_errors, wait_until_listening

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"
NEEDED = {
    "asgi_app.py": ["uvicorn"],
    "celery_tasks.py": ["celery"],
    "django_app.py": ["django"],
    "fastapi_app.py": ["fastapi", "httpx"],
    "flask_app.py": ["flask"],
    "rq_jobs.py": ["rq"],
    "starlette_app.py": ["starlette", "httpx"],
}
STATUS = {"end_of_program.py": 1, "unchanged.py": 1}

pytestmark = is_needed


def marked_lines(path):
    lines = path.read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if line.endswith("# reported")]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The examples in a repository, and a server that watches it."""
    repository = tmp_path_factory.mktemp("shop")
    shutil.copytree(EXAMPLES, repository, dirs_exist_ok=True)
    commit_all(repository)
    with running(repository, tmp_path_factory.mktemp("server")) as (url, dsn):
        yield repository, url, dsn


@pytest.fixture
def redis_url(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("there is no redis-server: tools/deps --with redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    wait_until_listening(process, port)
    yield "redis://127.0.0.1:%d" % port
    process.terminate()
    process.wait(20)


def command_for(name):
    starter = pathlib.Path(sys.executable).with_name("flawless-run")
    return [str(starter) if name == "unchanged.py" else sys.executable, name]


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_the_server_names_the_marked_lines_of_an_example(shop, request, name):
    for module in NEEDED.get(name, ()):
        if importlib.util.find_spec(module) is None:
            pytest.skip("%s is not installed" % module)
    repository, url, dsn = shop
    more = {"REDIS_URL": request.getfixturevalue("redis_url")} if name == "rq_jobs.py" else {}
    run = subprocess.run(
        command_for(name),
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **more, "FLAWLESS_DSN": dsn},
    )
    assert run.returncode == STATUS.get(name, 0), run.stdout + run.stderr
    lines = marked_lines(repository / name)
    assert lines
    wait_for_errors(
        url,
        {("ada@example.com", name, line): 1 for line in lines},
        chosen=lambda key: key[1] == name,
    )


WORKERS = {
    "celery_tasks.py": (
        ["celery", "-A", "celery_tasks", "worker", "--pool", "prefork", "--concurrency", "1"],
        "import celery_tasks; celery_tasks.order.delay('coffee')",
    ),
    "rq_jobs.py": (
        ["rq.cli", "worker", "orders", "--exception-handler", "flawless.integrations.rq.report"],
        "import os, redis, rq\n"
        "redis = redis.Redis.from_url(os.environ['REDIS_URL'])\n"
        "rq.Queue('orders', connection=redis).enqueue('rq_jobs.order', 'coffee')",
    ),
}


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_with_processes_of_its_own_reports_the_same_line(tmp_path, redis_url, name):
    (module,) = NEEDED[name]
    pytest.importorskip(module)
    command, submit = WORKERS[name]
    shutil.copy(EXAMPLES / name, tmp_path)
    commit_all(tmp_path)
    state = tmp_path / "own"
    state.mkdir()
    with running(tmp_path, state) as (url, dsn):
        environment = {
            **os.environ,
            "FLAWLESS_DSN": dsn,
            "REDIS_URL": redis_url,
            "RQ_REDIS_URL": redis_url,
            "CELERY_BROKER": redis_url,
            "CELERY_BACKEND": redis_url,
        }
        subprocess.run([sys.executable, "-c", submit], cwd=tmp_path, env=environment, check=True)
        with open(state / "worker.log", "wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=tmp_path,
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            (line,) = marked_lines(tmp_path / name)
            wait_for_errors(url, {("ada@example.com", name, line): 1})
        finally:
            worker.terminate()
            worker.wait(30)
