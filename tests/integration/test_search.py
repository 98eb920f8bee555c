"""A person's search: any restriction, metric, range and group against plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import hypothesis.strategies as st
import numpy as np
import pytest
from bson import ObjectId
from fiftyone import ViewField as F
from hypothesis import HealthCheck, Phase, given, settings

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import ids, view_ids
from fiftyone_milvus.dataset.ids import ViewIds, packed_ids, within
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.id_set import IdSet
from fiftyone_milvus.retrieval import cost_model, planner, plans
from fiftyone_milvus.searches.query import Query, Term
from fiftyone_milvus.searches.score_fields import write_scores
from fiftyone_milvus.store import collection, row_search
from fiftyone_milvus.store.collection_cache import CollectionCache
from fiftyone_milvus.store.rows import Rows
from fiftyone_milvus.tuning import tuned
from harness import datasets
from harness.datasets import clustered_vectors
from harness.oracle import distances, ranked
from harness.searching import search_index

COUNT, DIM, CLUSTERS = 400, 8, 8
METRICS = ("cosine", "euclidean", "dotproduct")
PLANS = ("overfetch", "id_filter", "fetch_and_rank", "full_scan")
ATOL = 1e-3
RUN = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # to shrink one failure would take minutes of Milvus
    suppress_health_check=list(HealthCheck),
)

VIEWS = {
    "everything": lambda d: None,
    "whole view": lambda d: d.match(F("number") >= 0),
    "one class": lambda d: d.match(F("cluster") == 3),
    "all but one class": lambda d: d.match(F("cluster") != 3),
    "half": lambda d: d.match(F("number") % 2 == 0),
    "few": lambda d: d.match(F("number") % 50 == 7),
    "chosen": lambda d: d.limit(60),
    "sorted": lambda d: d.sort_by("number", reverse=True).skip(100),
    "one": lambda d: d.match(F("number") == 123),
    "empty": lambda d: d.match(F("number") < 0),
}


@dataclass(frozen=True)
class World:
    dataset: Any
    indexes: dict[str, Any]
    ids: list[str]
    vectors: np.ndarray
    columns: dict[str, list[Any]]

    def inside(self, view) -> np.ndarray:
        """Which of the vectors are in a view, in their order."""
        kept = set(self.ids if view is None else view.values("id"))
        return np.array([i for i, id_ in enumerate(self.ids) if id_ in kept], int)


@pytest.fixture(scope="module")
def world(milvus_of_module):
    dataset = datasets.make_vectors_dataset(COUNT, DIM, CLUSTERS, seed=11)
    scenes = [None if i % 9 == 0 else f"scene {i % 23}" for i in range(COUNT)]
    dataset.set_values("scene", scenes)
    vectors = np.array(dataset.values("embeddings"), np.float32)
    indexes = {
        metric: fob.compute_similarity(
            dataset,
            brain_key=metric,
            backend="milvus",
            embeddings=vectors.copy(),
            metric=metric,
        )
        for metric in METRICS
    }
    indexes["patches"] = fob.compute_similarity(
        dataset,
        brain_key="patches",
        backend="milvus",
        patches_field="ground_truth",
        embeddings="embedding",
        metric="cosine",
    )
    columns = {name: dataset.values(name) for name in ("cluster", "scene")}
    yield World(dataset, indexes, dataset.values("id"), vectors, columns)
    for index in indexes.values():
        index.delete()
    dataset.delete()


@pytest.fixture
def cosine(world):
    return world.indexes["cosine"]


def query_of(world, row: int) -> Query:
    return Query.of(ids=(world.ids[row],))


# -- every plan


@RUN
@given(
    metric=st.sampled_from(METRICS),
    view=st.sampled_from([name for name in VIEWS if name != "everything"]),
    plan=st.sampled_from([None, *PLANS]),
    k=st.sampled_from([1, 5, 25, 150, 1_000]),
    reverse=st.booleans(),
    row=st.integers(0, COUNT - 1),
)
def test_every_plan_is_exact(milvus, world, metric, view, plan, k, reverse, row):
    samples = VIEWS[view](world.dataset)
    rows, among = (
        world.indexes[metric].rows,
        within(samples, IndexedSamples(world.dataset)),
    )
    query = world.vectors[row] * 1.1
    try:
        found = planner.nearest(
            rows, query[None], k, among=among, reverse=reverse, plan=plan
        )
    except InvalidRequest:
        # too few in the view, or no such search in this metric
        assert plan == "overfetch" or (plan == "id_filter" and reverse)
        return
    inside = world.inside(samples)
    exact = distances(metric, query, world.vectors[inside])
    check_order(found.matches[0], dict(zip(at(world, inside), exact, strict=True)))
    ranks = np.sort(exact)[::-1] if reverse else np.sort(exact)
    np.testing.assert_allclose(found.matches[0].dists, ranks[:k], atol=ATOL)
    assert plan in (None, found.plan.name) or found.plan.name == "empty"


@pytest.mark.parametrize("metric", METRICS)
def test_the_least_similar_in_a_view_by_every_plan(milvus, world, metric):
    samples = VIEWS["half"](world.dataset)
    rows, query = world.indexes[metric].rows, world.vectors[4]
    exact = distances(metric, query, world.vectors[world.inside(samples)])
    answered = set()
    for plan in PLANS:
        kwargs = {
            "among": within(samples, IndexedSamples(world.dataset)),
            "reverse": True,
            "plan": plan,
        }
        try:
            found = planner.nearest(rows, query[None], 7, **kwargs)
        except InvalidRequest:
            continue
        np.testing.assert_allclose(
            found.matches[0].dists, np.sort(exact)[::-1][:7], atol=ATOL
        )
        answered.add(plan)
    by_opposite = set() if metric == "euclidean" else {"id_filter"}
    if metric != "euclidean" and milvus.kind == "lite":
        by_opposite.add("overfetch")
    assert answered == {"fetch_and_rank", "full_scan", *by_opposite}


def at(world, inds) -> list[str]:
    return [world.ids[i] for i in inds]


def check_order(matches, exact: dict[str, float]) -> None:
    assert len(set(matches.ids)) == len(matches.ids)
    assert set(matches.ids) <= set(exact)
    np.testing.assert_allclose(
        matches.dists, [exact[i] for i in matches.ids], atol=ATOL
    )


def test_the_plan_says_why_and_where_the_time_went(milvus, world, cosine):
    found = search_index(
        cosine, query_of(world, 3), 5, samples=VIEWS["half"](world.dataset)
    )
    assert found.plan.exact == (milvus.kind == "lite" or found.plan.name != "overfetch")
    assert "ms" in found.plan.reason
    spent = found.plan.seconds
    assert spent.milvus > 0
    assert spent.ids + spent.milvus + spent.ranking <= found.seconds


# -- every condition


@st.composite
def conditions(draw):
    low, high = sorted(draw(st.tuples(st.integers(0, 20), st.integers(0, 20))))
    return {
        "low": low if draw(st.booleans()) else None,
        "high": high if draw(st.booleans()) else None,
        "group_by": draw(st.sampled_from([None, None, "cluster", "scene"])),
        "excluded": draw(st.sampled_from([0, 0, 1, 30])),
        "exclude_query": draw(st.booleans()),
    }


@RUN
@given(
    metric=st.sampled_from(METRICS),
    view=st.sampled_from(list(VIEWS)),
    k=st.sampled_from([1, 5, 25, 150, 1_000]),
    reverse=st.booleans(),
    row=st.integers(0, COUNT - 1),
    asked=conditions(),
)
def test_every_condition_holds(milvus, world, metric, view, k, reverse, row, asked):
    samples = VIEWS[view](world.dataset)
    inside = world.inside(samples)
    every = values_of(metric, world.vectors[row], world.vectors)
    low, high = (cut(every, asked[name]) for name in ("low", "high"))
    order = sorted(range(COUNT), key=lambda i: every[i])
    excluded = at(world, order[-asked["excluded"] :] if asked["excluded"] else [])
    result = search_index(
        world.indexes[metric],
        query_of(world, row),
        k,
        samples=samples,
        reverse=reverse,
        min_score=low,
        max_score=high,
        group_by=asked["group_by"],
        exclude=excluded,
        exclude_query=asked["exclude_query"],
    )
    gone = {*excluded, *([world.ids[row]] if asked["exclude_query"] else [])}
    left = [
        i
        for i in inside
        if world.ids[i] not in gone
        and (low is None or every[i] >= low)
        and (high is None or every[i] <= high)
    ]
    sign = 1 if (metric == "euclidean") != reverse else -1
    left.sort(key=lambda i: sign * every[i])
    groups = group_of(world, asked["group_by"])
    left = list({groups[i]: i for i in reversed(left)}.values())
    left.sort(key=lambda i: sign * every[i])
    np.testing.assert_allclose(result.scores, every[left[:k]], atol=ATOL)
    rows = [world.ids.index(id_) for id_ in result.ids]
    np.testing.assert_allclose(result.scores, every[rows], atol=ATOL)
    assert set(rows) <= set(inside.tolist())
    assert not gone & set(result.ids)
    assert len({groups[i] for i in rows}) == len(rows)


def values_of(metric, query, vectors) -> np.ndarray:
    dists = distances(metric, query, vectors)
    return dists if metric == "euclidean" else 1 - dists


def cut(values, twentieth: int | None) -> float | None:
    """A score between two of the values, so that rounding doesn't matter."""
    if twentieth is None:
        return None
    ranks = np.sort(values)
    i = min(len(ranks) - 2, twentieth * len(ranks) // 20)
    steps = np.diff(ranks[i : i + 20])
    i += int(np.argmax(steps))
    return float(ranks[i] + ranks[i + 1]) / 2


def group_of(world, by: str | None) -> list[Any]:
    if by is None:
        return list(range(COUNT))
    return [(i,) if v is None else v for i, v in enumerate(world.columns[by])]


def test_groups_are_searched_for_until_the_index_ends(milvus, world, cosine):
    result = search_index(cosine, query_of(world, 3), 25, group_by="cluster")
    assert len(result.ids) == CLUSTERS
    exact = distances("cosine", world.vectors[3], world.vectors)
    clusters = np.array(world.columns["cluster"])
    best = sorted(exact[clusters == c].min() for c in range(CLUSTERS))
    np.testing.assert_allclose(1 - result.scores, best, atol=ATOL)


def test_patches_are_grouped_by_sample(milvus, world):
    index = world.indexes["patches"]
    query = Query.of(ids=(world.dataset.first().ground_truth.detections[0].id,))
    result = search_index(index, query, COUNT, group_by="sample")
    assert sorted(result.sample_ids) == sorted(world.ids)
    everything = search_index(index, query, 3 * COUNT)
    best = dict(
        zip(reversed(everything.sample_ids), reversed(everything.ids), strict=True)
    )
    assert result.ids == list(best.values())[::-1] or set(result.ids) == set(
        best.values()
    )
    by_cluster = search_index(index, query, 50, group_by="cluster")
    assert len(by_cluster.ids) == CLUSTERS


def test_a_patch_is_excluded_with_its_sample(milvus, world):
    sample = world.dataset.skip(5).first()
    query = Query.of(ids=(sample.ground_truth.detections[0].id,))
    result = search_index(world.indexes["patches"], query, 1_000, exclude=[sample.id])
    assert sample.id not in result.sample_ids
    assert len(set(result.sample_ids)) == COUNT - 1


def test_grouped_datasets_give_one_match_a_group(milvus):
    with datasets.paired_index(12, "scene") as made:
        query = Query.of(vector=made.vectors[0])
        result = search_index(made.index, query, 24, group_by="group")
        exact = distances("cosine", made.vectors[0], made.vectors)
        exact = exact.reshape(12, 2).min(axis=1)
        np.testing.assert_allclose(1 - result.scores, np.sort(exact), atol=ATOL)
        assert len(set(made.flat.select(result.ids).values("scene.id"))) == 12


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"group_by": "nonsense"}, "no field 'nonsense'"),
        ({"group_by": "sample"}, "another sample already"),
        ({"group_by": "tags"}, "doesn't have one text"),
        ({"min_score": 0.5, "max_score": 0.1}, "Swap the limits"),
        ({"min_score": float("nan")}, "min_score as a number"),
        ({"k": 0}, "1 or more"),
    ],
)
def test_what_makes_no_sense_is_refused(milvus, world, cosine, kwargs, says):
    with pytest.raises(InvalidRequest, match=says):
        search_index(cosine, query_of(world, 0), **{"k": 5, **kwargs})


def test_the_whole_index_is_ranked(milvus, world, cosine):
    result = search_index(cosine, query_of(world, 8), 10_000)
    exact = distances("cosine", world.vectors[8], world.vectors)
    found = [exact[world.ids.index(id_)] for id_ in result.ids]
    np.testing.assert_allclose(found, np.sort(exact), atol=ATOL)


# -- freshness of views


@tuned(SETTLED=timedelta(0))
def test_a_view_is_kept_and_follows_its_dataset(milvus, world, cosine):
    dataset = world.dataset
    view = dataset.match(F("cluster") == 5)

    def found() -> list[str]:
        result = search_index(cosine, query_of(world, 5), COUNT, samples=view)
        return sorted(result.ids)

    before = found()
    assert found() == before
    assert within(view, IndexedSamples(dataset)) is within(
        dataset.match(F("cluster") == 5), IndexedSamples(dataset)
    )
    sample = dataset[world.ids[0]]
    sample["cluster"] = 5
    sample.save()
    assert found() == sorted([*before, sample.id])
    sample["cluster"] = 0
    sample.save()
    assert found() == before


@tuned(SETTLED=timedelta(0))
def test_a_deleted_sample_leaves_a_kept_view(milvus, world):
    dataset = datasets.make_vectors_dataset(30, DIM, 3)
    view = dataset.match(F("cluster") == 1)
    before = within(view, IndexedSamples(dataset)).ids
    assert within(view, IndexedSamples(dataset)).known is before
    first, second, *others = before
    dataset.delete_samples([first, second])
    assert list(within(view, IndexedSamples(dataset)).ids) == others
    dataset.delete()


def test_a_view_just_changed_is_not_kept(milvus, world):
    dataset = datasets.make_vectors_dataset(10, DIM, 2)
    view = dataset.match(F("cluster") == 1)
    assert within(view, IndexedSamples(dataset)) is not within(
        view, IndexedSamples(dataset)
    )
    dataset.delete()


@tuned(SETTLED=timedelta(0))
def test_views_are_kept_within_some_memory(milvus, world, monkeypatch):
    monkeypatch.setattr(view_ids, "KEPT_BYTES", 2 * 12 * COUNT // CLUSTERS + 1)
    indexed = IndexedSamples(world.dataset)
    views = [world.dataset.match(F("cluster") == number) for number in range(4)]
    view_ids.forget()
    kept = []
    for view in views:
        kept.append(within(view, indexed))
        assert len(kept[-1].ids) == COUNT // CLUSTERS
    assert within(views[3], indexed) is kept[3]
    assert within(views[0], indexed) is not kept[0]


# -- an index that isn't ready yet


def test_a_view_far_from_the_query_is_exact_before_the_index_is_built(
    standalone, monkeypatch
):
    """Milvus then searches by a makeshift index, which finds nothing there."""
    monkeypatch.setenv("FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI", standalone.uri)
    vectors, labels = clustered_vectors(20_000, 256, 50, seed=5)
    inside = np.flatnonzero(labels == 9)
    others = np.flatnonzero(labels != 9)
    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(f"/f/{i}.jpg") for i in inside], progress=False)
    sample = fo.Sample("/f/other.jpg")
    dataset.add_sample(sample)
    index = fob.compute_similarity(
        dataset,
        brain_key="fresh",
        backend="milvus",
        embeddings=vectors[[*inside, 0]],
        metric="cosine",
    )
    ids = [str(ObjectId()) for _ in others]
    index.rows.upsert(Rows(ids, ids, vectors[others]))
    try:
        far = dataset.exclude(sample.id)
        exact = distances("cosine", vectors[0], vectors[inside])
        wanted = ranked(exact, far.values("id"))[:25]
        result = search_index(index, Query.of(vector=vectors[0]), 25, samples=far)
        assert set(result.ids) == set(wanted)
        assert result.plan.exact
    finally:
        index.delete()
        dataset.delete()


# -- fields of scores


@pytest.fixture
def scored(world):
    yield world.dataset
    for field in ("near", "near_rank"):
        if world.dataset.has_field(field):
            world.dataset.delete_sample_field(field)
        for_labels = f"ground_truth.detections.{field}"
        if world.dataset.get_field(for_labels) is not None:
            world.dataset.delete_sample_field(for_labels)


@tuned(MAX_SELECTED=1)
def test_scores_and_ranks_become_fields(milvus, world, cosine, scored):
    result = search_index(cosine, query_of(world, 2), 30)
    result = write_scores(result, "near")
    shown = scored.select(result.ids, ordered=True)
    np.testing.assert_allclose(shown.values("near"), result.scores)
    assert shown.values("near_rank") == list(range(1, 31))
    assert "near_rank" in scored.get_index_information()
    assert result.view.values("id") == result.ids


@tuned(MAX_SELECTED=1)
def test_the_next_scores_replace_the_last(milvus, world, cosine, scored):
    for row in (2, 3):
        result = search_index(cosine, query_of(world, row), 30)
        result = write_scores(result, "near")
    assert sorted(scored.exists("near").values("id")) == sorted(result.ids)
    assert result.view.values("id") == result.ids


@tuned(MAX_SELECTED=1)
def test_scores_of_patches_go_to_their_labels(milvus, world, scored):
    index = world.indexes["patches"]
    labels = world.dataset.values("ground_truth.detections.id", unwind=True)
    for label in labels[:2]:
        result = search_index(index, Query.of(ids=(label,)), 20)
        result = write_scores(result, "near")
    found = dict(
        zip(
            labels,
            scored.values("ground_truth.detections.near", unwind=True),
            strict=True,
        )
    )
    written = {id_: value for id_, value in found.items() if value is not None}
    wanted = dict(zip(result.ids, result.scores.tolist(), strict=True))
    assert written == pytest.approx(wanted)
    assert result.view.values("id") == result.ids


@tuned(MAX_SELECTED=20)
def test_many_matches_get_ranks_unasked(milvus, world, cosine, scored):
    result = search_index(cosine, query_of(world, 2), 20)
    assert write_scores(result, "near").rank_field is None
    result = search_index(cosine, query_of(world, 2), 21)
    assert write_scores(result, "near").rank_field == "near_rank"
    assert scored.exists("near_rank").count() == 21


def test_a_field_of_ones_own_is_not_written_over(milvus, world, cosine):
    result = search_index(cosine, query_of(world, 2), 5)
    with pytest.raises(InvalidRequest, match="no search wrote it"):
        write_scores(result, "number")
    with pytest.raises(InvalidRequest, match="can't name a field"):
        write_scores(result, "a.b")
    assert world.dataset.values("number") == list(range(COUNT))


# -- what it asks


def test_how_rows_are_indexed_is_asked_now_and_then(milvus, world, monkeypatch):
    """Milvus Lite goes through all rows to say it."""
    index = world.indexes["cosine"]
    milvus_client, asked = index.client, []
    describe = milvus_client.describe_index

    def counted(*args: Any, **kwargs: Any) -> Any:
        asked.append(args)
        return describe(*args, **kwargs)

    def search_again() -> None:
        loaded = runs.load(world.dataset, index.key)
        search_index(loaded, Query((Term(id=world.ids[0]),)), 5)

    monkeypatch.setattr(milvus_client, "describe_index", counted)
    monkeypatch.setattr(collection, "_built", CollectionCache(600))
    search_again()
    asked.clear()
    for _ in range(2):
        search_again()
    assert asked == []
    monkeypatch.setattr(collection, "_built", CollectionCache(0))
    search_again()
    assert asked


def test_ids_of_a_view_are_sent_however_many_they_are(cosine, world):
    among = ViewIds(world.dataset, None)
    packed = np.random.default_rng(0).integers(0, 256, (500_000, 12), np.uint8)
    among.known = IdSet(packed)
    query = np.ones((1, cosine.rows.collection.dimension()), np.float32)
    task = plans.Task(cosine.rows, query, 5, among)
    options = planner._options(task, planner._Attempts())
    assert "id_filter" in {option.name for option in options}


@pytest.mark.parametrize(
    ("key", "view"),
    [
        ("cosine", lambda d: d.match(F("number") % 2 == 0)),
        ("patches", lambda d: d.match(F("number") % 2 == 0)),
        ("patches", lambda d: d.to_patches("ground_truth").skip(99)),
    ],
    ids=["samples", "labels", "patches"],
)
def test_an_overfetch_asks_about_its_matches_alone(
    milvus, world, monkeypatch, key, view
):
    """In an index that is large, where it is the first plan."""
    asked = []

    def noted(samples: Any, field: Any = None, where: Any = None) -> np.ndarray:
        asked.append(where)
        return packed_ids(samples, field, where)

    monkeypatch.setattr(ids, "packed_ids", noted)
    monkeypatch.setattr(ids, "IDS_AT_ONCE", 50)
    monkeypatch.setattr(cost_model, "size", lambda collection: 1_000_000)
    index = world.indexes[key]
    among = ViewIds(view(world.dataset), index.config.patches_field)
    found = planner.nearest(index.rows, world.vectors[:1], 40, among=among)
    assert found.plan.name == "overfetch"
    assert among.known is None
    assert len(asked) > 1 and None not in asked


@pytest.mark.on_lite
def test_ids_are_read_once_searches_without_them_took_as_long(
    milvus, world, cosine, monkeypatch
):
    """In an index that is large, where reading them takes long."""
    monkeypatch.setattr(cost_model, "size", lambda collection: 1_000_000)
    among = ViewIds(world.dataset.match(F("number") % 100 == 0), None)
    query = world.vectors[:1]

    def plan() -> str:
        return planner.nearest(cosine.rows, query, 3, among=among).plan.name

    assert plan() == "overfetch" and among.known is None
    spent, share = among.seconds_without_ids, among.share_seen
    assert spent > 0 and 0 < share < 0.05
    calls, overfetch = [], plans.overfetch

    def noted(task: plans.Task, count: int) -> Any:
        calls.append(count)
        return overfetch(task, count)

    monkeypatch.setattr(plans, "overfetch", noted)
    assert plan() == "overfetch" and among.seconds_without_ids > spent
    assert len(calls) == 1  # it knows how many to take
    among.seconds_without_ids = 1e9
    assert plan() == "fetch_and_rank" and among.known is not None


@pytest.mark.on_lite
def test_primary_keys_that_are_no_ids_are_in_no_view(milvus, world, cosine):
    view = world.dataset.match(F("number") < 300)
    query, keys = world.vectors[:1], ["cat.jpg", "A" * 24]
    exact = distances("cosine", query[0], world.vectors[:300])
    wanted = ranked(exact, world.ids[:300])[:10]
    cosine.rows.upsert(Rows(keys, keys, query.repeat(2, axis=0)))
    try:
        assert set(keys) < set(row_search.search(cosine.rows, query, 10)[0].ids)
        for plan in PLANS:
            among = ViewIds(view, None)
            found = planner.nearest(cosine.rows, query, 10, among=among, plan=plan)
            assert (plan, found.matches[0].ids) == (plan, wanted)
    finally:
        cosine.rows.delete(keys)
