"""The examples in docstrings are true."""

import doctest
import importlib

import pytest

from tests.architecture.tree import REPOSITORY, named, python_files

EXAMPLES = [path for path in python_files("recsys", "ui") if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_the_examples_of_a_module_give_what_they_say(path):
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
