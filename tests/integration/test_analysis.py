"""Groups, leaks, outliers, the most unique, and other datasets: beside plain numpy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest
from fiftyone import ViewField as F
from fiftyone.operators.delegated import DelegatedOperationService

from fiftyone_milvus.analysis import (
    cross_dataset,
    duplicates,
    label_outliers,
    leaks,
    tagging,
    unique,
)
from fiftyone_milvus.errors import Cancelled, InvalidRequest
from fiftyone_milvus.store import client
from fiftyone_milvus.tuning import tuned
from harness.context import PLUGIN, execute, make_context
from harness.oracle import distances
from harness.worker import DelegatedWorker

COUNT, DIM, COPIES = 240, 16, 40
THRESH = 0.02
SPLITS = ("train", "val", "test")


@dataclass
class Made:
    """Random vectors, the last of which are nearly equal to the first, in a dataset
    with an index of samples (``images``) and one of patches (``objects``)."""

    dataset: fo.Dataset
    vectors: np.ndarray
    ids: list[str]
    label_ids: list[str]
    index: Any
    patches: Any

    def distances(self) -> np.ndarray:
        """``(n, n)``, infinite to themselves."""
        found = np.array([distances("cosine", v, self.vectors) for v in self.vectors])
        np.fill_diagonal(found, np.inf)
        return found


def make_vectors() -> np.ndarray:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(COUNT, DIM))
    vectors[-COPIES:] = vectors[:COPIES] + 0.02 * rng.normal(size=(COPIES, DIM))
    vectors[COPIES : COPIES + 3] = vectors[0]
    return vectors.astype(np.float32)


def label_of(vector: np.ndarray) -> str:
    return "cat" if vector[0] > 0 else "dog"


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    vectors = make_vectors()
    dataset = fo.Dataset()
    samples = []
    for i, vector in enumerate(vectors):
        kind = label_of(vector)
        box = fo.Detection(label=kind, bounding_box=[0, 0, 1, 1], embedding=vector)
        samples.append(
            fo.Sample(
                filepath=f"/images/{i}.png",
                number=i,
                tags=[SPLITS[i % 3]] if i % 10 else [],
                split=SPLITS[i % 3],
                kind=fo.Classification(label="dog" if i in (7, 9) else kind),
                objects=fo.Detections(detections=[box]),
            )
        )
    samples[11].kind = None
    dataset.add_samples(samples, progress=False)
    dataset.add_sample_field("objects.detections.embedding", fo.VectorField)
    index, patches = (
        fob.compute_similarity(
            dataset,
            brain_key=key,
            backend="milvus",
            metric="cosine",
            embeddings=embeddings,
            patches_field=field,
        )
        for key, embeddings, field in (
            ("images", vectors, None),
            ("objects", "embedding", "objects"),
        )
    )
    ids, label_ids = dataset.values(["id", "objects.detections.id"])
    yield Made(dataset, vectors, ids, [one[0] for one in label_ids], index, patches)
    index.delete()
    patches.delete()
    dataset.delete()


@pytest.fixture
def dataset(made) -> Iterator[fo.Dataset]:
    yield made.dataset
    for tag in ("found", "seen"):
        made.dataset.untag_samples(tag)
        made.dataset.untag_labels(tag, label_fields="objects")
    made.dataset.delete_saved_views()


def components(near: np.ndarray) -> list[list[int]]:
    reach = near | np.eye(len(near), dtype=bool)
    while (more := reach @ reach).sum() > reach.sum():
        reach = more
    parts = {tuple(np.flatnonzero(row).tolist()) for row in reach}
    return sorted(list(part) for part in parts if len(part) > 1)


def places(ids, of):
    at = {id_: i for i, id_ in enumerate(of)}
    return [at[id_] for id_ in ids]


# -- groups


@pytest.mark.parametrize("key", ["index", "patches"])
def test_groups_are_the_connected_near_duplicates(made, key):
    found = duplicates.find_groups(getattr(made, key), THRESH)
    ids = made.ids if key == "index" else made.label_ids
    dists = made.distances()
    got = [places(group.ids, ids) for group in found.groups]
    assert sorted(map(sorted, got)) == components(dists <= THRESH)
    assert len(got[0]) == 5 and len(got[1]) == 2
    for group, inds in zip(found.groups, got, strict=True):
        degrees = (dists[sorted(inds)] <= THRESH).sum(axis=1)
        assert inds[0] == sorted(inds)[int(np.argmax(degrees))]
        assert group.dists[1:] == pytest.approx(dists[inds[0], inds[1:]], abs=1e-6)
        assert places(group.sample_ids, made.ids) == inds
    assert len(found.duplicate_ids) == len(found.ids) - len(found.groups)
    assert f"{len(found.duplicate_ids)} near duplicates" in found.message


def test_a_fraction_leaves_that_share_as_duplicates(made):
    found = duplicates.find_groups(made.index, fraction=0.1)
    assert len(found.duplicate_ids) == 24
    less = duplicates.find_groups(made.index, np.nextafter(found.thresh, 0))
    assert len(less.duplicate_ids) < 24
    assert duplicates.find_groups(made.index, fraction=0).groups == ()


def test_a_view_is_looked_at_alone(made):
    view = made.dataset.match(F("number") >= COUNT - COPIES)
    assert duplicates.find_groups(made.index, THRESH, view=view).groups == ()
    assert made.index.index_size == COUNT
    none = duplicates.find_groups(made.index, THRESH, view=made.dataset.limit(0))
    assert none.compared == 0
    assert none.message == "No near duplicates among 0 samples"


def test_it_agrees_with_fiftyones_duplicates_where_groups_are_pairs(made):
    view = made.dataset.match(F("number") >= COPIES + 3)
    both = made.dataset.match((F("number") >= 20) & ~F("number").is_in([40, 41, 42]))
    for some in (view, both):
        found = duplicates.find_groups(made.index, THRESH, view=some)
        with made.index.use_view(some):
            made.index.find_duplicates(thresh=THRESH)
        assert len(found.duplicate_ids) == len(made.index.duplicate_ids)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "either a threshold or a fraction"),
        ({"thresh": 0.1, "fraction": 0.1}, "either a threshold or a fraction"),
        ({"thresh": -1}, "distance of 0 or more"),
        ({"thresh": float("nan")}, "distance of 0 or more"),
        ({"fraction": 1.5}, "number from 0 to 1"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_reported(made, params, words):
    with pytest.raises(InvalidRequest, match=words):
        duplicates.find_groups(made.index, **params)


@tuned(TILE=32)
def test_progress_is_reported_and_cancelling_stops_it(made):
    reports = []
    duplicates.find_groups(made.index, THRESH, progress=reports.append)
    assert [one.phase for one in reports][:1] == ["Reading"]
    done = [one.done for one in reports if one.phase == "Comparing"]
    assert len(done) > 8 and done == sorted(done) and done[-1] == COUNT
    assert {(one.total, one.unit) for one in reports} == {(COUNT, "vectors")}
    asked = iter([False] * 5 + [True] * 100)
    with pytest.raises(Cancelled):
        duplicates.find_groups(made.index, THRESH, cancelled=lambda: next(asked))
    assert made.index._space is None


# -- leaks


def expected_leaks(made, split_of):
    i, j = np.nonzero(np.triu(made.distances() <= THRESH, 1))
    pairs = zip(i.tolist(), j.tolist(), strict=True)
    return {
        frozenset((a, b))
        for a, b in pairs
        if None not in (split_of[a], split_of[b]) and split_of[a] != split_of[b]
    }


@pytest.mark.parametrize("key", ["index", "patches"])
@pytest.mark.parametrize("by", ["tags", "field"])
def test_leaks_are_the_near_duplicates_in_different_splits(made, key, by):
    how = {"tags": SPLITS} if by == "tags" else {"field": "split"}
    split_of = [SPLITS[i % 3] for i in range(COUNT)]
    if by == "tags":
        split_of = [one if i % 10 else None for i, one in enumerate(split_of)]
    found = leaks.find_leaks(getattr(made, key), THRESH, **how)
    ids = made.ids if key == "index" else made.label_ids
    wanted = expected_leaks(made, split_of)
    got = [places(leak.ids, ids) for leak in found.leaks]
    assert {frozenset(one) for one in got} == wanted
    assert found.total == len(got) == len(wanted) > 20
    for leak, (a, b) in zip(found.leaks, got, strict=True):
        assert leak.splits == (split_of[a], split_of[b])
    dists = [leak.dist for leak in found.leaks]
    assert dists == sorted(dists)
    for (a, b), count in found.leaking.items():
        inside = {i for pair in wanted for i in pair if split_of[i] == a}
        across = {
            i
            for i in inside
            for p in wanted
            if i in p and b in map(split_of.__getitem__, p)
        }
        assert count == len(across)
    for pair, count in found.counts.items():
        assert count == sum({split_of[i] for i in one} == set(pair) for one in wanted)
    assert found.sizes == {name: split_of.count(name) for name in SPLITS}


def test_the_nearest_leaks_are_listed_and_all_counted(made):
    every = leaks.find_leaks(made.index, THRESH, tags=SPLITS)
    for limit in (0, 1, 7):
        few = leaks.find_leaks(made.index, THRESH, tags=SPLITS, limit=limit)
        assert few.leaks == every.leaks[:limit]
        assert few.counts == every.counts and few.leaking == every.leaking


def test_a_sample_in_two_splits_is_reported(made, dataset):
    both = dataset[made.ids[1]]
    both.tags.append("test")
    both.save()
    found = leaks.find_leaks(made.index, THRESH, tags=SPLITS)
    assert found.in_several == (both.id,)
    assert "1 samples are in several splits" in found.message
    both.tags.remove("test")
    both.save()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "either by tags or by a field"),
        ({"tags": ["train"]}, "1 splits"),
        ({"tags": ["train", "nope"]}, "No sample has the tag 'nope'"),
        ({"field": "nope"}, "no field 'nope'"),
        ({"field": "kind"}, "one value for each sample"),
        ({"field": "filepath"}, "240 splits"),
    ],
    ids=str,
)
def test_what_are_no_splits_is_reported(made, how, words):
    with pytest.raises(InvalidRequest, match=words):
        leaks.find_leaks(made.index, THRESH, **how)


# -- unique


def test_the_most_unique_are_furthest_from_their_nearest(made):
    found = unique.most_unique(made.index, 15)
    nearest = made.distances().min(axis=1)
    order = np.argsort(-nearest, kind="stable")[:15]
    assert places(found.ids, made.ids) == order.tolist()
    assert found.dists == pytest.approx(nearest[order], abs=1e-6)
    closest = made.distances()[order].argmin(axis=1)
    assert places(found.nearest_ids, made.ids) == closest.tolist()
    assert len(unique.most_unique(made.patches, 1_000).ids) == COUNT
    assert unique.most_unique(made.index, 3, view=made.dataset.limit(1)).ids == ()
    with pytest.raises(InvalidRequest, match="1 or more"):
        unique.most_unique(made.index, 0)


# -- label outliers


def test_labels_that_disagree_with_their_neighbors_are_found(made):
    k, least = 5, 0.6
    found = label_outliers.find_outliers(made.index, "kind", k=k, min_score=least)
    kinds = made.dataset.values("kind.label")
    dists = made.distances()
    dists[:, 11] = np.inf
    near = np.argsort(dists, axis=1, kind="stable")[:, :k]
    scores = {
        i: float(np.mean([kinds[n] != kinds[i] for n in near[i]]))
        for i in range(COUNT)
        if kinds[i] is not None
    }
    wanted = {i: score for i, score in scores.items() if score >= least}
    got = {places([one.id], made.ids)[0]: one for one in found.outliers}
    assert {i: one.score for i, one in got.items()} == pytest.approx(wanted)
    assert found.total == len(wanted) > 3
    assert (found.labelled, found.unlabelled) == (COUNT - 1, 1)
    listed = [one.score for one in found.outliers]
    assert listed == sorted(listed, reverse=True)
    for i, one in got.items():
        assert places([n.id for n in one.neighbors], made.ids) == near[i].tolist()
        assert [n.label for n in one.neighbors] == [kinds[n] for n in near[i]]
        assert {one.label, one.suggested} == {"cat", "dog"}


def test_equal_scores_are_ordered_by_how_near_those_are_that_disagree():
    dists = np.array([[0.1, 0.2, 0.3, 0.5], [1.0, 1.0, 1.0, 1.0]])
    np.testing.assert_allclose(label_outliers._weights(dists)[0], [1, 0.75, 0.5, 0])
    assert (label_outliers._weights(dists)[1] == 1).all()
    codes = np.array([0, 0, 1, 0, 1, 0, 1])
    near = [np.array([3, 2, 5, 4]), np.array([2, 4, 3, 5])]
    away = [np.array([0.1, 0.2, 0.3, 0.5])] * 2
    rows = np.array([0, 1])
    total, order = label_outliers._ranked(codes, rows, near, away, 0.5, 10)
    assert total == 2
    assert order.tolist() == [1, 0]


def test_patches_are_compared_by_their_own_label_or_by_their_samples(made):
    sample = made.dataset[made.ids[COUNT - 3]]
    patch = sample.objects.detections[0]
    right = patch.label
    patch.label = "bird"
    sample.save()
    found = label_outliers.find_outliers(made.patches, k=1, min_score=1)
    got = next(one for one in found.outliers if one.id == patch.id)
    assert (got.label, got.suggested, got.sample_id) == ("bird", right, sample.id)
    by_sample = label_outliers.find_outliers(made.patches, "kind", k=1, min_score=1)
    assert by_sample.labelled == COUNT - 1
    assert patch.id not in by_sample.ids
    patch.label = right
    sample.save()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Name the field"),
        ({"label_field": "nope"}, "no field 'nope'"),
        ({"label_field": "number"}, "one label for each"),
        ({"label_field": "objects"}, "index of the field's patches"),
        ({"label_field": "kind", "k": 0}, "ask for 1 to"),
        ({"label_field": "kind", "min_score": 0}, "share above 0"),
    ],
    ids=str,
)
def test_what_are_no_labels_is_reported(made, params, words):
    with pytest.raises(InvalidRequest, match=words):
        label_outliers.find_outliers(made.index, **params)


# -- another dataset


@dataclass
class Other:
    dataset: fo.Dataset
    vectors: np.ndarray
    ids: list[str]
    index: Any


def make_other(brain_key: str = "there", dim: int = DIM, **kwargs: Any) -> Other:
    vectors = np.random.default_rng(5).normal(size=(60, dim)).astype(np.float32)
    dataset = fo.Dataset()
    dataset.add_samples(
        [
            # the first ten are images that the first dataset has
            fo.Sample(
                filepath=f"/images/{i}.png" if i < 10 else f"/other/{i}.png",
                tags=["theirs"],
                kind=fo.Classification(label="cow"),
                weather="rain",
            )
            for i in range(60)
        ],
        progress=False,
    )
    index = fob.compute_similarity(
        dataset,
        brain_key=brain_key,
        backend="milvus",
        metric="cosine",
        embeddings=vectors,
        **kwargs,
    )
    return Other(dataset, vectors, dataset.values("id"), index)


@pytest.fixture
def other(made) -> Iterator[Other]:
    found = make_other()
    yield found
    found.index.delete()
    found.dataset.delete()
    made.dataset.delete_samples(made.dataset.match(F("filepath").starts_with("/o")))


def test_matches_elsewhere_are_the_nearest_to_any_of_the_queries(made, other):
    asked = [3, 50, 99]
    found = cross_dataset.find_in(
        other.index, made.index, [made.ids[i] for i in asked], 12
    )
    dists = np.array(
        [distances("cosine", made.vectors[i], other.vectors) for i in asked]
    )
    order = np.argsort(dists.min(axis=0))[:12]
    assert places(found.ids, other.ids) == order.tolist()
    assert [match.dist for match in found.matches] == pytest.approx(
        dists.min(axis=0)[order], abs=1e-5
    )
    of = dists.argmin(axis=0)[order]
    assert [match.query_id for match in found.matches] == [
        made.ids[asked[i]] for i in of
    ]
    view = other.dataset.limit(5)
    inside = cross_dataset.find_in(other.index, made.index, made.ids[:1], 12, view=view)
    assert set(inside.ids) == set(other.ids[:5])


def test_copies_name_the_same_files_and_those_here_are_skipped(made, dataset, other):
    done = cross_dataset.copy_matches(
        other.dataset, dataset, other.ids[5:20], tag="found"
    )
    assert (len(done.ids), done.skipped) == (10, 5)
    copies = dataset.select(list(done.ids), ordered=True)
    assert copies.values("filepath") == [f"/other/{i}.png" for i in range(10, 20)]
    assert copies.values("tags") == [["theirs", "found"]] * 10
    assert copies.count("kind") == 0 and not dataset.has_field("weather")
    assert not set(done.ids) & set(other.ids)
    again = cross_dataset.copy_matches(
        other.dataset, dataset, other.ids[5:25], fields=["kind", "weather"]
    )
    assert (len(again.ids), again.skipped) == (5, 15)
    assert dataset.select(list(again.ids)).values("kind.label") == ["cow"] * 5
    assert other.dataset.count() == 60
    dataset.delete_sample_field("weather")


def test_what_cannot_be_compared_is_reported(made, other, monkeypatch):
    with pytest.raises(InvalidRequest, match="not in the index"):
        cross_dataset.find_in(other.index, made.index, ["0" * 24], 3)
    longer = make_other("longer", dim=8)
    with pytest.raises(InvalidRequest, match="are 8-dim and those of 'images'"):
        cross_dataset.find_in(longer.index, made.index, made.ids[:1], 3)
    longer.index.delete()
    longer.dataset.delete()
    monkeypatch.setattr(other.index.config, "model", "clip")
    assert cross_dataset.find_in(other.index, made.index, made.ids[:1], 3).matches
    monkeypatch.setattr(made.index.config, "model", "dino")
    with pytest.raises(InvalidRequest, match=r"made with clip and .* with dino"):
        cross_dataset.find_in(other.index, made.index, made.ids[:1], 3)


def test_what_cannot_be_copied_is_reported(made, other):
    ours, theirs = made.dataset, other.dataset
    with pytest.raises(InvalidRequest, match="no field 'nope'"):
        cross_dataset.copy_matches(theirs, ours, other.ids, fields=["nope"])
    theirs.add_sample_field("kind2", fo.StringField)
    ours.add_sample_field("kind2", fo.IntField)
    with pytest.raises(InvalidRequest, match="another type"):
        cross_dataset.copy_matches(theirs, ours, other.ids, fields=["kind2"])
    ours.delete_sample_field("kind2")
    assert ours.count() == COUNT


# -- tags


@pytest.mark.parametrize("field", [None, "objects"])
@tuned(TAGGED_AT_ONCE=4)
def test_tags_are_counted_and_come_off_again(made, dataset, field):
    ids = (made.ids if field is None else made.label_ids)[:10]

    def tagged():
        if field is None:
            return set(dataset.match_tags("found").values("id"))
        view = dataset.filter_labels(field, F("tags").contains("found"))
        return set(view.values(f"{field}.detections.id", unwind=True))

    assert tagging.tag(dataset, ids[:6], "found", field) == 6
    assert tagging.tag(dataset, [*ids, "0" * 24, "no id"], " found ", field) == 4
    assert tagged() == set(ids)
    assert tagging.untag(dataset, ids[2:], "found", field) == 8
    assert tagging.untag(dataset, ids[2:], "found", field) == 0
    assert tagged() == set(ids[:2])
    with pytest.raises(InvalidRequest, match="Type a tag"):
        tagging.tag(dataset, ids, "  ", field)


# -- operators


def test_find_duplicates_tags_all_but_one_of_each_group(made, dataset):
    found = execute(
        "find_duplicates",
        dataset,
        brain_key="images",
        thresh=THRESH,
        tag="found",
        save_view="twins",
    )
    wanted = duplicates.find_groups(made.index, THRESH)
    assert [one["ids"] for one in found["groups"]] == [[*g.ids] for g in wanted.groups]
    assert found["tagged"] == found["duplicates"] == len(wanted.duplicate_ids)
    assert set(dataset.match_tags("found").values("id")) == set(wanted.duplicate_ids)
    assert dataset.load_saved_view("twins").values("id") == wanted.ids
    assert "saved as the view 'twins'" in found["message"]
    assert dataset.count() == COUNT
    with pytest.raises(Exception, match="saved view 'twins' already"):
        execute("find_duplicates", dataset, brain_key="images", save_view="twins")
    by_share = execute(
        "find_duplicates", dataset, brain_key="objects", by="fraction", fraction=0.05
    )
    assert by_share["duplicates"] == 12 and by_share["patches_field"] == "objects"


def test_find_leaks_unique_and_outliers_answer_as_the_library(made, dataset):
    found = execute("find_leaks", dataset, brain_key="images", tags="train, test")
    wanted = leaks.find_leaks(made.index, 0.05, tags=["train", "test"])
    assert [tuple(one["ids"]) for one in found["leaks"]] == [
        leak.ids for leak in wanted.leaks
    ]
    assert found["counts"][0]["leaks"] == wanted.total
    by_field = execute("find_leaks", dataset, brain_key="objects", field="split")
    assert len(by_field["counts"]) == 3

    context = {"view": dataset.limit(50)}
    found = foo.execute_operator(
        f"{PLUGIN}/find_unique",
        ctx=context,
        params={"brain_key": "objects", "count": 7, "scope": "view", "tag": "seen"},
    ).result
    assert found["compared"] == 50 and found["tagged"] == 7
    assert dataset.count_label_tags("objects") == {"seen": 7}

    found = execute(
        "find_label_outliers", dataset, brain_key="images", label_field="kind", k=3
    )
    wanted = label_outliers.find_outliers(made.index, "kind", k=3)
    assert [one["id"] for one in found["outliers"]] == wanted.ids
    assert [n["label"] for n in found["outliers"][0]["neighbors"]]


def test_find_in_dataset_copies_the_matches(made, dataset, other):
    params = {
        "brain_key": "images",
        "other_dataset": other.dataset.name,
        "other_key": "there",
        "k": 20,
    }
    context = {"selected": made.ids[4:6]}
    found = execute("find_in_dataset", dataset, context=context, **params)
    assert len(found["results"]) == 20 and found["copied"] == []
    assert dataset.count() == COUNT
    copied = execute(
        "find_in_dataset", dataset, context=context, **params, copy=True, tag="found"
    )
    here = sum(i < 10 for i in places([h["id"] for h in found["results"]], other.ids))
    assert copied["skipped"] == here
    assert len(copied["copied"]) == copied["tagged"] == 20 - here
    assert dataset.match_tags("found").values("id") == copied["copied"]
    with pytest.raises(Exception, match="Select samples or patches"):
        execute("find_in_dataset", dataset, **params)
    with pytest.raises(Exception, match="there is no 'nowhere' here"):
        other_one = {**params, "other_dataset": "nowhere"}
        execute("find_in_dataset", dataset, context=context, **other_one)


def test_tag_results_tags_what_is_selected_or_shown(made, dataset):
    context = {"selected": made.ids[:3]}
    done = execute("tag_results", dataset, context=context, tag="found")
    assert done["changed"] == 3
    done = execute("tag_results", dataset, context=context, tag="found", remove=True)
    assert done["changed"] == 3 and not dataset.match_tags("found").count()
    patches = dataset.to_patches("objects").limit(4)
    params = {"tag": "found", "scope": "view"}
    done = foo.execute_operator(
        f"{PLUGIN}/tag_results", ctx={"view": patches}, params=params
    ).result
    assert done["changed"] == 4 and "4 of 4 patches" in done["message"]
    assert dataset.count_label_tags("objects") == {"found": 4}
    done = execute(
        "tag_results", dataset, tag="found", ids=made.label_ids[:9], brain_key="objects"
    )
    assert done["changed"] == 5
    with pytest.raises(Exception, match="Type a tag"):
        execute("tag_results", dataset, tag=" ")


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("find_duplicates", {"thresh": -0.1}, "0.0 or more"),
        ("find_duplicates", {"by": "fraction", "fraction": 2}, "0.0 to 1.0"),
        ("find_duplicates", {"by": "magic"}, "there is no 'magic' here"),
        ("find_leaks", {"tags": "train"}, "Enter two tags or more"),
        ("find_leaks", {"field": "nope"}, "there is no 'nope' here"),
        ("find_unique", {"count": 0}, "1 to 10,000"),
        ("find_label_outliers", {"label_field": "nope"}, "there is no 'nope' here"),
        ("find_label_outliers", {"label_field": "kind", "k": 101}, "1 to 100"),
    ],
    ids=str,
)
def test_the_forms_say_what_is_wrong(dataset, name, params, words):
    with pytest.raises(Exception, match=words):
        execute(name, dataset, brain_key="images", **params)


def test_forms_ask_no_server(made, dataset, monkeypatch):
    def asked(*_):
        raise AssertionError("a form asked a server")

    monkeypatch.setattr(client, "connect", asked)
    for name in (
        "find_duplicates",
        "find_leaks",
        "find_unique",
        "find_label_outliers",
        "find_in_dataset",
        "tag_results",
    ):
        ctx = make_context(
            dataset, brain_key="objects", other_dataset=dataset.name, tag="x"
        )
        foo.get_operator(f"{PLUGIN}/{name}").resolve_input(ctx)


@pytest.mark.parametrize("key", ["images", "objects"])
def test_in_the_operator_browser_the_view_is_set(made, dataset, key):
    ctx = make_context(dataset, brain_key=key, thresh=THRESH)
    ctx.request_params["spaces"] = fo.Space().to_dict()
    ctx.request_params["params"].pop("panel_id")
    events = list(foo.get_operator(f"{PLUGIN}/find_duplicates").answer(ctx))
    assert all(event.to_json_line() for event in events)
    names = [event.body.operator_uri for event in events]
    assert names[-3:] == ["reload_dataset", "set_view", "show_output"]
    stages = [s["_cls"].split(".")[-1] for s in events[-2].body.params["view"]]
    assert stages[-1] == "Select" and "SortBySimilarity" not in stages


def test_a_worker_leaves_tags_and_a_view(made, dataset):
    worker = DelegatedWorker()
    try:
        op = foo.execute_operator(
            f"{PLUGIN}/find_duplicates",
            ctx={"dataset": dataset, "request_delegation": True},
            params={
                "brain_key": "images",
                "thresh": THRESH,
                "tag": "found",
                "save_view": "twins",
            },
        )
        service, end = DelegatedOperationService(), time.monotonic() + 120
        while (doc := service.get(op.result["id"])).run_state not in (
            "completed",
            "failed",
        ):
            assert time.monotonic() < end, worker.service.log_tail()
            time.sleep(0.2)
        assert doc.run_state == "completed", doc.result.error
        assert doc.status.progress == 1 and "vectors" in doc.status.label
    finally:
        worker.stop()
    dataset.reload()
    wanted = duplicates.find_groups(made.index, THRESH)
    assert set(dataset.match_tags("found").values("id")) == set(wanted.duplicate_ids)
    assert dataset.load_saved_view("twins").values("id") == wanted.ids


def test_both_kinds_of_milvus_find_the_same(milvus, made):
    key = f"on_{milvus.kind}"
    index = fob.compute_similarity(
        made.dataset,
        brain_key=key,
        backend="milvus",
        metric="cosine",
        embeddings=made.vectors,
    )
    try:
        assert (
            duplicates.find_groups(index, THRESH).groups
            == duplicates.find_groups(made.index, THRESH).groups
        )
        found = cross_dataset.find_in(index, index, made.ids[:2], 4)
        assert found.matches[0].dist == pytest.approx(0, abs=1e-5)
    finally:
        index.delete()
