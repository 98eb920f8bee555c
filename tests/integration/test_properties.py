"""Any sequence of calls leaves an index that a dict and numpy agree with."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend.similarity import MilvusSimilarityIndex
from fiftyone_milvus.errors import InvalidRequest
from harness import datasets
from harness.oracle import distances

METRICS = ("cosine", "dotproduct", "euclidean")
SAMPLES, DIM = 12, 3
ATOL = 2e-3

RUN = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # to shrink one failure would take minutes of Milvus
    suppress_health_check=list(HealthCheck),
)

# Whole numbers: exact in float32, with many that are equally near
vectors = st.tuples(*[st.integers(-3, 3)] * DIM)
rows = st.integers(0, SAMPLES - 1)
some_rows = st.lists(rows, min_size=1, max_size=SAMPLES, unique=True)
several = st.dictionaries(rows, vectors, min_size=1, max_size=SAMPLES)
ks = st.one_of(st.none(), st.integers(1, SAMPLES + 3))


class IndexMachine(RuleBasedStateMachine):
    """An index beside a model: the vectors by id. One collection for all examples."""

    def __init__(self, index: MilvusSimilarityIndex) -> None:
        super().__init__()
        self.index = index
        self.every: list[str] = index.samples.values("id")
        self.model: dict[str, tuple[int, ...]] = {}

    @initialize()
    def empty_it(self) -> None:
        self.index.clear_view()
        self.index.remove_from_index(sample_ids=self.every)

    # -- writing

    @rule(given=several)
    def add(self, given) -> None:
        ids, array = self._rows(given)
        self.index.add_to_index(array, ids)
        self.model |= {self.every[row]: vector for row, vector in given.items()}

    @rule(row=rows, first=vectors, last=vectors)
    def add_one_id_twice(self, row, first, last) -> None:
        id_ = self.every[row]
        self.index.add_to_index(np.array([first, last]), [id_, id_])
        self.model[id_] = last

    @rule(given=several)
    def add_without_overwriting(self, given) -> None:
        ids, array = self._rows(given)
        self.index.add_to_index(array, ids, overwrite=False)
        self.model = {self.every[r]: v for r, v in given.items()} | self.model

    @rule(given=several)
    def add_only_new_ones(self, given) -> None:
        ids, array = self._rows(given)
        if set(ids) & set(self.model):
            with pytest.raises(InvalidRequest):
                self.index.add_to_index(array, ids, allow_existing=False)
        else:
            self.index.add_to_index(array, ids, allow_existing=False)
            self.model |= {self.every[row]: vector for row, vector in given.items()}

    @rule(gone=some_rows)
    def remove(self, gone) -> None:
        ids = [self.every[row] for row in gone]
        self.index.remove_from_index(sample_ids=ids)
        for id_ in ids:
            self.model.pop(id_, None)

    @rule(gone=some_rows)
    def remove_only_present_ones(self, gone) -> None:
        ids = [self.every[row] for row in gone]
        if set(ids) <= set(self.model):
            self.index.remove_from_index(sample_ids=ids, allow_missing=False)
            for id_ in ids:
                del self.model[id_]
        else:
            with pytest.raises(InvalidRequest):
                self.index.remove_from_index(sample_ids=ids, allow_missing=False)

    @rule()
    def seal(self) -> None:
        self.index.rows.flush()

    @rule()
    def release_behind_our_back(self) -> None:
        self.index.client.release_collection(self.index.config.collection_name)

    # -- reading

    @rule(query=vectors, k=ks, reverse=st.booleans())
    def search(self, query, k, reverse) -> None:
        self._check_search(np.array(query), query, k, reverse, self.model)

    @rule(query=vectors, k=ks, reverse=st.booleans(), among=some_rows)
    def search_among_some(self, query, k, reverse, among) -> None:
        ids = [self.every[row] for row in among]
        inside = {id_: self.model[id_] for id_ in ids if id_ in self.model}
        self.index.use_view(self.index.samples.select(ids))
        try:
            self._check_search(np.array(query), query, k, reverse, inside)
        finally:
            self.index.clear_view()

    @precondition(lambda self: self.model)
    @rule(data=st.data(), k=ks)
    def search_by_ids(self, data, k) -> None:
        chosen = st.lists(st.sampled_from(sorted(self.model)), min_size=2, max_size=3)
        ids = data.draw(chosen)
        mean = np.mean([self.model[id_] for id_ in ids], axis=0)
        self._check_search(ids, mean, k, False, self.model)

    @rule(row=rows)
    def search_by_an_id_that_may_be_missing(self, row) -> None:
        id_ = self.every[row]
        if id_ in self.model:
            self._check_search(id_, self.model[id_], 3, False, self.model)
        else:
            with pytest.raises(InvalidRequest, match="not in the index"):
                self.index._kneighbors(id_, k=3)

    @rule(asked=some_rows)
    def get_embeddings(self, asked) -> None:
        ids = [self.every[row] for row in asked]
        present = [id_ for id_ in ids if id_ in self.model]
        found, found_ids, labels = self.index.get_embeddings(sample_ids=ids)
        assert found_ids.tolist() == present
        assert labels is None
        assert found.tolist() == [list(self.model[id_]) for id_ in present]

    @rule()
    def get_all_embeddings(self) -> None:
        found, ids, _ = self.index.get_embeddings()
        assert found.shape == (len(self.model), DIM)
        by_id = dict(zip(ids.tolist(), map(tuple, found.tolist()), strict=True))
        assert by_id == self.model

    @invariant()
    def counts_agree(self) -> None:
        if self.model or self.index.rows.collection.exists():
            assert self.index.total_index_size == len(self.model)

    # -- helpers

    def _rows(self, given) -> tuple[list[str], np.ndarray]:
        return [self.every[row] for row in given], np.array(list(given.values()))

    def _check_search(self, asked, query, k, reverse, inside) -> None:
        """Right ids at right distances, in order; equally near ones in any."""
        ids, _, dists = self.index._kneighbors(
            asked, k=k, reverse=reverse, aggregation="mean", return_dists=True
        )
        exact = self._exact(np.asarray(query), inside)
        sign = -1 if reverse else 1
        assert len(set(ids)) == len(ids)
        assert set(ids) <= set(inside)
        np.testing.assert_allclose(dists, [exact[id_] for id_ in ids], atol=ATOL)
        ranks = sorted(exact.values(), key=lambda dist: sign * dist)[:k]
        np.testing.assert_allclose(dists, ranks, atol=ATOL)

    def _exact(self, query, inside) -> dict[str, float]:
        if not inside:
            return {}
        array = np.array(list(inside.values()))
        with np.errstate(invalid="ignore"):
            dists = distances(self.index.config.metric, query, array)
        dists = np.nan_to_num(dists, nan=1)  # cosine of nothing, as sklearn has it
        return dict(zip(inside, dists.tolist(), strict=True))


@pytest.fixture(scope="module")
def dataset():
    made = datasets.make_vectors_dataset(SAMPLES, DIM)
    yield made
    made.delete()


@pytest.mark.parametrize("metric", METRICS)
def test_any_sequence_of_calls_agrees_with_a_model(dataset, monkeypatch, metric):
    import fiftyone.brain as fob

    monkeypatch.delenv("FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI", raising=False)
    index = fob.compute_similarity(
        dataset,
        brain_key=metric,
        backend="milvus",
        embeddings="embeddings",
        metric=metric,
    )
    try:
        run_state_machine_as_test(lambda: IndexMachine(index), settings=RUN)
    finally:
        index.cleanup()
