# SPDX-License-Identifier: MIT
"""The distributions: a source distribution has all it needs, and so has the wheel made of it."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tarfile
import venv
import zipfile

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent

REPORT_ONCE = """
import flawless.client, flawless.client.decorators, flawless.client.middleware, flawless.lib.config
flawless.client.set_hostports(["127.0.0.1:9"])
try:
    1 / 0
except ZeroDivisionError:
    flawless.client.record_error()
assert flawless.client.counters()["occurrences"] == 1
print("reported with", flawless.__version__)
"""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    pytest.importorskip("build", reason="the package build is not installed")
    if not (PACKAGE.parent.parent / ".git").exists():
        pytest.skip("source distributions are made from a git checkout")
    out = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--sdist", "--outdir", str(out), str(PACKAGE))
    (archive,) = out.glob("flawless-*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")  # far from the repository
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(out), str(sdist), cwd=out)
    (archive,) = out.glob("flawless-*.whl")
    return archive


def test_a_source_distribution_has_the_shared_c_files_and_the_licence(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"shared/client/c/client.c", "shared/src/base/json_out.c", "LICENSE", "README.md"} <= names


def test_a_wheel_of_the_source_distribution_is_complete_and_typed(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "flawless/py.typed" in names and "flawless/_capture.pyi" in names
    assert any(name.startswith("flawless/_capture.") and name.endswith(".so") for name in names)
    assert any(name.endswith("/man1/flawless-run.1") for name in names)
    here = {
        str(path.relative_to(PACKAGE))
        for path in (PACKAGE / "flawless").rglob("*.py")
        if "__pycache__" not in path.parts
    }
    assert here <= set(names)


def test_the_wheel_reports_in_an_environment_of_its_own(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env/bin/python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", str(wheel))
    assert run(str(python), "-c", REPORT_ONCE, cwd=tmp_path).startswith("reported with 0.")
