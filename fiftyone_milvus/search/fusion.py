"""Two rankings of one query: merged into one, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidRequest
from ..numbers import count
from .result import Result

# Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and
# individual Rank Learning Methods", SIGIR 2009: k = 60 in their formula
RANK_OFFSET = 60


@dataclass(frozen=True)
class Ranking:
    """Ids in rank order, each once, and whether they are those of patches of a field
    or of samples (``patches_field=None``)."""

    ids: list[str]
    sample_ids: list[str]
    patches_field: str | None


@dataclass(frozen=True)
class Fused:
    """A ranking merged of several. ``scores`` ``(n,)`` are sums of reciprocal ranks,
    more is nearer; ``ranks`` has each match's rank in each of the merged rankings, from
    1, ``None`` where it isn't in it."""

    brain_keys: tuple[str, ...]
    ranking: Ranking
    scores: np.ndarray
    ranks: list[tuple[int | None, ...]]


@dataclass(frozen=True)
class Comparison:
    """Two rankings of one query side by side.

    ``rows`` has every id of either, ordered by its better rank: the id and its rank in
    each, from 1 or ``None``. ``overlap`` is the share of the ids of the shorter one
    that both have; ``mean_difference`` that of the ranks of those that both have, 0 if
    none.
    """

    brain_keys: tuple[str, str]
    patches_field: str | None
    rows: list[tuple[str, int | None, int | None]]
    overlap: float
    mean_difference: float

    @property
    def message(self) -> str:
        """It in a sentence."""
        first, second = self.brain_keys
        text = f"'{first}' and '{second}' share {self.overlap:.0%} of their matches"
        if self.overlap:
            text += f", whose ranks differ by {self.mean_difference:.1f} on average"
        return text


def fuse(results: Sequence[Result], k: int) -> Fused:
    """Merges the results of one query over several indexes by reciprocal rank, which
    needs no common scale of their scores.

    Results of one kind (samples, or the patches of one field) are merged as they are;
    of several kinds, as samples, each at the rank of its best patch.

    Args:
        results: two results or more
        k: how many to keep

    Raises:
        InvalidRequest: if there is only one result
    """
    k = count(k, "k", "matches")
    rankings = _of_one_kind(results)
    places = [_places(ranking) for ranking in rankings]
    samples = {
        id_: sample_id
        for ranking in rankings
        for id_, sample_id in zip(ranking.ids, ranking.sample_ids, strict=True)
    }
    scores = {
        id_: sum(1 / (RANK_OFFSET + at[id_]) for at in places if id_ in at)
        for id_ in samples
    }
    ids = sorted(scores, key=lambda id_: (-scores[id_], id_))[:k]
    return Fused(
        tuple(result.brain_key for result in results),
        Ranking(ids, [samples[id_] for id_ in ids], rankings[0].patches_field),
        np.array([scores[id_] for id_ in ids]),
        [tuple(at.get(id_) for at in places) for id_ in ids],
    )


def compare(first: Result, second: Result) -> Comparison:
    """Compares the results of one query over two indexes; of two kinds, as samples."""
    a, b = _of_one_kind([first, second])
    in_a, in_b = _places(a), _places(b)
    both = in_a.keys() & in_b.keys()
    rows = [(id_, in_a.get(id_), in_b.get(id_)) for id_ in in_a | in_b]
    rows.sort(key=lambda row: (min(r for r in row[1:] if r is not None), row[0]))
    differences = [abs(in_a[id_] - in_b[id_]) for id_ in both]
    shorter = min(len(in_a), len(in_b))
    return Comparison(
        (first.brain_key, second.brain_key),
        a.patches_field,
        rows,
        len(both) / shorter if shorter else 0.0,
        float(np.mean(differences)) if differences else 0.0,
    )


def _of_one_kind(results: Sequence[Result]) -> list[Ranking]:
    if len(results) < 2:
        raise InvalidRequest("Name two indexes, to merge or compare their results")
    fields = {result.patches_field for result in results}
    if len(fields) == 1:
        return [Ranking(r.ids, r.sample_ids, r.patches_field) for r in results]
    return [_as_samples(result) for result in results]


def _as_samples(result: Result) -> Ranking:
    ids = list(dict.fromkeys(result.sample_ids))
    return Ranking(ids, ids, None)


def _places(ranking: Ranking) -> dict[str, int]:
    return {id_: rank for rank, id_ in enumerate(ranking.ids, start=1)}
