"""``kill -9`` in the middle of finding near duplicates: the same call goes on from
there, and finds what an undisturbed one does."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.core.odm as foo
import pytest

from fiftyone_milvus.analysis import duplicates
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.exact import checkpoints
from fiftyone_milvus.tuning import tuned
from harness import comparing
from harness.datasets import clustered_vectors
from harness.forks import Fork

COUNT, DIM = 700, 16
KEY = "images"
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
HOW = [{"thresh": 0.004}, {"fraction": 0.3}]


@pytest.fixture
def dataset() -> Iterator[fo.Dataset]:
    dataset = fo.Dataset(persistent=True)
    paths = (fo.Sample(filepath=f"/images/{i}.png") for i in range(COUNT))
    dataset.add_samples(paths, progress=False, num_samples=COUNT)
    vectors, _ = clustered_vectors(COUNT, DIM, COUNT // 5, seed=4)
    fob.compute_similarity(
        dataset, brain_key=KEY, backend="milvus", metric="cosine", embeddings=vectors
    )
    yield dataset
    if KEY in runs.keys(dataset):
        runs.cleanup(dataset, KEY)
    dataset.delete()


def fork(function: Any, dataset: fo.Dataset, *args: Any) -> Fork:
    return Fork({}, function, dataset.name, KEY, *args)


def find(
    dataset: fo.Dataset, how: dict[str, float]
) -> tuple[duplicates.DuplicateGroups, int]:
    return fork(comparing.find, dataset, how).result()


def kill_at_report(dataset: fo.Dataset, how: dict[str, float], times: int) -> None:
    fork(comparing.find_until, dataset, how, times).join()


def what(found: duplicates.DuplicateGroups) -> duplicates.DuplicateGroups:
    return replace(found, seconds=0, resumed=0)


def kept(dataset: fo.Dataset) -> list[dict[str, Any]]:
    name = checkpoints.name_of(dataset, KEY)
    return list(foo.get_db_conn()[checkpoints.COLLECTION].find({"index": name}))


@pytest.mark.parametrize("how", HOW, ids=str)
def test_who_is_killed_goes_on_and_finds_the_same(dataset, how):
    wanted, reports = find(dataset, how)
    assert len(wanted.groups) > 30 and wanted.resumed == 0
    assert not kept(dataset)
    shares = []
    for part in (0.3, 0.6, 0.9):
        kill_at_report(dataset, how, int(part * reports))
        found, left = find(dataset, how)
        assert what(found) == what(wanted)
        assert 0 < found.resumed < 1
        assert left < (1.15 - part) * reports
        assert f"{found.resumed:.0%} of the work was done before" in found.message
        assert not kept(dataset)
        shares.append(found.resumed)
    assert shares == sorted(shares)


@pytest.mark.parametrize("how", HOW, ids=str)
def test_who_is_killed_again_and_again_comes_to_an_end(dataset, how):
    wanted, reports = find(dataset, how)
    for _ in range(4):
        kill_at_report(dataset, how, reports // 5)
    found, left = find(dataset, how)
    assert what(found) == what(wanted)
    assert left < reports / 2


def test_who_is_killed_at_any_moment_goes_on(dataset):
    how = HOW[1]
    wanted, _ = find(dataset, how)
    for run in range(8):
        rng = random.Random(SEED + run)
        worker = fork(comparing.find, dataset, how)
        while not kept(dataset) and not worker.ends_within(0.002):
            pass
        worker.ends_within(rng.uniform(0, 0.3))
        worker.kill()
        found, _ = find(dataset, how)
        assert what(found) == what(wanted), f"FAULT_SEED={SEED}"
        assert not kept(dataset)


def test_a_changed_index_is_compared_again(dataset):
    _, reports = find(dataset, HOW[0])
    kill_at_report(dataset, HOW[0], reports // 2)
    assert kept(dataset)
    index = runs.load(dataset, KEY)
    first, last = dataset.first().id, dataset.last().id
    index.add_to_index(index.get_embeddings(sample_ids=[first])[0], [last])
    found, again = find(dataset, HOW[0])
    assert (found.resumed, again) == (0, reports)
    assert any({first, last} <= set(group.ids) for group in found.groups)
    assert not kept(dataset)


@pytest.mark.parametrize("other", [{"thresh": 0.005}, {"fraction": 0.2}], ids=str)
def test_another_question_is_answered_again(dataset, other):
    _, reports = find(dataset, HOW[0])
    kill_at_report(dataset, HOW[0], reports // 2)
    found, _ = find(dataset, other)
    assert found.resumed == 0
    assert not kept(dataset)


@tuned(**comparing.SMALL_STEPS)
def test_who_cancelled_goes_on(dataset):
    index = runs.load(dataset, KEY)
    wanted = duplicates.find_groups(index, **HOW[0])
    asked = iter(range(150))
    with pytest.raises(Cancelled):
        duplicates.find_groups(
            index, **HOW[0], cancelled=lambda: next(asked, None) is None
        )
    found = duplicates.find_groups(index, **HOW[0])
    assert what(found) == what(wanted)
    assert found.resumed > 0.2


def test_a_deleted_run_leaves_nothing(dataset):
    _, reports = find(dataset, HOW[0])
    kill_at_report(dataset, HOW[0], reports // 2)
    assert kept(dataset)
    runs.cleanup(dataset, KEY)
    assert not kept(dataset)
