"""Near duplicates by candidates, and of new samples, beside all pairs by numpy."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest
from fiftyone import ViewField as F

from fiftyone_milvus.analysis import duplicates
from fiftyone_milvus.errors import Cancelled, InvalidRequest
from fiftyone_milvus.tuning import tuned
from harness.comparing import SMALL_STEPS
from harness.context import PLUGIN

COUNT, DIM, NEW = 5_000, 16, 400
THRESH = 0.02
# how those of new samples are found
HOW: dict[str, tuple[str, dict[str, Any]]] = {
    "exact": ("exact", {}),
    "search": ("candidates", {"FIRST_NEIGHBORS": 2, "MATCHES_AT_ONCE": 100}),
    "cells": ("candidates", {"SEARCHED_UP_TO": 0, "CANDIDATE_RECALL": 2.0}),
}


@dataclass
class Made:
    """Vectors of which a tenth are near copies, and an index of them. The last ones are
    new: some are near to others, some to each other, and some to none."""

    dataset: fo.Dataset
    vectors: np.ndarray
    ids: list[str]
    index: Any

    @property
    def new(self) -> fo.DatasetView:
        return self.dataset.match(F("number") >= COUNT - NEW)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs within the threshold, the earlier one first."""
        wide = self.vectors.astype(np.float64)
        wide /= np.linalg.norm(wide, axis=1, keepdims=True)
        near = np.triu(1 - wide @ wide.T <= THRESH, 1)
        return list(zip(*(one.tolist() for one in np.nonzero(near)), strict=True))

    def groups(
        self, among: Container[int] = range(COUNT), first: int = 0
    ) -> set[frozenset[int]]:
        """The groups of the pairs among some, of which one or both are not before the
        first."""
        group = {i: frozenset([i]) for i in range(COUNT)}
        for i, j in self.pairs:
            if j >= first and i in among and j in among:
                both = group[i] | group[j]
                group |= dict.fromkeys(both, both)
        return {one for one in group.values() if len(one) > 1}


@pytest.fixture(scope="module")
def made(milvus_of_module) -> Iterator[Made]:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(COUNT, DIM))
    for first, of, count in (
        (4_000, 3_400, 500),
        (4_600, 4_000, 300),
        (4_950, 4_925, 25),
    ):
        noise = rng.normal(size=(count, DIM)) * rng.uniform(0, 0.3, (count, 1))
        vectors[first : first + count] = vectors[of : of + count] + noise
    vectors[1_000:1_030] = vectors[4_900:4_920] = vectors[0]
    dataset = fo.Dataset()
    dataset.add_samples(
        [fo.Sample(filepath=f"/d/{i}.jpg", number=i) for i in range(COUNT)],
        progress=False,
    )
    index = fob.compute_similarity(
        dataset,
        brain_key="images",
        backend="milvus",
        metric="cosine",
        embeddings=vectors.astype(np.float32),
    )
    stored = vectors.astype(np.float32)
    yield Made(dataset, stored, dataset.values("id"), index)
    index.delete()
    dataset.delete()


def as_sets(found: duplicates.DuplicateGroups, ids: list[str]) -> set[frozenset[int]]:
    """The groups by their members' numbers."""
    at = {id_: i for i, id_ in enumerate(ids)}
    return {frozenset(at[id_] for id_ in group.ids) for group in found.groups}


# -- by candidates


def test_candidates_are_verified_and_nearly_all_there_are(milvus, made):
    exact = duplicates.find_groups(made.index, THRESH, mode="exact")
    assert as_sets(exact, made.ids) == made.groups()
    assert (exact.mode, exact.recall) == ("exact", None)
    found = duplicates.find_groups(made.index, THRESH, mode="candidates")
    assert found.mode == "candidates" and found.recall >= 0.99
    assert f"by candidates, {found.recall:.1%} of a sample's pairs" in found.message
    assert found.compared == COUNT and found.orphaned == 0
    assert len(set(found.ids) & set(exact.ids)) >= 0.99 * len(exact.ids)
    whole = {i: group for group in as_sets(exact, made.ids) for i in group}
    assert all(group <= whole[min(group)] for group in as_sets(found, made.ids))


@pytest.mark.on_lite
def test_small_indexes_are_compared_exactly_unless_asked(milvus, made):
    assert duplicates.find_groups(made.index, THRESH).mode == "exact"
    with tuned(EXACT_UP_TO=COUNT - 1):
        assert duplicates.find_groups(made.index, THRESH).mode == "candidates"
        assert duplicates.find_groups(made.index, fraction=0.1).mode == "exact"
        view = made.dataset.limit(1_000)
        assert duplicates.find_groups(made.index, THRESH, view=view).mode == "exact"
        # where nearly all are candidates, there is nothing to save
        assert duplicates.find_groups(made.index, 1.9).mode == "exact"
        found = duplicates.find_groups(made.index, THRESH, new=made.new)
        assert found.mode == "candidates" and found.recall is None


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"thresh": 0.1, "mode": "magic"}, "There is no mode 'magic'; choose one"),
        ({"fraction": 0.1, "mode": "candidates"}, "Give a threshold"),
        ({"fraction": 0.1, "new": "new"}, "Give a threshold"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_reported(milvus, made, params, words):
    if "new" in params:
        params = {**params, "new": made.new}
    with pytest.raises(InvalidRequest, match=words):
        duplicates.find_groups(made.index, **params)


@pytest.mark.on_lite
def test_the_dot_product_is_compared_exactly(milvus, vectors_dataset):
    index = fob.compute_similarity(
        vectors_dataset,
        brain_key="dots",
        backend="milvus",
        metric="dotproduct",
        embeddings="embeddings",
    )
    with pytest.raises(InvalidRequest, match="cosine or euclidean"):
        duplicates.find_groups(index, 0.1, mode="candidates")
    with tuned(EXACT_UP_TO=10):
        exact = duplicates.find_groups(index, -15)
        new = vectors_dataset.limit(20)
        found = duplicates.find_groups(index, -15, new=new)
    assert (exact.mode, found.mode) == ("exact", "candidates")
    assert found.ids and set(found.ids) <= set(exact.ids)
    index.delete()


@pytest.mark.on_lite
@tuned(**SMALL_STEPS)
def test_an_interrupted_one_goes_on(milvus, made):
    how = {"thresh": THRESH, "mode": "candidates"}
    wanted = duplicates.find_groups(made.index, **how)
    done = [0.0]

    def note(now):
        done[0] = now.done / now.total if now.phase == "Comparing" else 0

    def interrupted():
        done[0] = 0.0
        with pytest.raises(Cancelled):
            duplicates.find_groups(
                made.index, **how, progress=note, cancelled=lambda: done[0] > 0.6
            )

    interrupted()
    found = duplicates.find_groups(made.index, **how)
    assert 0.4 < found.resumed < 1
    assert replace(found, seconds=0, resumed=0) == replace(wanted, seconds=0)
    interrupted()
    with tuned(CELLS=0.5):  # in other cells, others were compared
        found = duplicates.find_groups(made.index, **how)
    assert found.resumed == 0
    assert len(set(found.ids) & set(wanted.ids)) >= 0.99 * len(wanted.ids)


# -- of new samples


@pytest.mark.parametrize("how", HOW)
def test_those_of_new_ones_are_those_of_all_with_a_new_one(milvus, made, how):
    mode, values = HOW[how]
    with tuned(**values):
        found = duplicates.find_groups(made.index, THRESH, new=made.new, mode=mode)
    first = COUNT - NEW
    assert as_sets(found, made.ids) == made.groups(first=first)
    new = set(made.ids[first:])
    assert found.mode == mode and found.new == new
    assert found.compared == NEW
    every = duplicates.find_groups(made.index, THRESH, mode="exact")
    assert set(found.ids) & new == set(every.ids) & new
    # only new ones are duplicates that can be deleted
    assert set(found.duplicate_ids) <= new
    for group in found.groups:
        assert group.representative not in new or set(group.ids) <= new
    both = [set(group.ids) for group in found.groups]
    assert any(ids <= new for ids in both) and not all(ids <= new for ids in both)
    assert f"among {NEW} new samples" in found.message
    assert f"{len(found.duplicate_ids):,} near duplicates" in found.message


@pytest.mark.on_lite
@pytest.mark.parametrize("how", HOW)
def test_new_ones_are_compared_within_a_view(milvus, made, how):
    mode, values = HOW[how]
    kept = {i for i in range(COUNT) if i % 3}
    view = made.dataset.match(F("number") % 3 > 0)
    with tuned(**values):
        found = duplicates.find_groups(
            made.index, THRESH, new=made.new, view=view, mode=mode
        )
    assert as_sets(found, made.ids) == made.groups(kept, COUNT - NEW)
    none = duplicates.find_groups(
        made.index, THRESH, new=made.dataset.limit(0), mode=mode
    )
    assert none.groups == () and none.compared == 0


@pytest.mark.on_lite
@pytest.mark.parametrize("how", HOW)
def test_orphaned_rows_are_no_duplicates(milvus, made, how):
    mode, values = HOW[how]
    clone = made.dataset.clone()
    index = fob.compute_similarity(
        clone,
        brain_key="clone",
        backend="milvus",
        metric="cosine",
        embeddings=made.vectors,
    )
    ids = clone.values("id")
    kept = {i for i in range(COUNT) if i % 7}
    clone.delete_samples([id_ for i, id_ in enumerate(ids) if i not in kept])
    new = clone.match(F("number") >= COUNT - NEW)
    with tuned(**values):
        found = duplicates.find_groups(index, THRESH, new=new, mode=mode)
    assert as_sets(found, ids) == made.groups(kept, COUNT - NEW)
    assert found.orphaned > 0 and "orphaned" in found.message
    index.delete()
    clone.delete()


# -- the operator


@pytest.mark.on_lite
def test_the_operator_takes_the_mode_and_the_new_samples(milvus, made):
    params = {"brain_key": "images", "thresh": THRESH, "mode": "candidates"}
    found = foo.execute_operator(
        f"{PLUGIN}/find_duplicates", ctx={"dataset": made.dataset}, params=params
    ).result
    assert found["mode"] == "candidates" and found["recall"] >= 0.99
    params |= {"scope": "view", "against_index": True}
    kept = {"tag": "twin", "save_view": "twins"}
    found = foo.execute_operator(
        f"{PLUGIN}/find_duplicates", ctx={"view": made.new}, params={**params, **kept}
    ).result
    wanted = duplicates.find_groups(made.index, THRESH, new=made.new, mode="candidates")
    assert found["compared"] == NEW and found["recall"] is None
    assert found["duplicates"] == found["tagged"] == len(wanted.duplicate_ids) > 0
    tagged = made.dataset.match_tags("twin").values("id")
    assert set(tagged) == set(wanted.duplicate_ids)
    # the old ones beside them
    assert made.dataset.load_saved_view("twins").values("id") == wanted.ids
    made.dataset.untag_samples("twin")
    made.dataset.delete_saved_views()
    with pytest.raises(Exception, match="there is no 'magic' here"):
        foo.execute_operator(
            f"{PLUGIN}/find_duplicates",
            ctx={"dataset": made.dataset},
            params={**params, "mode": "magic"},
        )
