"""Records of runs as somebody else may have written them: edited in MongoDB."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fiftyone.core.odm as foo
from bson import json_util
from fiftyone.core.brain import BrainMethod

if TYPE_CHECKING:
    import fiftyone as fo

CONFIG = "fiftyone.brain.internal.core.milvus.MilvusSimilarityConfig"
DEEP = '{"a":' * 100_000

# Configurations that no index of ours has, each by one value. Some were found by
# tests/integration/test_hostile_records.py
BROKEN_CONFIGS: dict[str, dict[str, Any]] = {
    "a collection that is a path": {"collection_name": "../../../x"},
    "a collection that is a number": {"collection_name": 7},
    "a collection that is an object": {"collection_name": {"$ne": None}},
    "a metric in a list": {"metric": ["cosine"]},
    "another metric": {"metric": "manhattan"},
    "no metric": {"metric": None},
    "a consistency level that is an object": {"consistency_level": {}},
    "a field that is a list": {"embeddings_field": ["embeddings"]},
    "a private field": {"embeddings_field": "_media_type"},
    "patches of a path": {"patches_field": "ground_truth..x"},
    "a field with a variable": {"patches_field": "$$ROOT"},
    "a model that is an object": {"model": {"entrypoint_fcn": "os.system"}},
    "a model of a megabyte": {"model": "m" * 1_000_000},
    "prompts that are a number": {"supports_prompts": 2},
    "another class": {"cls": "os.path.join"},
    "another type": {"type": "visualization"},
    "settings that are no JSON": {"ext": "{"},
    "settings that are a list": {"ext": "[]"},
    "settings that are a number": {"ext": 7},
    "settings that are an object": {"ext": {"address": "embedded"}},
    "settings without end": {"ext": DEEP[:99_000]},
}
BROKEN_SETTINGS: dict[str, dict[str, Any]] = {
    "an address that is a list": {"address": []},
    "a relative address": {"address": "../../x.db"},
    "an address with dots": {"address": "/tmp/../etc/x.db"},
    "an address of another kind": {"address": "file:///etc/passwd"},
    "a socket": {"address": "unix:/srv/x"},
    "an address without an end": {"address": "https://[::1"},
    "an address with a user": {"address": "http://me:secret@127.0.0.1:1"},
    "an address of two lines": {"address": "/srv/x\n.db"},
    "a database that is a path": {"db_name": "../x"},
    "a partition that is a path": {"options": {"partition": "../../x"}},
    "a partition that is absolute": {"options": {"partition": "/srv/x"}},
    "a partition that is a list": {"options": {"partition": ["a"]}},
    "options that are a list": {"options": ["partition"]},
    "an unknown option": {"options": {"shell": "x"}},
    "an index type that is an object": {"options": {"index_type": {}}},
    "parameters that are a text": {
        "options": {"index_type": "HNSW", "search_params": "ef"}
    },
    "a parameter that is an object": {
        "options": {"index_type": "HNSW", "search_params": {"ef": {}}}
    },
    "filter fields that are an object": {"options": {"filter_fields": {"a": 1}}},
    "a dataset that is an object": {"dataset_id": {}},
    "a version that is a text": {"version": "1"},
    "a version of 400 digits": {"version": 10**400},
    "a scope that is an object": {"over": {}},
    "filled with a number": {"filled": 1},
    "an alpha without end": {"alpha": float("inf")},
    "an alpha that is true": {"alpha": True},
}
BROKEN_VIEWS: dict[str, Any] = {
    "a view that is a text": "x",
    "a stage that is no JSON": ["{"],
    "a stage without arguments": ['{"_cls": "fiftyone.core.stages.Limit"}'],
    "a stage without a name": ['{"_cls": {"a": 1}, "kwargs": []}'],
    "a stage that writes": [
        json_util.dumps(
            {
                "_cls": "fiftyone.core.stages.Mongo",
                "kwargs": [["pipeline", [{"$out": "datasets"}]]],
            }
        )
    ],
    "a stage that runs code": [
        json_util.dumps(
            {
                "_cls": "fiftyone.core.stages.Match",
                "kwargs": [["filter", {"$where": "sleep(1000)"}]],
            }
        )
    ],
    "a stage that is too deep": [
        '{"_cls": "fiftyone.core.stages.Match", "kwargs": [["filter", '
        + '{"a": ' * 150
        + "1"
        + "}" * 150
        + "]]}"
    ],
}


def edit(
    dataset: fo.Dataset,
    brain_key: str,
    config: dict[str, Any] | None = None,
    own: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Edits the record of a run in MongoDB.

    Args:
        dataset: the dataset
        brain_key: the run
        config: values of its configuration
        own: values of our own settings
        **fields: values of the whole record
    """
    run = BrainMethod._get_run_doc(dataset, brain_key)
    values = {f"config.{name}": value for name, value in (config or {}).items()}
    if own is not None:
        ext = {**json.loads(run.config.get("ext") or "{}"), **own}
        values["config.ext"] = json.dumps(ext)
    foo.get_db_conn().runs.update_one({"_id": run.id}, {"$set": {**values, **fields}})
    dataset.reload()


def add(dataset: fo.Dataset, brain_key: str, record: dict[str, Any]) -> Any:
    """Adds a record to a dataset, whatever is in it; its id."""
    db = foo.get_db_conn()
    id_ = db.runs.insert_one({"key": brain_key, **record}).inserted_id
    where = {"_id": dataset._doc.id}
    db.datasets.update_one(where, {"$set": {f"brain_methods.{brain_key}": id_}})
    dataset.reload()
    return id_


def config(**values: Any) -> dict[str, Any]:
    """A configuration as an index of ours has one."""
    own = {"version": 1, "address": "embedded", "filled": True}
    return {
        "cls": CONFIG,
        "type": "similarity",
        "method": "milvus",
        "collection_name": "c",
        "metric": "cosine",
        "consistency_level": "Session",
        "embeddings_field": "embeddings",
        "patches_field": None,
        "roi_field": None,
        "model": None,
        "model_kwargs": None,
        "supports_prompts": None,
        "ext": json.dumps(own),
        **values,
    }
