from types import SimpleNamespace

import pytest

from fiftyone_milvus.retrieval import cost_model
from fiftyone_milvus.retrieval.cost_model import CostModel


def test_an_estimate_grows_with_what_is_done():
    made = CostModel(cost_model.SERVER)
    few, many = (made.seconds("id_filter", ids, 1_000) for ids in (10, 10_000))
    assert many > 2 * few


def test_longer_vectors_take_longer_to_read():
    short, long = (CostModel(cost_model.SERVER, dim) for dim in (64, 2_048))
    assert long.seconds("fetch_and_rank", 500, 0) > 4 * short.seconds(
        "fetch_and_rank", 500, 0
    )
    assert long.seconds("id_filter", 500, 0) == short.seconds("id_filter", 500, 0)


def test_an_exact_search_takes_longer_with_longer_vectors_not_with_more_matches():
    short, long = (CostModel(cost_model.EMBEDDED, dim) for dim in (64, 2_048))
    assert long.seconds("overfetch", 0, 10**6) > 4 * short.seconds(
        "overfetch", 0, 10**6
    )
    more = [
        made.seconds("overfetch", 500, 0) - made.seconds("overfetch", 0, 0)
        for made in (short, long)
    ]
    assert more[0] == more[1]


def test_few_ids_among_a_million_rows_are_sent():
    made = CostModel(cost_model.EMBEDDED, 128)
    sent, others = (
        [made.seconds(step, 1_000, 10**6) for step in steps]
        for steps in (["id_filter"], ["overfetch", "fetch_and_rank", "full_scan"])
    )
    assert sent[0] < min(others)


@pytest.fixture
def collection():
    """Two partitions of one collection, which count how often they are asked."""
    asked = []

    def of(partition):
        def count(_):
            asked.append(partition)
            return len(asked)

        return SimpleNamespace(
            key=(id(asked), "c"),
            partition=partition,
            consistency_level="Session",
            count=count,
        )

    return of


def test_the_size_of_a_partition_is_cached(collection):
    a, b = collection("a"), collection("b")
    assert [cost_model.size(each) for each in (a, b, a, collection("a"))] == [
        1,
        2,
        1,
        1,
    ]
