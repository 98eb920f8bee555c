"""The operators as a program sees them that knows nothing but their schemas, such as
FiftyOne's MCP server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pytest

from fiftyone_milvus.backend import runs
from harness.context import PLUGIN, execute, make_context
from plugin.app.input_descriptions import DESCRIPTIONS
from plugin.operators import OPERATORS
from scripts import operators_page

pytestmark = pytest.mark.on_lite


@pytest.fixture(scope="module")
def example(milvus_of_module) -> Iterator[fo.Dataset]:
    dataset = operators_page._example()
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


@pytest.fixture(scope="module")
def inputs(example) -> dict[str, dict[str, Any]]:
    """All inputs that the form of each operator may have."""
    return {cls.name: operators_page._inputs(cls(), example) for cls in OPERATORS}


@pytest.mark.parametrize("cls", OPERATORS, ids=lambda cls: cls.name)
def test_an_operator_says_what_it_does_and_returns(cls):
    found = foo.get_operator(f"{PLUGIN}/{cls.name}").config.description
    assert found.startswith(cls.description) and "Returns " in found
    assert found.endswith(".") and not found.endswith("..")


@pytest.mark.parametrize("name", [cls.name for cls in OPERATORS])
def test_each_input_says_what_it_is(inputs, name):
    unsaid = [key for key, prop in inputs[name].items() if not prop.view.description]
    assert unsaid == []


def test_no_description_is_left_over(inputs):
    asked = {key for found in inputs.values() for key in found}
    both = {f"{name}.{key}" for name, found in inputs.items() for key in found}
    assert set(DESCRIPTIONS) <= asked | both


def call(name: str, dataset: fo.Dataset, **params: Any) -> dict[str, Any]:
    """Executes an operator if its schema has all of these parameters."""
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    found = operator.resolve_input(make_context(dataset, **params)).type.properties
    assert set(params) <= set(found)
    assert not [key for key, prop in found.items() if prop.invalid]
    return dict(execute(name, dataset, **params))


def test_a_whole_job_is_done_with_what_the_schemas_say(dataset):
    first = dataset.first().id
    built = call(
        "compute_index",
        dataset,
        brain_key="mine",
        source="field",
        embeddings_field="embeddings",
    )
    assert built["rows"] == len(dataset)
    found = call("search", dataset, brain_key="mine", ids=[first], k=5)
    assert found["ids"][0] == first and len(found["ids"]) == 5
    call("tag_results", dataset, ids=found["ids"], tag="near", scope="dataset")
    assert sorted(dataset.match_tags("near").values("id")) == sorted(found["ids"])
    call("cleanup_index", dataset, brain_key="mine")
    assert runs.keys(dataset) == []
