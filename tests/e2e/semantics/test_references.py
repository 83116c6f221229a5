# SPDX-License-Identifier: MIT
"""What these files say is shown elsewhere is there."""

import pathlib
import re

import pytest
from conftest import ROOT

HERE = pathlib.Path(__file__).parent


@pytest.mark.parametrize("path", sorted(HERE.glob("test_[0-9]*.py")), ids=lambda path: path.stem)
def test_a_test_that_is_referred_to_exists(path):
    for file, name in re.findall(r"([\w/]+\.(?:py|c))::(\w+)", path.read_text()):
        assert re.search(rf"\b{name}\(", (ROOT / file).read_text()), f"{file}::{name}"


def test_each_test_says_its_sentence():
    for path in HERE.glob("test_[0-9]*.py"):
        for name, rest in re.findall(
            r"^def (test_\w+)\([^)]*\):\n    (.*)", path.read_text(), re.M
        ):
            assert rest.startswith('"""'), f"{path.name}::{name} has no docstring"
