"""Rankings merged, compared, and turned from objects into images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.retrieval.planner import Neighbors, Plan
from fiftyone_milvus.searches import fusion, grouping
from fiftyone_milvus.store.row_search import Matches
from fiftyone_milvus.tuning import tuned
from harness.results import search_result as result


def test_a_match_of_both_rankings_comes_before_one_of_either():
    fused = fusion.fuse([result("abc", key="x"), result("dbe", key="y")], 4)
    assert fused.ids == ["b", "a", "d", "c"]
    assert fused.ranks[0] == (2, 2) and fused.ranks[1] == (1, None)
    assert fused.scores[0] == pytest.approx(2 / 62)
    assert fused.scores[1] == fused.scores[2] == pytest.approx(1 / 61)
    assert fused.fused_keys == ("x", "y")


def test_samples_and_patches_are_merged_as_samples():
    patches = result(["p1", "p2", "p3"], ["b", "b", "c"], "objects")
    fused = fusion.fuse([result("abc"), patches], 9)
    assert fused.patches_field is None
    assert fused.ids == fused.sample_ids == ["b", "c", "a"]
    assert fused.ranks == [(2, 1), (3, 2), (1, None)]


def test_patches_of_one_field_stay_patches():
    one = result(["p1", "p2"], ["a", "b"], "objects")
    fused = fusion.fuse([one, one], 1)
    assert fused.ids == ["p1"] and fused.sample_ids == ["a"]
    assert fused.patches_field == "objects"


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
    assert fused.ids == sorted(a, key=lambda i: (-wanted[i], i))


# -- from objects to images

OBJECTS = [("p1", "a"), ("p2", "b"), ("p3", "b"), ("p4", "c"), ("p5", "a"), ("p6", "d")]


def objects(asked=None):
    def nearest(count):
        if asked is not None:
            asked.append(count)
        some = OBJECTS[:count]
        dists = np.arange(len(some)) / 10
        matches = Matches([p for p, _ in some], [s for _, s in some], dists)
        return Neighbors([matches], Plan("whole_index", True, "a test"))

    return nearest


def found(nearest, k, min_matches=1):
    """The samples, and the objects of each."""
    neighbors, objects = grouping.nearest_samples(nearest, k, min_matches)
    matches = neighbors.matches[0]
    samples = [matches.sample_ids[inds[-1]] for inds in objects]
    return samples, [[matches.ids[i] for i in inds] for inds in objects]


@pytest.mark.parametrize(
    ("min_matches", "samples", "matched"),
    [
        (1, ["a", "b", "c"], [["p1"], ["p2"], ["p4"]]),
        (2, ["b", "a"], [["p2", "p3"], ["p1", "p5"]]),
        (3, [], []),
    ],
)
def test_images_are_ranked_by_their_nth_object(min_matches, samples, matched):
    assert found(objects(), 3, min_matches) == (samples, matched)


@tuned(MATCHES_PER_SAMPLE=1)
def test_it_searches_on_until_there_are_enough_images():
    asked = []
    assert found(objects(asked), 2)[0] == ["a", "b"] and asked == [2]
    samples, matched = found(objects(asked), 4)
    assert samples == ["a", "b", "c", "d"] and asked == [2, 4, 16]
    assert matched[-1] == ["p6"]
