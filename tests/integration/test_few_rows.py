"""Every operator, method of the panel and function of the library with nothing to find,
and with indexes of no row and of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

from fiftyone_milvus.analysis import duplicates, label_outliers, leaks, unique
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.searches import fusion
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.searches.result import SearchResult
from fiftyone_milvus.searches.score_fields import write_scores
from harness import datasets
from harness.context import make_context
from harness.panel import CheckedPanel
from harness.searching import search_index
from plugin.operators import OPERATORS
from plugin.panels.milvus_panel import METHODS

# An index that was never filled, one whose rows were all removed, and one of one row
KINDS = ("empty", "emptied", "one row")
VECTOR = [1.0, 2.0, 3.0, 4.0]
ONE_TERM = {"query": {"terms": [{"vector": VECTOR}]}}
TWO_TERMS = {"query": {"terms": [{"vector": VECTOR}, {"vector": [1.0] * 4}]}}
NOTHING = {"min_score": 3.0}  # no cosine is as much


@dataclass
class Few:
    """A dataset of three samples, and indexes ``idx`` and ``other`` of samples and
    ``objects`` of patches; ``id`` and ``label_id`` are those of the row, if there is
    one."""

    kind: str
    dataset: fo.Dataset
    id: str
    label_id: str
    folder: Path

    def row(self, key: str) -> str:
        return self.label_id if key == "objects" else self.id

    def view(self, name: str | None) -> fo.DatasetView | None:
        if name is None:
            return None
        parts = {"none": (0, 0), "first": (0, 1), "others": (1, 2)}
        skip, limit = parts[name]
        return self.dataset.skip(skip).limit(limit)


@pytest.fixture(scope="module", params=KINDS)
def _few(request, milvus_of_module, tmp_path_factory) -> Iterator[Few]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("few")
        patch.setenv("FIFTYONE_MILVUS_EXPORT_DIRS", str(folder))
        made = make(request.param, folder)
        yield made
        for key in runs.keys(made.dataset):
            runs.cleanup(made.dataset, key)
        made.dataset.delete()


@pytest.fixture
def few(milvus, _few) -> Few:
    return _few


def make(kind: str, folder: Path) -> Few:
    dataset = datasets.make_vectors_dataset(3, 4, 1)
    dataset.add_sample_field("kind", fo.StringField)
    dataset.set_values("kind", ["a", "a", "b"])
    first = dataset.first()
    label = first.ground_truth.detections[0]
    for key, field, vector, label_ids in (
        ("idx", None, first.embeddings, None),
        ("other", None, first.embeddings, None),
        ("objects", "ground_truth", label.embedding, [label.id]),
    ):
        index = fob.compute_similarity(
            dataset,
            brain_key=key,
            backend="milvus",
            metric="cosine",
            consistency_level="Strong",
            embeddings=False,
            patches_field=field,
        )
        if kind != "empty":
            index.add_to_index(vector[None], [first.id], label_ids)
        if kind == "emptied":
            index.remove_from_index(sample_ids=[first.id])
    return Few(kind, dataset, first.id, label.id, folder)


def said(call: Callable[[], Any]) -> str:
    """The sentence that a call ends with, whether it succeeds or not."""
    try:
        found = call()
    except VectorSearchError as e:
        return str(e)
    if isinstance(found, dict) and "error" in found:
        assert found["error"]["code"] != "internal", found
        return str(found["error"]["message"])
    return str(found["message"] if isinstance(found, dict) else found)


# -- the operators

ROW, FILE = "the row", "the file"  # stand for its id, and for a path
NEVER = "is empty: nothing was added to it yet"
ABSENT = "not in the index"
RESULT = (NEVER, "0 results", "1 result")
NO_RESULT = (NEVER, "0 results", "0 results")
KEYS = ("idx", "objects")


@dataclass(frozen=True)
class Case:
    """A call, and words that its sentence has: for each of :data:`KINDS`, or for
    all."""

    name: str
    params: dict[str, Any]
    words: tuple[str, str, str] | str
    view: str | None = None

    def expected(self, kind: str) -> str:
        return (
            self.words if isinstance(self.words, str) else self.words[KINDS.index(kind)]
        )

    def filled(self, few: Few) -> dict[str, Any]:
        key = self.params.get("brain_key", "idx")
        values = {ROW: few.row(key), FILE: str(few.folder / f"{key}.parquet")}

        def fill(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: fill(one) for name, one in value.items()}
            if isinstance(value, list):
                return [fill(one) for one in value]
            return values.get(value, value) if isinstance(value, str) else value

        return fill(self.params)


def of_each_index(key: str) -> list[Case]:
    what = "samples" if key == "idx" else "patches"
    of, by_row = {"brain_key": key}, {"query": {"terms": [{"id": ROW}]}}
    found_row = (NEVER, ABSENT, "1 result, similarity 1.000 to 1.000")
    unlike = (f"among 0 {what}", f"among 0 {what}", f"among 1 {what}")
    of_all = (f"of 0 {what}", f"of 0 {what}", f"of 1 {what}")
    labelled = ("0 of 0", "0 of 0", "0 of 1")
    synced = ("no collection", *["nothing can be embedded"] * 2)
    exported = (*["has no vectors"] * 2, "Wrote 1 vectors")
    tag, field = {"tag": "t", "save_view": "v"}, {"field": "kind"}
    return [
        Case("search", {**of, **TWO_TERMS}, RESULT),
        Case("search", {**of, **TWO_TERMS, **NOTHING}, NO_RESULT),
        Case("search", {**of, **TWO_TERMS, "reverse": True}, RESULT),
        Case("search", {**of, **TWO_TERMS, "group_by": "kind"}, RESULT),
        Case("search", {**of, **TWO_TERMS, "scope": "view"}, NO_RESULT, "others"),
        Case("search", {**of, **ONE_TERM, "score_field": "no", **NOTHING}, NO_RESULT),
        Case("search", {**of, **by_row, "score_field": "score"}, found_row),
        Case("more_like_these", {**of, "ids": [ROW]}, (NEVER, ABSENT, "0 results")),
        Case("find_duplicates", {**of, **tag}, unlike),
        Case("find_duplicates", {**of, "by": "fraction"}, unlike),
        Case("find_leaks", {**of, **field}, "No leaks"),
        Case("find_leaks", {**of, "tags": "x, y"}, "No sample has the tag"),
        Case("find_unique", {**of, **tag}, of_all),
        Case("find_label_outliers", {**of, "label_field": "kind"}, labelled),
        Case("embeddings_map", of, "A map needs 3 vectors or more"),
        Case("index_health", of, ("no collection", "0 rows", "1 rows")),
        Case("sync_index", of, synced),
        Case("export_index", {**of, "path": FILE, "overwrite": True}, exported),
        Case("rename_index", {**of, "new_brain_key": "new"}, "is now 'new'"),
        Case("rename_index", {"brain_key": "new", "new_brain_key": key}, "is now"),
    ]


def of_pairs(other: str) -> list[Case]:
    also = {"brain_key": "idx", "fuse_with": other, **TWO_TERMS}
    both = {"brain_key": "idx", "other": other, **TWO_TERMS}
    none, all_ = "share 0% of their matches", "share 100% of their matches"
    return [
        Case("search", also, RESULT),
        Case("search", {**also, **NOTHING}, NO_RESULT),
        Case("compare_indexes", both, (NEVER, none, all_)),
        Case("compare_indexes", {**both, **NOTHING}, (NEVER, none, none)),
    ]


BY_OBJECTS = {"brain_key": "objects", **TWO_TERMS, "min_matches": 1}
FIELD = {"source": "field", "embeddings_field": "embeddings", "scope": "view"}
NO_SEARCH = "There is no search in the history"
NO_SAVED = "There is no saved search 's'"
OPERATIONS = [
    *of_each_index("idx"),
    *of_each_index("objects"),
    *of_pairs("other"),
    *of_pairs("objects"),
    Case("search", BY_OBJECTS, RESULT),
    Case("search", {**BY_OBJECTS, "min_matches": 2}, NO_RESULT),
    Case("search", {**BY_OBJECTS, **NOTHING}, NO_RESULT),
    Case("refine_search", {"more": [ROW]}, (NO_SEARCH, ABSENT, ABSENT)),
    Case("save_search", {"name": "s"}, (NO_SEARCH, "Saved 's'", "Saved 's'")),
    Case("run_saved_search", {"name": "s"}, (NO_SAVED, "0 results", "0 results")),
    Case("delete_saved_search", {"name": "s"}, (NO_SAVED, "Deleted", "Deleted")),
    Case("delete_saved_search", {"name": "s"}, NO_SAVED),
    Case("search_history", {}, ("0 searches", "searches", "searches")),
    Case("search_history", {"clear": True}, "0 searches"),
    Case("list_indexes", {}, "3 Milvus indexes"),
    Case("collections", {}, "collections"),
    Case("cleanup_collections", {"orphaned": True}, "Would delete"),
    Case("adopt_collection", {"collection_name": "none"}, "no collection 'none'"),
    Case("tag_results", {"tag": "x", "scope": "view"}, "0 of 0 samples", "none"),
    Case("delete_marked", {}, "Nothing was found within a day"),
    Case("move_index", {"brain_key": "idx", "uri": "http://127.0.0.1:1"}, "Milvus at"),
    Case("trust_model", {"brain_key": "idx"}, "operator's form"),
    Case("import_index", {"brain_key": "new", "path": "none.parquet"}, "There is no"),
    Case("copy_index", {"brain_key": "new", "from_key": "none"}, "no similarity index"),
    Case("compute_index", {"brain_key": "new", **FIELD}, "no samples to index", "none"),
    Case("compute_index", {"brain_key": "new", **FIELD}, "Indexed 1 vectors", "first"),
    Case("cleanup_index", {"brain_key": "new"}, "Deleted the 1 vectors"),
    Case("cleanup_index", {"brain_key": "new"}, "no Milvus index 'new'"),
]


IN_ANOTHER = {"find_in_dataset", "find_duplicates_in_dataset"}


def test_every_operator_is_tried():
    named = {case.name for case in OPERATIONS} | IN_ANOTHER
    assert named == {operator().config.name for operator in OPERATORS}


def test_each_operator_ends_with_a_sentence(few):
    operators = {operator().config.name: operator() for operator in OPERATORS}
    for case in OPERATIONS:
        context = {"view": few.view(case.view), **case.filled(few)}
        # the App resolves the form first
        operators[case.name].resolve_input(make_context(few.dataset, **context))
        ctx = make_context(few.dataset, **context)
        message = said(lambda: operators[case.name].answer(ctx))  # noqa: B023
        assert case.expected(few.kind) in message, (case, message)


def test_another_dataset_is_searched(few):
    other = fo.Dataset()
    other.add_sample(fo.Sample(filepath="/elsewhere.png"))
    index = fob.compute_similarity(
        other,
        brain_key="all",
        backend="milvus",
        metric="cosine",
        embeddings=np.array([VECTOR], np.float32),
    )
    operators = {operator.name: operator() for operator in OPERATORS}
    params = {"brain_key": "all", "other_dataset": few.dataset.name, "copy": True}
    ids = other.values("id")
    ctx = make_context(other, **params, other_key="idx", ids=ids)
    message = said(lambda: operators["find_in_dataset"].answer(ctx))
    copied = ("1 results", "copied 1 of their samples")
    expected = {
        "empty": [NEVER],
        "emptied": ["0 results", "copied 0"],
        "one row": copied,
    }
    assert all(words in message for words in expected[few.kind]), message
    params = {"brain_key": "all", "other_dataset": few.dataset.name, "thresh": 2.0}
    ctx = make_context(other, **params, other_key="idx")
    message = said(lambda: operators["find_duplicates_in_dataset"].answer(ctx))
    of = {"empty": NEVER, "emptied": "of 0 of 1", "one row": "of 1 of 1"}
    assert of[few.kind] in message, message
    index.delete()
    other.delete()


# -- the panel

SEARCHES = [
    {"brain_key": "idx", "k": 5, **TWO_TERMS, **NOTHING},
    {"brain_key": "idx", "k": 5, **ONE_TERM},
    {"brain_key": "objects", "k": 5, **TWO_TERMS},
    {"brain_key": "objects", "k": 5, **TWO_TERMS, "min_matches": 2},
    {"brain_key": "idx", "k": 5, "fuse_with": "objects", **TWO_TERMS, **NOTHING},
]
OF_A_RESULT = {
    "next_results": {"start": 0},
    "keep_results": {"keep": 3},
    "tag_results": {"keep": 3, "tag": "x"},
    "tags": {},
    "more_results": {},
    "results_in_grid": {"keep": 3},
    "closeness": {},
    "score_background": {},
    "caption_fields": {},
    "opened_item": {"brain_key": "objects", "id": "f" * 24},
    "compare_results": {"other": "objects"},
    "save_view": {"keep": 3, "name": "v"},
    "save_search": {"name": "s"},
}
WITHOUT = {  # a search
    "first_overview": {},
    "overview": {},
    "jobs": {},
    "form": {},
    "search_options": {},
    "server_details": {},
    "clear_results": {},
    "begin_transfer": {},
    "view_count": {"brain_key": "objects"},
    "selection": {"brain_key": "objects"},
    "suggestions": {"brain_key": "objects"},
    "cleanup_plan": {"brain_key": "idx"},
    "find_options": {"brain_key": "objects"},
    "find_result": {"operator": "find_unique"},
    "found_items": {"brain_key": "objects", "ids": [], "sample_ids": []},
    "show_found": {"brain_key": "idx", "ids": []},
}
SERVER = {"start_embedded", "stop_embedded"}  # which know no index
FOUND = {"operator": "find_unique", "found_id": "no", "groups": []}
NOT_THERE = {
    "decide_found": ({**FOUND, "action": "leave"}, "Something else was found since"),
    "rerun_search": ({"name": "no"}, "There is no saved search"),
    "delete_searches": ({"name": "no"}, "There is no saved search"),
    "cleanup": ({"brain_key": "no"}, "This dataset has no Milvus index"),
    "pause": ({"job_id": "no"}, ""),
    "cancel": ({"job_id": "no"}, ""),
    "dismiss": ({"job_id": "no"}, ""),
    "upload_part": ({"token": "no", "start": 0, "data": "AAAA"}, "has ended"),
    "download_part": ({"token": "no", "start": 0}, "has ended"),
    "end_transfer": ({"token": "no"}, ""),
}


def test_every_method_of_the_panel_is_tried():
    tried = {*OF_A_RESULT, *WITHOUT, *NOT_THERE, "search", "search_history"}
    assert tried == set(METHODS) - SERVER


@pytest.mark.parametrize("params", SEARCHES, ids=str)
def test_the_panel_shows_what_there_is(few, params):
    panel, dataset = CheckedPanel(), few.dataset
    found = panel.search(make_context(dataset, **params))
    if few.kind == "empty":
        assert NEVER in found["error"]["message"]
        return
    some = (
        few.kind == "one row"
        and "min_score" not in params
        and "min_matches" not in params
    )
    assert found["total"] == len(found["results"]) == (1 if some else 0)
    for name, more in OF_A_RESULT.items():
        answer = getattr(panel, name)(
            make_context(dataset, token=found["token"], **more)
        )
        if name == "tag_results" and not some:
            assert "no result to tag" in answer["error"]["message"]
        else:
            assert "error" not in answer, (name, answer)
    assert dataset.load_saved_view("v").count() == (1 if some else 0)
    dataset.delete_saved_views()
    assert (
        panel.rerun_search(make_context(dataset, name="s"))["total"] == found["total"]
    )
    last = panel.search_history(make_context(dataset, skip=0))["searches"][0]
    again = panel.rerun_search(make_context(dataset, id=last["id"]))
    assert again["total"] == found["total"] == last["results"]


@pytest.mark.parametrize("view", [None, "none"])
def test_the_panel_answers_without_a_search(few, view):
    panel = CheckedPanel()
    for name, params in WITHOUT.items():
        ctx = make_context(few.dataset, view=few.view(view), **params)
        answer = getattr(panel, name)(ctx)
        assert "error" not in answer, (name, answer)
        if name == "begin_transfer":
            panel.end_transfer(make_context(few.dataset, token=answer["token"]))
        if name == "view_count":
            objects = few.dataset.count("ground_truth.detections")
            assert answer["count"] == (objects if view is None else 0)
    for name, (params, words) in NOT_THERE.items():
        call = getattr(panel, name)
        answer = call(make_context(few.dataset, **params))
        assert words in answer.get("error", {"message": ""})["message"], (name, answer)


# -- the library

Call = Callable[[Few, Any, Any], Any]


def sorted_ids(few: Few, index: Any, view: Any, **params: Any) -> list[str]:
    index = index.use_view(few.dataset.view() if view is None else view)
    return index.sort_by_similarity(np.array(VECTOR), **params).values("id")


def searched(few: Few, index: Any, view: Any, **params: Any) -> SearchResult:
    return search_index(index, Query.of(vector=VECTOR), 3, samples=view, **params)


def neighbors(few: Few, index: Any, view: Any, **params: Any) -> Any:
    index = index.use_view(few.dataset.view() if view is None else view)
    return index._kneighbors(return_dists=True, **params)[0]


def near_duplicates(few: Few, index: Any, view: Any, **params: Any) -> list[str]:
    index = index.use_view(few.dataset.view() if view is None else view)
    index.find_duplicates(**params)
    assert not index.neighbors_map and not index.duplicates_view().count()
    return index.unique_ids


def most_unique(few: Few, index: Any, view: Any) -> list[str]:
    index = index.use_view(few.dataset.view() if view is None else view)
    index.find_unique(1)
    return index.unique_view().values("id")


# What finds the row, where there is one in the view
FINDING: dict[str, Call] = {
    "sort": lambda *of: sorted_ids(*of, k=3),
    "sort all": lambda *of: sorted_ids(*of),
    "sort backwards": lambda *of: sorted_ids(*of, k=3, reverse=True),
    "write distances": lambda *of: sorted_ids(*of, k=3, dist_field="dist"),
    "neighbors": lambda *of: neighbors(*of, query=np.array(VECTOR), k=3),
    "neighbors by several": lambda *of: neighbors(
        *of, query=np.ones((2, 4)), k=3, aggregation="post-min"
    ),
    "duplicates": lambda *of: near_duplicates(*of, thresh=0.1),
    "duplicates by fraction": lambda *of: near_duplicates(*of, fraction=0.5),
    "unique": most_unique,
    "search": lambda *of: searched(*of).ids,
    "search backwards": lambda *of: searched(*of, reverse=True).ids,
    "search by group": lambda *of: searched(*of, group_by="kind").ids,
}
OF_SAMPLES = [name for name in FINDING if name.startswith(("sort", "write", "neigh"))]
# What finds nothing, since it needs two
NEEDING_TWO: dict[str, Call] = {
    "groups": lambda few, index, view: (
        duplicates.find_groups(index, 0.1, view=view).ids
    ),
    "groups by fraction": lambda few, index, view: (
        duplicates.find_groups(index, fraction=0.5, view=view).ids
    ),
    "leaks": lambda few, index, view: (
        leaks.find_leaks(index, 0.1, field="kind", view=view).ids
    ),
    "outliers": lambda few, index, view: (
        label_outliers.find_outliers(index, "kind", view=view).ids
    ),
    "most unique": lambda few, index, view: unique.most_unique(index, 3, view=view).ids,
    "all neighbors": lambda *of: [list(one) for one in neighbors(*of)],
}


@pytest.mark.parametrize("view", [None, "none", "first", "others"])
@pytest.mark.parametrize("key", KEYS)
def test_each_function_finds_the_row_or_says_why_not(few, key, view):
    inside = few.kind == "one row" and view in (None, "first")
    index = runs.load(few.dataset, key)
    for name, call in FINDING.items():
        try:
            found = list(call(few, index, few.view(view)))
        except VectorSearchError as e:
            assert few.kind == "empty" and NEVER in str(e), (name, e)
        else:
            row = few.id if name in OF_SAMPLES else few.row(key)
            assert found == ([row] if inside else []), name
    for name, call in NEEDING_TWO.items():
        assert not any(call(few, index, few.view(view))), name


def test_a_result_without_a_row_is_a_result(few):
    if few.kind == "empty":
        return
    for key in KEYS:
        index = runs.load(few.dataset, key)
        none = searched(few, index, None, min_score=3.0)
        assert none.ids == []
        assert none.view.count() == 0
        assert write_scores(none, "none").rank_field is None
        assert fusion.fuse([none, none], 5).ids == []
        assert fusion.compare(none, none).rows == []
    found = searched(few, index, None, min_score=3.0, min_matches=2)
    assert found.sample_ids == found.matched == [] and found.scores.shape == (0,)


def test_an_index_gives_and_takes_nothing(few):
    for key in KEYS:
        index = runs.load(few.dataset, key)
        rows = 1 if few.kind == "one row" else 0
        for ids in (None, [few.id]):
            vectors, sample_ids, label_ids = index.get_embeddings(sample_ids=ids)
            assert len(vectors) == rows and sample_ids.tolist() == [few.id] * rows
            labels = [few.label_id] * rows if key == "objects" else None
            assert (None if label_ids is None else label_ids.tolist()) == labels
        assert len(index.get_embeddings(sample_ids=[])[0]) == 0
        near, _ = index._radius_neighbors(thresh=0.1, return_dists=True)
        assert [list(one) for one in near] == [[]] * rows
        index.add_to_index([], [])
        index.add_to_index(np.empty((0, 4)), [], [] if key == "objects" else None)
        index.remove_from_index(sample_ids=[])
        index.remove_from_index(sample_ids=["0" * 24])
        sizes = index.total_index_size, index.index_size, len(index.sample_ids)
        assert sizes == (rows, rows, rows)
