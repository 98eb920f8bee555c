import pytest

from fiftyone_milvus.retrieval import cost_model
from fiftyone_milvus.retrieval.cost_model import CostModel


@pytest.fixture
def made():
    return CostModel(cost_model.SERVER)


def test_an_estimate_grows_with_what_is_done(made):
    few, many = (made.seconds("id_filter", ids, 1_000) for ids in (10, 10_000))
    assert many > 2 * few


def test_longer_vectors_take_longer_to_read():
    short, long = (CostModel(cost_model.SERVER, dim) for dim in (64, 2_048))
    assert long.seconds("fetch_and_rank", 500, 0) > 4 * short.seconds(
        "fetch_and_rank", 500, 0
    )
    assert long.seconds("id_filter", 500, 0) == short.seconds("id_filter", 500, 0)


def test_what_it_took_changes_what_is_expected(made):
    for _ in range(30):
        made.learn("id_filter", 1_000, 0, 0.5)
    assert made.seconds("id_filter", 1_000, 0) == pytest.approx(0.5, rel=0.05)
    assert made.seconds("id_filter", 100_000, 0) > 5
    assert made.seconds("overfetch", 1_000, 0) == CostModel(cost_model.SERVER).seconds(
        "overfetch", 1_000, 0
    )


def test_one_hiccup_changes_little(made):
    before = made.seconds("overfetch", 25, 0)
    made.learn("overfetch", 25, 0, 60.0)
    assert made.seconds("overfetch", 25, 0) < 2 * before


def test_what_fails_teaches_nothing(made):
    before = made.seconds("full_scan", 0, 1_000)
    with pytest.raises(KeyError), made.learning("full_scan", 0, 1_000):
        raise KeyError
    assert made.seconds("full_scan", 0, 1_000) == before


def test_the_size_is_asked_now_and_then(made, monkeypatch):
    now = 0.0
    monkeypatch.setattr(cost_model.time, "monotonic", lambda: now)
    answers = iter([5, 6])
    assert [made.size(lambda: next(answers)) for _ in range(3)] == [5, 5, 5]
    now = cost_model.SIZE_SECONDS + 1
    assert made.size(lambda: next(answers)) == 6
