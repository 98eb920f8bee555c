"""Rankings merged, compared, and turned from objects into images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.retrieval.planner import Plan
from fiftyone_milvus.search import fusion, sample_matches
from fiftyone_milvus.search.query import Query
from fiftyone_milvus.search.query_vector import Resolved
from fiftyone_milvus.search.search import Result


def result(ids, sample_ids=None, patches_field=None, key="k"):
    return Result(
        brain_key=key,
        patches_field=patches_field,
        metric="cosine",
        ids=list(ids),
        sample_ids=list(sample_ids or ids),
        dists=np.linspace(0, 1, len(ids)),
        plan=Plan("index", True, "a test"),
        seconds=0.0,
        resolved=Resolved(Query.of(ids=["q"]), np.zeros((1, 2)), (), frozenset()),
        everything=None,  # nothing is shown here
    )


def test_a_match_of_both_rankings_comes_before_one_of_either():
    fused = fusion.fuse([result("abc", key="x"), result("dbe", key="y")], 4)
    assert fused.ranking.ids == ["b", "a", "d", "c"]
    assert fused.ranks[0] == (2, 2) and fused.ranks[1] == (1, None)
    assert fused.scores[0] == pytest.approx(2 / 62)
    assert fused.scores[1] == fused.scores[2] == pytest.approx(1 / 61)
    assert fused.brain_keys == ("x", "y")


def test_samples_and_patches_are_merged_as_samples():
    patches = result(["p1", "p2", "p3"], ["b", "b", "c"], "objects")
    fused = fusion.fuse([result("abc"), patches], 9)
    assert fused.ranking.patches_field is None
    assert fused.ranking.ids == fused.ranking.sample_ids == ["b", "c", "a"]
    assert fused.ranks == [(2, 1), (3, 2), (1, None)]


def test_patches_of_one_field_stay_patches():
    one = result(["p1", "p2"], ["a", "b"], "objects")
    fused = fusion.fuse([one, one], 1)
    assert fused.ranking == fusion.Ranking(["p1"], ["a"], "objects")


def test_one_ranking_alone_is_refused():
    with pytest.raises(InvalidRequest, match="two indexes"):
        fusion.fuse([result("abc")], 3)


def test_a_comparison_has_every_match_and_its_ranks():
    found = fusion.compare(result("abcd", key="x"), result("cbe", key="y"))
    assert found.rows == [
        ("a", 1, None),
        ("c", 3, 1),
        ("b", 2, 2),
        ("e", None, 3),
        ("d", 4, None),
    ]
    assert found.overlap == pytest.approx(2 / 3)
    assert found.mean_difference == pytest.approx(1)
    assert found.message == (
        "'x' and 'y' share 67% of their matches, whose ranks differ by 1.0 on average"
    )


def test_rankings_without_a_common_match_are_compared():
    found = fusion.compare(result("ab", key="x"), result("", key="y"))
    assert (found.overlap, found.mean_difference) == (0, 0)
    assert found.message == "'x' and 'y' share 0% of their matches"


@given(st.permutations(range(8)), st.permutations(range(8)))
def test_fusion_equals_the_formula(first, second):
    a, b = ([str(i) for i in order] for order in (first, second))
    wanted = {i: 1 / (61 + a.index(i)) + 1 / (61 + b.index(i)) for i in a}
    fused = fusion.fuse([result(a), result(b)], 8)
    assert fused.ranking.ids == sorted(a, key=lambda i: (-wanted[i], i))


# -- from objects to images

OBJECTS = [("p1", "a"), ("p2", "b"), ("p3", "b"), ("p4", "c"), ("p5", "a"), ("p6", "d")]


def objects(asked=None):
    def search(count):
        if asked is not None:
            asked.append(count)
        some = OBJECTS[:count]
        return result([p for p, _ in some], [s for _, s in some], "objects")

    return search


@pytest.mark.parametrize(
    ("min_matches", "samples", "matched"),
    [
        (1, ["a", "b", "c"], [["p1"], ["p2"], ["p4"]]),
        (2, ["b", "a"], [["p2", "p3"], ["p1", "p5"]]),
        (3, [], []),
    ],
)
def test_images_are_ranked_by_their_nth_object(min_matches, samples, matched):
    found = sample_matches.find(objects(), 3, min_matches)
    assert found.sample_ids == samples and found.matched == matched
    assert len(found.scores) == len(samples)
    assert found.patches_field == "objects"


def test_it_searches_on_until_there_are_enough_images(monkeypatch):
    monkeypatch.setattr(sample_matches, "MATCHES_PER_SAMPLE", 1)
    asked = []
    found = sample_matches.find(objects(asked), 2, 1)
    assert found.sample_ids == ["a", "b"] and asked == [2]
    found = sample_matches.find(objects(asked), 4, 1)
    assert found.sample_ids == ["a", "b", "c", "d"] and asked == [2, 4, 16]
    # the score is that of the object that made it a match
    assert found.scores[-1] == found.result.scores[5]


def test_an_index_of_samples_has_no_objects():
    with pytest.raises(InvalidRequest, match="is of samples"):
        sample_matches.find(lambda count: result("abc"), 3)


@pytest.mark.parametrize(("k", "min_matches"), [(0, 1), (1, 0)])
def test_nothing_to_find_is_told(k, min_matches):
    with pytest.raises(InvalidRequest, match="1 or more"):
        sample_matches.find(objects(), k, min_matches)
