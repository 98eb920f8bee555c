"""Names that people choose: what can't be is refused in a sentence before anything is
done."""

from __future__ import annotations

from collections.abc import Iterator

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import names
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from harness import datasets
from harness.context import make_context
from harness.panel import CheckedPanel
from plugin.operators import OPERATORS

LONG = "x" * 2_000
OPERATOR = {operator().config.name: operator for operator in OPERATORS}


@pytest.fixture(scope="module")
def dataset() -> Iterator[fo.Dataset]:
    """Twenty samples in pairs of equal ones, with an index of them and of patches."""
    made = datasets.make_vectors_dataset(20, 8, 2)
    vectors = np.repeat(np.random.default_rng(0).normal(size=(10, 8)), 2, axis=0)
    common = {"backend": "milvus", "metric": "cosine"}
    fob.compute_similarity(made, brain_key="idx", embeddings=vectors, **common)
    fob.compute_similarity(
        made,
        brain_key="objects",
        patches_field="ground_truth",
        embeddings="embedding",
        **common,
    )
    made.save_view("My view", made.limit(3))
    yield made
    for key in runs.keys(made):
        runs.cleanup(made, key)
    made.delete()


@pytest.fixture
def unchanged(dataset) -> Iterator[fo.Dataset]:
    """The dataset, in which the test is to change nothing."""

    def state() -> list[object]:
        return [
            dataset.count_sample_tags(),
            dataset.count_label_tags(),
            dataset.list_saved_views(),
            list(dataset.get_field_schema(flat=True)),
            dataset.list_brain_runs(),
            dataset._max("last_modified_at"),
        ]

    before = state()
    yield dataset
    assert state() == before


def refused(name: str, dataset: fo.Dataset, words: str, /, **params) -> None:
    """Sees to it that an operator refuses what it gets, and that its form says so."""
    operator = OPERATOR[name]()
    form = operator.resolve_input(make_context(dataset, **params))
    errors = [p.error_message for p in form.type.properties.values() if p.invalid]
    assert any(words in error for error in errors), errors
    with pytest.raises(InvalidRequest, match=words):
        operator.answer(make_context(dataset, **params))


VIEWS = [
    ("My view", "a saved view 'My view' already. Type"),
    (" My view ", "a saved view 'My view' already. Type"),
    ("my-view", "has the same URL, 'my-view'"),
    ("MY VIEW!", "has the same URL, 'my-view'"),
    ("日本語", "no digit for a URL"),
    ("é", "no digit for a URL"),
    ("!!!", "no digit for a URL"),
    (LONG, "no digit for a URL"),
    ("   ", "Type a name for the view"),
]


@pytest.mark.parametrize(("name", "words"), VIEWS, ids=lambda v: repr(v)[:20])
def test_a_view_that_cannot_be_saved_is_refused_before_the_work(unchanged, name, words):
    with pytest.raises(ValueError):
        unchanged.save_view(name.strip(), unchanged.limit(1))
    for key in ("idx", "objects"):
        params = {"brain_key": key, "thresh": 0.01, "tag": "found", "save_view": name}
        refused("find_duplicates", unchanged, words, **params)
    params = {"brain_key": "idx", "other_dataset": unchanged.name, "other_key": "idx"}
    ids = unchanged.values("id")[:1]
    for copy in (True, False):
        more = {"ids": ids, "copy": copy, "tag": "found", "save_view": name}
        more["change_other"] = True
        with pytest.raises(InvalidRequest, match=words):
            OPERATOR["find_in_dataset"]().answer(
                make_context(unchanged, **params, **more)
            )
    panel, asked = CheckedPanel(), {"terms": [{"id": ids[0]}]}
    ctx = make_context(unchanged, brain_key="idx", query=asked, k=2)
    ctx = make_context(unchanged, token=panel.search(ctx)["token"], keep=2, name=name)
    assert words in panel.save_view(ctx)["error"]["message"]


def test_a_view_that_can_be_saved_is(dataset):
    params = {
        "brain_key": "idx",
        "thresh": 0.01,
        "tag": " found ",
        "save_view": " Mine ",
    }
    ctx = make_context(dataset, **params)
    done = OPERATOR["find_duplicates"]().answer(ctx)
    assert (done["tagged"], done["saved_view"]) == (10, "Mine")
    assert len(dataset.load_saved_view("Mine")) == 20
    assert dataset.count_sample_tags() == {"found": 10}
    dataset.delete_saved_view("Mine")
    dataset.untag_samples("found")


def test_a_name_that_was_taken_meanwhile_changes_nothing(dataset, monkeypatch):
    taken = dataset.limit(2)
    shown = IndexedSamples.shown

    def meanwhile(*args):
        dataset.save_view("Taken", taken)
        return shown(*args)

    monkeypatch.setattr(IndexedSamples, "shown", meanwhile)
    params = {"brain_key": "idx", "thresh": 0.01, "tag": "found", "save_view": "taken"}
    with pytest.raises(InvalidRequest, match="has the same URL, 'taken'"):
        OPERATOR["find_duplicates"]().answer(make_context(dataset, **params))
    assert dataset.count_sample_tags() == {}
    dataset.delete_saved_view("Taken")


@pytest.mark.parametrize("tag", ["  ", "\n"], ids=repr)
def test_a_tag_that_is_none_is_refused_before_the_work(unchanged, tag):
    params = {"brain_key": "idx", "thresh": 0.01, "tag": tag, "save_view": "new"}
    refused("find_duplicates", unchanged, "Type a tag", **params)
    refused("tag_results", unchanged, "Type a tag", tag=tag, scope="dataset")


@pytest.mark.parametrize("tag", [5, ["a"]], ids=repr)
@pytest.mark.parametrize("name", ["find_duplicates", "tag_results"])
def test_a_tag_that_is_no_text_is_refused_before_the_work(unchanged, name, tag):
    ctx = make_context(unchanged, brain_key="idx", thresh=0.01, tag=tag)
    for method in (OPERATOR[name]().resolve_input, OPERATOR[name]().answer):
        with pytest.raises(InvalidRequest, match="tag as a text, not"):
            method(ctx)


KEYS = [
    ("idx", "is in use"),
    ("1st", "can't be a brain key"),
    ("a b", "can't be a brain key"),
    ("a.b", "can't be a brain key"),
    (" new", "can't be a brain key"),
    ("$new", "can't be a brain key"),
    ("!!!", "can't be a brain key"),
    ("", "Give the index a brain key"),
]


@pytest.mark.parametrize(("key", "words"), KEYS, ids=repr)
def test_a_brain_key_that_cannot_be_is_refused_everywhere(
    unchanged, tmp_path, monkeypatch, key, words
):
    monkeypatch.setenv("FIFTYONE_MILVUS_EXPORT_DIRS", str(tmp_path))
    field = {"source": "field", "embeddings_field": "embeddings"}
    with pytest.raises(InvalidRequest, match=words):
        build.build(unchanged, key, build.Source(embeddings_field="embeddings"))
    if key:
        refused("rename_index", unchanged, words, brain_key="idx", new_brain_key=key)
    if key != "idx":
        refused("compute_index", unchanged, words, brain_key=key, **field)
    path = str(tmp_path / "index.parquet")
    ctx = make_context(unchanged, brain_key="idx", path=path)
    OPERATOR["export_index"]().answer(ctx)
    refused("import_index", unchanged, words, brain_key=key, path=path)


@pytest.mark.parametrize("key", ["日本語", "é", "_", "class"])
def test_a_brain_key_that_fiftyone_takes_can_be(dataset, key):
    built = build.build(dataset, key, build.Source(embeddings_field="embeddings"))
    assert built.rows == 20 and key in runs.keys(dataset)
    ids = runs.load(dataset, key).sort_by_similarity(dataset.first().id, k=1)
    assert ids.values("id") == [dataset.first().id]
    runs.cleanup(dataset, key)


FIELDS = [
    ("filepath", "exists, and no search wrote it"),
    ("id", "exists, and no search wrote it"),
    ("number", "exists, and no search wrote it"),
    ("ground_truth", "exists, and no search wrote it"),
    ("_mine", "can't name"),
    ("a.b", "can't name"),
    ("$a", "can't name"),
    ("a\0b", "can't name"),
    (" a", "can't name"),
    ("pk", "can't name"),
    ("  ", "Type a name"),
]


@pytest.mark.parametrize(("field", "words"), FIELDS, ids=repr)
def test_a_score_field_that_cannot_be_is_refused_before_the_search(
    unchanged, field, words
):
    ids = unchanged.values("id")[:1]
    params = {"brain_key": "idx", "ids": ids, "k": 3, "more": True}
    refused("search", unchanged, words, score_field=field, **params)


@pytest.mark.parametrize("field", ["label", "embedding", "undeclared", "a.b", "_a"])
def test_an_attribute_of_patches_that_is_there_is_not_overwritten(dataset, field):
    path = "ground_truth.detections.undeclared"
    first = dataset.first()
    first.ground_truth.detections[0]["undeclared"] = 5
    first.save()
    assert dataset.get_field(path) is None
    query = {"terms": [{"id": first.ground_truth.detections[0].id}]}
    params = {"brain_key": "objects", "query": query, "k": 3, "score_field": field}
    words = "can't name" if field in ("a.b", "_a") else "exists, and no search wrote it"
    with pytest.raises(InvalidRequest, match=words):
        OPERATOR["search"]().answer(make_context(dataset, **params))
    assert dataset.first().ground_truth.detections[0]["undeclared"] == 5


@pytest.mark.parametrize("field", ["my score", "日本語", "score-1"])
def test_a_score_field_that_fiftyone_takes_can_be(dataset, field):
    ids = dataset.values("id")[:1]
    params = {"brain_key": "idx", "ids": ids, "k": 3, "score_field": field}
    for _ in range(2):  # its own it may write again
        OPERATOR["search"]().answer(make_context(dataset, **params))
    assert dataset.count(field) == 3
    assert max(dataset.values(field), key=lambda v: v or 0) == pytest.approx(1)
    dataset.delete_sample_field(field)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "a name of 1 to 100 characters"),
        ("  ", "a name of 1 to 100 characters"),
        (LONG, "a name of 1 to 100 characters"),
        (5, "name as a text, not int"),
        (None, "name is missing"),
    ],
    ids=lambda value: repr(value)[:9],
)
def test_a_saved_search_needs_a_name(unchanged, name, words):
    query = {"terms": [{"id": unchanged.first().id}]}
    params = {"name": name, "params": {"brain_key": "idx", "query": query}}
    with pytest.raises(InvalidRequest, match=words):
        OPERATOR["save_search"]().answer(make_context(unchanged, **params))
    for good in ("日本語", "!!!", " é "):
        ctx = make_context(unchanged, **{**params, "name": good})
        assert OPERATOR["save_search"]().answer(ctx)["name"] == good.strip()


@pytest.mark.parametrize("name", ["1st", "a b", "a-b", "é", "a.b", "x" * 256, 5, "a\n"])
def test_a_collection_that_milvus_refuses_is_refused_here(unchanged, name):
    with pytest.raises(InvalidRequest, match="can't name a Milvus collection"):
        fob.compute_similarity(
            unchanged,
            brain_key="new",
            backend="milvus",
            collection_name=name,
            embeddings="embeddings",
        )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/no/such/folder/a.parquet", "is not in"),
        ("a\0b", "Enter the path of a file"),
        ("~nobody-here/a", "doesn't end in .parquet"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_reading(
    unchanged, path, words
):
    ctx = make_context(unchanged, brain_key="idx", path=path)
    with pytest.raises(InvalidRequest, match=words):
        OPERATOR["export_index"]().answer(ctx)
    ctx = make_context(unchanged, brain_key="new", path=path)
    with pytest.raises(InvalidRequest, match=words):
        OPERATOR["import_index"]().answer(ctx)


def test_the_checks_are_those_of_fiftyone(dataset):
    for name in ("My view", "my.view", "日本語", "a", "A+b", "é1", "-", "x" * 1_551):
        try:
            dataset._validate_saved_view_name(name)
            taken = False
        except ValueError:
            taken = True
        assert (names.saved_view_problem(dataset, name) is not None) == taken, name
