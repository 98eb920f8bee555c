"""The walls of the house: who may import what."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = sorted((ROOT / "fiftyone_milvus").glob("*.py"))
APP = sorted([*(ROOT / "operators").glob("*.py"), *(ROOT / "panels").glob("*.py")])
TALKS_TO_MILVUS = {"collection.py", "client.py", "embedded_server.py"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.name)
def test_the_library_knows_no_app(path):
    text = path.read_text()
    assert "fiftyone.operators" not in text
    assert not imports(path) & {"operators", "panels", "plugin"}


@pytest.mark.parametrize("path", LIBRARY + APP, ids=lambda p: p.name)
def test_few_modules_talk_to_milvus(path):
    if path.name not in TALKS_TO_MILVUS:
        assert not imports(path) & {"pymilvus", "milvus_lite"}


@pytest.mark.parametrize("path", APP, ids=lambda p: p.name)
def test_no_similarity_stage_reaches_the_grid(path):
    assert "sort_by_similarity" not in path.read_text()
    assert "SortBySimilarity" not in path.read_text()


def test_the_manifest_names_what_is_registered():
    from plugin.operators import OPERATORS
    from plugin.panels import PANELS

    manifest = yaml.safe_load((ROOT / "fiftyone.yml").read_text())
    assert manifest["operators"] == [cls().config.name for cls in OPERATORS]
    assert manifest["panels"] == [cls().config.name for cls in PANELS]


def test_every_setting_is_declared_as_a_secret():
    from fiftyone_milvus.settings import ENV_PREFIX, KEYS

    manifest = yaml.safe_load((ROOT / "fiftyone.yml").read_text())
    assert set(manifest["secrets"]) == {ENV_PREFIX + key.upper() for key in KEYS}


def test_every_operator_declares_its_risk():
    import fiftyone.operators.types as types

    from plugin.operators import OPERATORS

    for cls in OPERATORS:
        assert cls().config.risk_level is not types.RiskLevel.DANGEROUS
