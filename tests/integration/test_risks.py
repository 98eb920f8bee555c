"""Each operator declares the most that it may do; what it did says whether that is
true. FiftyOne gives the methods of a panel no such levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import fiftyone.operators.types as types
import numpy as np
import pytest
from fiftyone.core.brain import BrainMethod

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import archive
from fiftyone_milvus.store import client, embedded, settings
from harness import changes, datasets, environment
from harness.context import PLUGIN, execute, form_token, make_context
from plugin.app import export_folders
from plugin.operators import OPERATORS
from plugin.panels.milvus_panel import METHODS, MilvusPanel

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
KEYS = ("idx", "second", "outdated", "old", "moving", "doomed", "lent")
MODEL = "clip-vit-base32-torch"
ORPHANS = ("orphaned", "stray")
LOW, MEDIUM, HIGH = (getattr(types.RiskLevel, n) for n in ("LOW", "MEDIUM", "HIGH"))
SCORED = {"score_field": "{name}_score", "k": 5}
INDEX = {"brain_key": "idx"}

# For each operator what has it do the most
MOST: dict[str, dict[str, Any]] = {
    "compute_index": {
        **{"brain_key": "new", "source": "field", "embeddings_field": "embeddings"},
    },
    "search": {**INDEX, **SCORED},
    "more_like_these": {**INDEX, **SCORED},
    "refine_search": {},
    "compare_indexes": {**INDEX, **SCORED, "other": "second"},
    "save_search": {"name": "again"},
    "run_saved_search": {"name": "saved"},
    "delete_saved_search": {"name": "doomed"},
    "search_history": {"clear": True},
    "cleanup_index": {"brain_key": "doomed"},
    "index_health": INDEX,
    "sync_index": {"brain_key": "outdated"},
    "list_indexes": {},
    "rename_index": {"brain_key": "old", "new_brain_key": "renamed"},
    "collections": {},
    "cleanup_collections": {"names": ["{orphaned}"], "dry_run": False},
    "adopt_collection": {
        **{"collection_name": "{stray}", "brain_key": "adopted", "dry_run": False},
    },
    "move_index": {"brain_key": "moving", "uri": str(environment.HOME / "risks.db")},
    "export_index": {**INDEX, "path": "new.parquet"},
    "import_index": {"brain_key": "imported", "path": "there.parquet"},
    "copy_index": {"from_key": "theirs", "brain_key": "copied"},
    "embeddings_map": {**INDEX, "map_key": "{name}"},
    "find_duplicates": {**INDEX, "thresh": 2.0, "tag": "{name}", "save_view": "{name}"},
    "find_leaks": {**INDEX, "tags": "a, b", "thresh": 2.0, "tag": "{name}"},
    "find_unique": {**INDEX, "tag": "{name}", "save_view": "{name}"},
    "find_label_outliers": {**INDEX, "label_field": "kind", "k": 3, "tag": "{name}"},
    "find_in_dataset": {
        **INDEX,
        **{"other_dataset": "{other}", "other_key": "idx", "tag": "{name}"},
        **{"save_view": "{name}", "change_other": True},
    },
    "find_duplicates_in_dataset": {
        **INDEX,
        **{"other_dataset": "{other}", "other_key": "idx", "tag": "{name}"},
        **{"save_view": "{name}", "thresh": 2.0},
    },
    "tag_results": {"tag": "{name}", "scope": "dataset"},
    "delete_marked": {"dry_run": False, "plan_id": "{plan_id}"},
    "trust_model": {
        **{"brain_key": "lent", "arguments": f"{MODEL}(image_dim=8)"},
        "form": "{form}",
    },
}
# Those that may do more than can be seen here, and what
MORE = {
    "move_index": HIGH,  # it sends vectors to another server
    "compute_index": HIGH,  # it may fetch a model, and loads it as somebody typed
    "trust_model": HIGH,  # what a dataset's author wrote is loaded from then on
}

# What the panel's methods do at most what these operators do; the others only read, or
# end work that its own job shows
AS_OPERATOR = {
    "search": "search",
    "rerun_search": "run_saved_search",
    "more_results": "search",
    "cleanup": "cleanup_index",
    "delete_searches": "search_history",
    "save_search": "save_search",
    "save_view": "find_unique",
    "tag_results": "tag_results",
    "decide_found": "tag_results",
}
READING: dict[str, dict[str, Any]] = {
    "first_overview": {},
    "overview": {},
    "selection": INDEX,
    "view_count": INDEX,
    "search_options": {},
    "suggestions": INDEX,
    "find_options": INDEX,
    "find_result": {"operator": "find_unique"},
    "found_items": {**INDEX, "ids": [], "sample_ids": []},
    "search_history": {},
    "jobs": {},
    "form": {},
    "cleanup_plan": INDEX,
    "server_details": {},
}
# Matches that are kept, the grid, jobs, files on their way to and from a browser, and
# the embedded Milvus: no data
PASSING = {
    *("next_results", "keep_results", "clear_results", "pause", "cancel", "dismiss"),
    *("tags", "results_in_grid", "closeness", "show_found"),
    *("score_background", "caption_fields", "opened_item", "compare_results"),
    *("start_embedded", "stop_embedded"),
    *("begin_transfer", "upload_part", "download_part", "end_transfer"),
}


@dataclass(frozen=True)
class World:
    """A dataset with indexes and searches; and the names of another dataset and of
    orphans. Each operator has things of its own there to change."""

    dataset: fo.Dataset
    names: dict[str, str]


def index(dataset: fo.Dataset, key: str) -> Any:
    return fob.compute_similarity(
        dataset,
        **{"brain_key": key, "backend": "milvus", "metric": "cosine"},
        embeddings="embeddings",
    )


def mark_for_deletion(dataset: fo.Dataset) -> str:
    """Marks the most unique sample; the id of the plan to delete it."""
    execute("find_unique", dataset, **INDEX, count=1)
    panel, name = MilvusPanel(), "find_unique"
    found = panel.find_result(make_context(dataset, operator=name))["found"]
    params = {"operator": name, "found_id": found["found_id"], "action": "mark"}
    panel.decide_found(make_context(dataset, **params, groups=[0]))
    return str(execute("delete_marked", dataset)["plan_id"])


def lend_model(dataset: fo.Dataset, key: str) -> None:
    """Has a record name a model with arguments, as one from elsewhere may."""
    config = dataset.get_brain_info(key).config
    config.model, config.model_kwargs = MODEL, {"image_dim": 8}
    BrainMethod.update_run_config(dataset, key, config)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where exports go; with an embedded Milvus that holds nothing of other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URI, raising=False)
        patch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path_factory.mktemp("milvus")))
        folder = tmp_path_factory.mktemp("exports")
        patch.setenv(export_folders.VARIABLE, str(folder))
        yield folder
        embedded.stop(embedded.home(settings.Settings()))


@pytest.fixture(scope="module")
def world(folder):
    milvus = client.connect(settings.resolve()).client
    before = set(milvus.list_collections())
    dataset, other = (datasets.make_vectors_dataset(count=8) for _ in range(2))
    dataset.limit(4).tag_samples("a")
    dataset.skip(4).tag_samples("b")
    kinds = [fo.Classification(label=str(i % 2)) for i in range(8)]
    dataset.set_values("kind", kinds)
    names = {"other": other.name, "form": form_token()}
    for key in (*KEYS, *ORPHANS):
        index(dataset, key)
    index(other, "idx")
    lend_model(dataset, "lent")
    runs.load(dataset, "outdated").add_to_index(np.ones((1, 16)), ["f" * 24])
    for key in ORPHANS:
        names[key] = str(runs.describe(dataset, key).collection_name)
        dataset.delete_brain_run(key)
    for name in ("doomed", "saved"):
        search(dataset, name)
        execute("save_search", dataset, name=name)
    dataset.delete_sample_fields(["doomed_score", "saved_score"])
    archive.export_index(dataset, "idx", folder / "there.parquet")
    fob.compute_similarity(
        dataset, brain_key="theirs", backend="sklearn", embeddings="embeddings"
    )
    yield World(dataset, names)
    for name in set(milvus.list_collections()) - before:
        milvus.drop_collection(name)
    dataset.delete()
    other.delete()


def search(dataset: fo.Dataset, name: str) -> None:
    """A search whose scores go into a field of a name of their own."""
    params = {**INDEX, "k": 3, "score_field": f"{name}_score"}
    execute("search", dataset, context={"selected": [dataset.first().id]}, **params)


def filled_in(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled_in(each, names) for each in value]
    return value.format(**names) if isinstance(value, str) else value


# Last the one that needs a review, which finding again would delete
@pytest.mark.parametrize(
    "name",
    sorted((cls().config.name for cls in OPERATORS), key="delete_marked".__eq__),
)
def test_an_operator_does_what_its_risk_says(world, folder, name):
    names = {**world.names, "name": name}
    if name == "delete_marked":
        names["plan_id"] = mark_for_deletion(world.dataset)
    params = {key: filled_in(value, names) for key, value in MOST[name].items()}
    search(world.dataset, f"before_{name}")  # what is refined, saved, and forgotten
    before = changes.state(folder)
    selected = {"selected": [world.dataset.first().id]}
    execute(name, world.dataset, context=selected, **params)
    done = changes.between(before, changes.state(folder))
    level = HIGH if done.deleted else MEDIUM if done.changed else LOW
    declared = foo.get_operator(f"{PLUGIN}/{name}").config.risk_level
    assert MORE.get(name, level) == declared, done


def test_the_panels_methods_are_listed_by_what_they_do():
    assert set(METHODS) == {*AS_OPERATOR, *READING, *PASSING}
    assert {cls().config.name for cls in OPERATORS} >= set(AS_OPERATOR.values())


def test_what_the_panel_reads_is_as_it_was(world, folder):
    before = changes.state(folder)
    for name, params in READING.items():
        answer = getattr(MilvusPanel(), name)(make_context(world.dataset, **params))
        assert "error" not in answer, answer
    assert changes.between(before, changes.state(folder)) == changes.Changes([], [])


def test_another_dataset_is_changed_only_when_that_is_confirmed(world, folder):
    names = {**world.names, "name": "unconfirmed"}
    most = MOST["find_in_dataset"].items()
    params = {k: filled_in(v, names) for k, v in most if k != "change_other"}
    before = changes.state(folder)
    selected = [world.dataset.first().id]
    ctx = make_context(world.dataset, selected=selected, **params)
    operator = foo.get_operator(f"{PLUGIN}/find_in_dataset")
    with pytest.raises(InvalidRequest, match="would be added to the dataset"):
        operator.answer(ctx)
    form = operator.resolve_input(ctx).type.properties
    assert form["change_other"].invalid
    assert world.names["other"] in form["change_other"].error_message
    assert changes.between(before, changes.state(folder)) == changes.Changes([], [])
