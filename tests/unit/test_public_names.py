"""What ``fiftyone_milvus`` itself offers, and what importing it costs."""

import inspect
import subprocess
import sys

import pytest

import fiftyone_milvus

IMPORTS = """
import sys
import fiftyone_milvus
from fiftyone_milvus import errors
assert not hasattr(fiftyone_milvus, "nonsense")
assert {"search", "build", "Query"} <= set(dir(fiftyone_milvus))
print([m for m in ("fiftyone", "pymilvus", "numpy", "torch") if m in sys.modules])
"""


def test_importing_it_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_name_of_the_api_is_offered():
    from fiftyone_milvus import api

    for name in fiftyone_milvus.__all__:
        assert getattr(fiftyone_milvus, name) is getattr(api, name)
    assert fiftyone_milvus.__all__ == sorted(fiftyone_milvus.__all__)


@pytest.mark.parametrize("name", fiftyone_milvus.__all__)
def test_its_docstring_names_each_argument(name):
    offered = getattr(fiftyone_milvus, name)
    text = inspect.getdoc(offered) or ""
    if inspect.isfunction(offered):
        for argument in inspect.signature(offered).parameters.values():
            stars = "**" if argument.kind is argument.VAR_KEYWORD else ""
            assert f"\n    {stars}{argument.name}: " in text
    assert text
