# SPDX-License-Identifier: MIT
"""The right person, on a small history that is hard on blame; `make accuracy` measures on a large one."""

import random
import sys

import pytest
from conftest import ROOT

sys.path.append(str(ROOT / "tests" / "accuracy"))

import deploys  # noqa: E402
import history  # noqa: E402
import measure  # noqa: E402


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    return history.make(tmp_path_factory.mktemp("history") / "code", commits=400, seed=7)


@pytest.fixture(scope="module")
def result(binary, repository):
    return measure.measure(binary, repository, wanted=120, ages=(100, 300), deploy_n=0)


def test_with_the_revision_it_is_what_git_blame_says(result):
    assert [row["age"] for row in result["given"]] == [0, 100, 300]
    for row in result["given"]:
        assert (row["author"], row["identity"]) == (1.0, 1.0), row["wrong"]


def test_without_the_revision_it_is_the_right_author(result):
    ages = [(row["age"], row["around"]) for row in result["unknown"]]
    assert ages == [(100, False), (100, True), (300, False), (300, True)]
    for row in result["unknown"]:
        assert row["author"] >= 0.98, row["wrong"]
        assert row["author"] > row["author_at_tip"]


def test_it_is_never_sure_and_wrong(result):
    for row in result["unknown"]:
        assert row["wrong_and_sure"] == 0, row["wrong"]


@pytest.mark.parametrize("with_release", [True, False])
def test_fifty_deploys_cost_one_letter_for_each_line_and_none_twice(
    binary, repository, with_release
):
    row = deploys.measure(
        binary, measure.Repository(repository), 50, random.Random(1), with_release, line_n=2
    )
    assert row["deploys"] == 50
    assert row["reports"] > 1.5 * row["lines"]  # lines fail again after they were moved
    assert (row["letters"], row["twice"], row["missing"]) == (row["lines"], 0, 0), row["wrong"]
