"""What the project says that it needs."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from fiftyone_milvus import internals

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {
    needed.name: needed
    for needed in map(
        Requirement,
        tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"],
    )
}


@pytest.mark.parametrize("name", internals.NAMES)
def test_what_is_used_beyond_its_documentation_has_bounds(name):
    bounds = NEEDED[name].specifier
    assert {bound.operator for bound in bounds} == {">=", "<"}
    assert version(name) in bounds and internals.TESTED[name] in bounds


def test_the_plugins_requirements_are_the_librarys_without_fiftyone():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    plugin = {Requirement(line) for line in lines if not line.startswith("#")}
    fiftyone = {NEEDED[name] for name in ("fiftyone", "fiftyone-brain")}
    assert plugin == set(NEEDED.values()) - fiftyone
