"""Every operator and every method of the panel, given what no form gives: each answers,
or says why not in a sentence of ours."""

from __future__ import annotations

import shutil
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus import checks
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from harness import datasets
from harness.context import PLUGIN, execute, make_context
from plugin.app import export_folders, transfers
from plugin.operators import OPERATORS
from plugin.panels.milvus_panel import METHODS, MilvusPanel

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
EXAMPLES = 15  # of each entry
VECTOR = [1.0, 2.0, 3.0, 4.0]
INDEX = {"brain_key": "idx"}
QUERY = {"terms": [{"vector": VECTOR}]}
SEARCH: dict[str, Any] = {
    **INDEX,
    **{"query": QUERY, "k": 2, "min_score": -1.0, "max_score": 1.0, "ids": []},
    **{"text": "a", "not_text": "b", "scope": "dataset", "selection": "wanted"},
    **{"group_by": "kind", "exclude": [], "fuse_with": None, "min_matches": None},
    **{"score_field": None, "search_params": None, "where": None, "more": True},
    **{"exclude_query": False, "reverse": False},
}
FOUND = {"scope": "dataset", "tag": "t", "save_view": None}

# What each takes, without what would delete the indexes that all of them need, or
# connect to another server
PARAMS: dict[str, dict[str, Any]] = {
    "compute_index": {
        **{"brain_key": "new", "source": "field", "embeddings_field": "embeddings"},
        **{"scope": "dataset", "patches_field": None, "metric": "cosine"},
        "slices": [],
        **{"videos_as": "frames", "fps": 1.0, "clips_field": "events"},
        **{"consistency_level": "Session", "index_type": None, "filter_fields": []},
        **{"model": None, "model_kwargs": None, "batch_size": None, "alpha": None},
        **{"num_workers": None, "force_square": False, "engine": "here"},
    },
    "search": SEARCH,
    "more_like_these": {**INDEX, "k": 2, "ids": ["{id}"]},
    "refine_search": {"mark": "more", "more": ["{id}"], "less": []},
    "compare_indexes": {**SEARCH, "other": "second"},
    "save_search": {"name": "s", "search": None, "params": {**INDEX, "query": QUERY}},
    "run_saved_search": {"name": "s"},
    "delete_saved_search": {"name": "none"},
    "search_history": {"count": 5, "skip": 0, "again": None, "clear": False},
    "cleanup_index": {"brain_key": "none"},
    "index_health": INDEX,
    "sync_index": {**INDEX, "dry_run": True},
    "list_indexes": {"nothing": None},
    "rename_index": {"brain_key": "none", "new_brain_key": "renamed"},
    "collections": {"nothing": None},
    "cleanup_collections": {
        **{"names": [], "orphaned": False, "confirmed_names": [], "dry_run": True},
        "include_deleted_datasets": False,
    },
    "adopt_collection": {
        **{"collection_name": "none", "patches_field": None, "dry_run": True},
        **{"brain_key": "adopted", "model": None, "take_ownership": False},
    },
    "move_index": {"brain_key": "none", "db_name": None, "collection_name": None},
    "export_index": {
        **{**INDEX, "path": "new.parquet", "overwrite": True, "transfer": None},
    },
    "import_index": {"brain_key": "imported", "path": "none.parquet", "transfer": "no"},
    "copy_index": {"from_key": "theirs", "brain_key": "copied"},
    "find_duplicates": {
        **{**INDEX, **FOUND, "by": "thresh", "thresh": 0.1, "fraction": 0.1},
        **{"mode": "auto", "against_index": False},
    },
    "find_leaks": {
        **{**INDEX, **FOUND, "field": "kind", "tags": "a, b", "thresh": 0.1},
    },
    "embeddings_map": {**INDEX, "map_key": "seen", "scope": "dataset"},
    "find_unique": {**INDEX, **FOUND, "count": 2},
    "find_label_outliers": {
        **{**INDEX, **FOUND, "label_field": "kind", "k": 2, "min_score": 0.5},
    },
    "find_in_dataset": {
        **{**INDEX, **FOUND, "other_dataset": "{dataset}", "other_key": "second"},
        **{"k": 2, "copy": False, "change_other": True, "ids": [], "fields": []},
    },
    "find_duplicates_in_dataset": {
        **{**INDEX, **FOUND, "other_dataset": "{dataset}", "other_key": "second"},
        "thresh": 0.1,
    },
    "delete_marked": {
        **{"operator": "find_unique", "dry_run": False, "plan_id": "{found_id}"},
    },
    "trust_model": {**INDEX, "arguments": "none", "form": "none"},
    "tag_results": {
        **{"tag": "t", "remove": False, "scope": "dataset", "ids": ["{id}"]},
        "brain_key": "idx",
    },
}
RESULT = {"token": "{token}", "keep": 1, "start": 0}
ASKED: dict[str, dict[str, Any]] = {
    "first_overview": {"panel_state": {}},
    "overview": {"panel_state": {}},
    "search": SEARCH,
    "rerun_search": {
        **{"name": "s", "id": "none", "restore": False},
        **{"keep": 1, "in_grid": False},
    },
    "next_results": {**RESULT, "caption": "filepath"},
    "keep_results": RESULT,
    "clear_results": {"nothing": None},
    "selection": INDEX,
    "view_count": INDEX,
    "search_options": {"nothing": None},
    "suggestions": INDEX,
    "search_history": {"skip": 0, "search": "a"},
    "delete_searches": {"name": "none", "id": "none"},
    "save_search": {**RESULT, "name": "t", "id": "none"},
    "save_view": {**RESULT, "name": "v"},
    "tag_results": {**RESULT, "tag": "t", "selection": ["{id}"]},
    **dict.fromkeys(("tags", "more_results", "results_in_grid", "closeness"), RESULT),
    **dict.fromkeys(("score_background", "caption_fields"), RESULT),
    "opened_item": {**RESULT, **INDEX, "id": "{id}"},
    "compare_results": {**RESULT, "other": "second", "id": "none"},
    "jobs": {"nothing": None},
    "find_options": {**INDEX, "other_dataset": "{dataset}"},
    "find_result": {"operator": "find_unique"},
    "found_items": {
        **{**INDEX, "ids": ["{id}"], "sample_ids": ["{id}"]},
        "other_dataset": "{dataset}",
    },
    "decide_found": {
        **{"operator": "find_unique", "found_id": "{found_id}", "action": "tag"},
        **{"groups": [0], "keeps": [], "tag": "t"},
    },
    "show_found": {**INDEX, "ids": ["{id}"]},
    "form": {"nothing": None},
    "cleanup_plan": INDEX,
    "cleanup": {"brain_key": "none"},
    "pause": {"job_id": "none"},
    "cancel": {"job_id": "none"},
    "dismiss": {"job_id": "none"},
    "begin_transfer": {"nothing": None},
    "upload_part": {"token": "{transfer}", "start": 0, "data": "AAAA"},
    "download_part": {"token": "{transfer}", "start": 0},
    "end_transfer": {"token": "none"},
    "server_details": {"nothing": None},
}
# These take nothing, and start and stop the server that the others use
UNASKED = {"start_embedded", "stop_embedded"}

TEXTS = st.sampled_from(
    [
        *("", " ", "\0", "\ud800", "a\0b", "💥\u202e", "../../x", "a" * 5_000),
        *("$where", "a.b", "id", "idx", "nope", "view", "selected", "1e999", "null"),
        *("{", "[]", "' or 1 == 1", "__class__", "f" * 24, "a|" * 999),
    ]
)
NUMBERS = st.sampled_from(
    [
        *(0, -1, 1, 2**31, 2**63, -(2**63), 10**40, 0.5, -0.0, 1e308, 5e-324),
        *(float("nan"), float("inf"), -float("inf"), True, False),
    ]
)
KEYS = st.sampled_from(
    [
        "terms",
        "text",
        "id",
        "vector",
        "result_ids",
        "image",
        "crop",
        "weight",
        "$gt",
        "",
    ]
) | st.sampled_from(["brain_key", "query", "k", "view", "min", "max", "ef", "kind"])
GONE = object()
ABSENT = st.just(GONE)
PLAIN = st.none() | NUMBERS | TEXTS
VALUES = st.recursive(
    PLAIN,
    lambda some: st.lists(some, max_size=4) | st.dictionaries(KEYS, some, max_size=4),
    max_leaves=8,
)


TERMS = st.fixed_dictionaries(
    {},
    optional={
        **{"id": TEXTS, "sample_id": TEXTS, "text": TEXTS | st.lists(TEXTS)},
        **{"vector": st.lists(NUMBERS, max_size=4), "result_ids": st.lists(TEXTS)},
        **{"weight": NUMBERS, "negative": PLAIN, "image": TEXTS},
        "crop": st.fixed_dictionaries(
            {"sample_id": TEXTS, "box": st.lists(NUMBERS, min_size=3, max_size=5)}
        ),
    },
)
QUERIES = st.fixed_dictionaries({"terms": st.lists(TERMS | VALUES, max_size=3)})
VIEWS = st.lists(
    st.fixed_dictionaries({"_cls": TEXTS, "kwargs": VALUES}) | VALUES, max_size=2
)
SHAPES: dict[str, st.SearchStrategy[Any]] = {
    "query": QUERIES,
    "where": st.dictionaries(KEYS, VALUES, max_size=3),
    "search_params": st.dictionaries(KEYS, VALUES, max_size=3),
    "params": st.fixed_dictionaries(
        {"brain_key": st.just("idx"), "query": QUERIES},
        optional={"k": NUMBERS, "view": VIEWS, "where": VALUES, "exclude": VALUES},
    ),
}


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


TOO_MUCH = {
    "many values": list(range(checks.MAX_VALUES + 1)),
    "a long text": "a" * (checks.MAX_TEXT_BYTES + 1),
    "deeply nested": deep(checks.MAX_DEPTH + 1),
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URI, raising=False)
        exports = str(tmp_path_factory.mktemp("exports"))
        patch.setenv(export_folders.VARIABLE, exports)
        dataset = datasets.make_vectors_dataset(4, 4, 1)
        kinds = [fo.Classification(label=str(i % 2)) for i in range(4)]
        dataset.set_values("kind", kinds)
        for key in ("idx", "second"):
            fob.compute_similarity(
                dataset,
                **{"brain_key": key, "backend": "milvus", "metric": "cosine"},
                embeddings="embeddings",
            )
        fob.compute_similarity(
            dataset, brain_key="theirs", backend="sklearn", embeddings="embeddings"
        )
        execute("search", dataset, **INDEX, query=QUERY, k=2)
        execute("save_search", dataset, name="s")
        execute("find_unique", dataset, **INDEX, count=2)
        yield dataset
        shutil.rmtree(transfers._root(), ignore_errors=True)
        for key in runs.keys(dataset):
            runs.cleanup(dataset, key)
        dataset.delete()


@pytest.fixture(scope="module")
def known(dataset):
    """What params stand for."""
    ctx = make_context(dataset, **INDEX, query=QUERY, k=2)
    answer = MilvusPanel().search(ctx)
    found = MilvusPanel().find_result(make_context(dataset, operator="find_unique"))
    return {
        **{"id": dataset.first().id, "dataset": dataset.name},
        **{"token": answer["token"], "found_id": found["found"]["found_id"]},
        "transfer": transfers.begin(),
    }


def filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return known[value[1:-1]]
    return value


def changed(data: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Some params, one or more of them hostile."""
    names = st.lists(st.sampled_from(sorted(params)), min_size=1, max_size=3)
    found = dict(params)
    for name in data.draw(names):
        found[name] = data.draw(alike(name, params[name]) | VALUES | ABSENT, name)
    return {name: value for name, value in found.items() if value is not GONE}


def alike(name: str, value: Any) -> st.SearchStrategy[Any]:
    """What is of the kind that is expected, and hostile none the less."""
    if name in SHAPES:
        return SHAPES[name]
    if isinstance(value, list):
        return st.lists(TEXTS, max_size=4)
    return NUMBERS if isinstance(value, bool | int | float) else TEXTS


def attacked(entry, params):
    """Checks what comes of many hostile params."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def attack(data):
        entry(changed(data, params))

    attack()


def test_all_entries_are_attacked():
    assert set(PARAMS) == {cls().config.name for cls in OPERATORS}
    assert set(ASKED) | UNASKED == set(METHODS)


@pytest.mark.parametrize("name", PARAMS)
def test_an_operator_refuses_hostile_params(dataset, known, name):
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    selected = [dataset.first().id]

    def run(params):
        for call in (operator.answer, operator.resolve_input):
            ctx = make_context(dataset, selected=selected, **params)
            try:
                call(ctx)
            except VectorSearchError as e:
                assert str(e)

    attacked(run, {n: filled(v, known) for n, v in PARAMS[name].items()})


@pytest.mark.parametrize("name", ASKED)
def test_a_method_of_the_panel_refuses_hostile_params(dataset, known, name):
    method = getattr(MilvusPanel(), name)

    def ask(params):
        answer = method(make_context(dataset, **params))
        assert answer.get("error", {}).get("code") != "internal", answer

    attacked(ask, {n: filled(v, known) for n, v in ASKED[name].items()})


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused_before_it_is_read(dataset, what):
    params = {"brain_key": TOO_MUCH[what]}
    for name in PARAMS:
        operator = foo.get_operator(f"{PLUGIN}/{name}")
        for call in (operator.answer, operator.resolve_input):
            with pytest.raises(InvalidRequest, match=r"was sent|were sent"):
                call(make_context(dataset, **params))
    for name in ASKED:
        answer = getattr(MilvusPanel(), name)(make_context(dataset, **params))
        assert "sent" in answer["error"]["message"], name
