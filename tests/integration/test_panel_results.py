"""What the panel shows of results: the captions and objects of tiles, the query among
its own results, and how the scores are distributed."""

import datetime

import fiftyone as fo
import numpy as np
import pytest
from fiftyone.core.collections import SampleCollection

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches import index_sample
from harness.context import make_context, triggered
from harness.panel import CheckedPanel
from plugin.panels import captions, score_histogram

pytestmark = pytest.mark.on_lite

panel = CheckedPanel()
PATCHES = build.Source(embeddings_field="embedding")


@pytest.fixture
def patches(dataset):
    """The dataset, with an index of its objects."""
    build.build(dataset, "p", PATCHES, patches_field="ground_truth")
    return dataset


def search_for(dataset, *ids, **params):
    """A search for rows of an index, by default of samples."""
    query = {"terms": [{"id": id_} for id_ in ids or dataset.values("id")[:1]]}
    asked = {"brain_key": "idx", "query": query, "k": 10, "scope": "dataset", **params}
    return panel.search(make_context(dataset, **asked))


def page(dataset, found, **params):
    asked = {"token": found["token"], "start": 0, **params}
    return panel.next_results(make_context(dataset, **asked))


def captions_of(dataset, found, field) -> list[str]:
    results = page(dataset, found, caption=field)["results"]
    return [result["caption"] for result in results]


# -- captions


def test_a_sample_is_captioned_by_its_file_and_a_patch_by_its_label(indexed, patches):
    for result in search_for(indexed)["results"]:
        assert result["caption"] == result["filepath"].rpartition("/")[2]
    object_ = patches.first().ground_truth.detections[0]
    for result in search_for(patches, object_.id, brain_key="p")["results"]:
        assert result["caption"] == result["label"] != ""


def test_a_tile_shows_any_field_in_words(indexed):
    values = {
        "named": "a  long\nname " * 20,
        "score": 0.123456,
        "seen": True,
        "on": datetime.date(2024, 2, 29),
        "words": ["a", "b"],
        "kind": fo.Classification(label="cat"),
    }
    found = search_for(indexed)
    first = indexed[found["results"][0]["id"]]
    for name, value in values.items():
        first[name] = value
    first.save()
    expected = {
        "score": "0.1235",
        "seen": "yes",
        "on": "2024-02-29",
        "words": "a, b",
        "kind.label": "cat",
        "filepath": first.filename,
    }
    for field, text in expected.items():
        shown = captions_of(indexed, found, field)
        assert shown[0] == text
        assert field == "filepath" or set(shown[1:]) == {""}
    long = captions_of(indexed, found, "named")[0]
    assert long.startswith("a long name a long") and len(long) == captions.MAX_LENGTH
    labels = captions_of(indexed, found, "ground_truth.detections.label")
    of_first = [each.label for each in first.ground_truth.detections]
    assert labels[0] == ", ".join(of_first)


def test_only_fields_that_can_be_shown_are_offered_and_taken(indexed):
    found = search_for(indexed)
    ctx = make_context(indexed, token=found["token"])
    offered = panel.caption_fields(ctx)["fields"]
    assert {"filepath", "cluster", "ground_truth.detections.label"} <= set(offered)
    assert not {"id", "embeddings", "ground_truth.detections.bounding_box"} & {*offered}
    for field in ("embeddings", "_id", "$where", "nope"):
        error = page(indexed, found, caption=field)["error"]["message"]
        assert "Choose another under View" in error


def test_a_patch_shows_what_it_has_and_what_its_sample_has(patches):
    object_ = patches.first().ground_truth.detections[0]
    found = search_for(patches, object_.id, brain_key="p")
    fields = panel.caption_fields(make_context(patches, token=found["token"]))["fields"]
    assert {"ground_truth.label", "cluster"} <= set(fields)
    shown = captions_of(patches, found, "ground_truth.label")
    assert shown == [result["label"] for result in found["results"]]
    clusters = [str(patches[r["sample_id"]]["cluster"]) for r in found["results"]]
    assert captions_of(patches, found, "cluster") == clusters


def test_captions_are_read_in_one_query_for_a_page(indexed, monkeypatch):
    found, queries = search_for(indexed, k=50), []
    values = SampleCollection.values
    monkeypatch.setattr(
        SampleCollection,
        "values",
        lambda *args: queries.append(args) or values(*args),
    )
    page(indexed, found)
    without = len(queries)
    page(indexed, found, caption="cluster")
    assert without > 0 and len(queries) == 2 * without + 1


def test_images_found_by_their_objects_have_the_boxes_of_these(patches):
    objects = patches.first().ground_truth.detections
    found = search_for(patches, objects[0].id, brain_key="p", min_matches=2, k=3)
    by_id = {
        each.id: each.bounding_box
        for sample in patches
        for each in sample.ground_truth.detections
    }
    assert len(found["results"]) == 3
    for result in found["results"]:
        assert len(result["objects"]) == 2 and result["box"] is None
        assert all(box in by_id.values() for box in result["objects"])
    assert (
        search_for(patches, objects[0].id, brain_key="p")["results"][0]["objects"] == []
    )


# -- the query among its results


def test_the_query_is_marked_and_not_counted_in_the_histogram(indexed):
    first, second = indexed.values("id")[:2]
    found = search_for(indexed, first, second, k=100)
    own = [result["id"] for result in found["results"] if result["is_query"]]
    assert set(own) == {first, second}
    histogram = found["histogram"]
    assert sum(histogram["counts"]) == 98 and histogram["ends"][-1] == 100
    others = [r["score"] for r in found["results"] if not r["is_query"]]
    assert (histogram["first"], histogram["last"]) == (others[0], others[-1])
    # each end is where the last result of the bin is
    bins = np.cumsum(histogram["counts"])
    for count, end in zip(bins[:-1], histogram["ends"][:-1], strict=True):
        kept = found["results"][:end]
        assert sum(not result["is_query"] for result in kept) == count

    left_out = search_for(indexed, first, second, exclude_query=True)
    assert not any(result["is_query"] for result in left_out["results"])
    assert sum(left_out["histogram"]["counts"]) == 10


def test_a_patch_that_is_the_query_marks_the_image_that_it_finds(patches):
    sample = patches.first()
    object_ = sample.ground_truth.detections[0]
    found = search_for(patches, object_.id, brain_key="p", min_matches=1, k=3)
    marked = [result["id"] for result in found["results"] if result["is_query"]]
    assert marked == [sample.id]


# -- the scores of the whole index


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_scores_of_the_whole_index_are_behind_those_of_the_results(dataset, metric):
    source = build.Source(embeddings_field="embeddings")
    build.build(dataset, "idx", source, metric=metric)
    found = search_for(dataset, k=20)
    ctx = make_context(dataset, token=found["token"])
    background = panel.score_background(ctx)["background"]
    # the whole index is sampled, of which these were the nearest, and the query
    everything = search_for(dataset, k=100)["results"]
    scores = np.array([result["score"] for result in everything])
    assert sum(background["within"]) == 19
    assert sum(background["beyond"]) == 80
    assert len(background["beyond"]) <= score_histogram.MOST_BEYOND
    assert background["last"] == pytest.approx(scores[-1], abs=1e-5)
    assert panel.score_background(ctx)["background"] == background


def test_where_scores_are_not_comparable_there_is_no_background(indexed, patches):
    object_ = patches.first().ground_truth.detections[0]
    asked = {"brain_key": "p", "k": 5}
    for found in (
        search_for(patches, object_.id, **asked, min_matches=2),
        search_for(indexed, k=1),
    ):
        ctx = make_context(indexed, token=found["token"])
        assert panel.score_background(ctx)["background"] is None


def test_the_vectors_that_stand_for_an_index_are_few_and_read_once(
    patches, monkeypatch
):
    monkeypatch.setattr(index_sample, "SAMPLED", 30)
    index = runs.load(patches, "p")
    vectors = index_sample.vectors(index)
    assert vectors.shape == (30, index.rows.collection.dimension())
    monkeypatch.setattr(index_sample, "_read", None)
    assert index_sample.vectors(index) is vectors


# -- a clear gap


def test_a_clear_gap_between_the_scores_is_found():
    near = [0.9, 0.89, 0.87, 0.86]
    far = [0.5, 0.49, 0.47, 0.46, 0.45, 0.43]
    assert score_histogram.clear_gap(np.array(near + far)) == 4
    assert score_histogram.clear_gap(-np.array(near + far)) == 4
    assert score_histogram.clear_gap(np.array([0.99, *far])) == 1


@pytest.mark.parametrize(
    "scores",
    [
        np.linspace(1, 0, 20),
        np.full(9, 0.5),
        1 / np.arange(1, 30),  # ever smaller gaps
        np.array([0.9, 0.8, 0.5, 0.4, 0.1, 0.05]),  # two that are as large
        np.array([0.9, 0.89, 0.88, 0.87, 0.2]),  # one that is much worse
        np.array([0.9, 0.1]),
        np.array([]),
    ],
    ids=["even", "equal", "tail", "two", "worst", "few", "none"],
)
def test_without_a_clear_gap_none_is_named(scores):
    assert score_histogram.clear_gap(scores) is None


def test_random_scores_seldom_have_a_clear_gap():
    random = np.random.default_rng(5)
    draws = (random.normal, random.exponential, random.uniform)
    found = [
        score_histogram.clear_gap(np.sort(draw(size=2_000))[::-1][:25])
        for draw in draws
        for _ in range(200)
    ]
    assert sum(each is not None for each in found) < 0.05 * len(found)


def test_the_gap_is_told_as_how_many_results_are_before_it(indexed):
    own = indexed.match(fo.ViewField("cluster") == indexed.first().cluster)
    histogram = search_for(indexed, k=len(own) + 10)["histogram"]
    # the query is one of them
    assert histogram["gap"] == len(own)


# -- beside another ranking


def compare(dataset, found, **params):
    return panel.compare_results(make_context(dataset, token=found["token"], **params))


def test_the_same_search_of_another_index_is_beside_the_results(indexed):
    source = build.Source(embeddings_field="embeddings")
    build.build(indexed, "other", source, metric="euclidean")
    query = indexed.values("id")[0]
    found = search_for(indexed, query, k=12)
    ctx = make_context(indexed, token=found["token"], other="other")
    compared = panel.compare_results(ctx)
    assert triggered(ctx, "set_view") == []
    assert len(panel.search_history(make_context(indexed, skip=0))["searches"]) == 1
    other = search_for(indexed, query, brain_key="other", k=12)
    columns = (("first", found, other), ("second", other, found))
    for name, own, beside in columns:
        ranks = {result["id"]: result["rank"] for result in beside["results"]}
        assert [(r["id"], r["rank"], r["other_rank"]) for r in compared[name]] == [
            (r["id"], r["rank"], ranks.get(r["id"])) for r in own["results"]
        ]
        assert compared[name][0]["caption"] == indexed[query].filename
    common = {r["id"] for r in found["results"]} & {r["id"] for r in other["results"]}
    assert compared["overlap"] == pytest.approx(len(common) / 12, abs=1e-6)


def test_an_earlier_search_is_beside_the_results(indexed):
    first, second = indexed.values("id")[:2]
    search_for(indexed, first)
    [past] = panel.search_history(make_context(indexed, skip=0))["searches"]
    found = search_for(indexed, second)
    compared = compare(indexed, found, id=past["id"])
    assert compared["first"][0]["id"] == second
    assert compared["second"][0]["id"] == first
    # they are of two clusters
    assert compared["overlap"] == 0
    assert {r["other_rank"] for r in compared["first"] + compared["second"]} == {None}


def test_patches_and_samples_are_compared_as_samples(indexed, patches):
    vector = {"query": {"terms": [{"vector": [1.0] * 16}]}}
    found = search_for(patches, brain_key="p", **vector)
    objects = compare(patches, found, other="p")
    assert objects["overlap"] == 1
    assert objects["first"][0]["box"] is not None
    samples = compare(patches, found, other="idx")
    ids = set(patches.values("id"))
    assert {r["id"] for r in samples["first"] + samples["second"]} <= ids


def test_what_cannot_be_compared_answers_with_a_sentence(indexed):
    found = search_for(indexed)
    for params, words in (
        ({"other": "nope"}, "no Milvus index 'nope'"),
        ({"id": "nope"}, "no longer in the history"),
        ({}, "The parameter id is missing"),
    ):
        assert words in compare(indexed, found, **params)["error"]["message"]


# -- a score field


def test_a_score_field_is_shown_in_the_grid_beside_what_was_shown(indexed, patches):
    asked = {"query": {"terms": [{"vector": [1.0] * 16}]}, "k": 5}
    ctx = make_context(indexed, brain_key="idx", score_field="near", **asked)
    ctx.request_params["active_fields"] = ["ground_truth", "near"]
    panel.search(ctx)
    shown = {"fields": ["ground_truth", "near"]}
    assert triggered(ctx, "set_active_fields") == [shown]
    # of patches it is an attribute of the label
    ctx = make_context(patches, brain_key="p", score_field="near", **asked)
    panel.search(ctx)
    assert triggered(ctx, "set_active_fields") == []
