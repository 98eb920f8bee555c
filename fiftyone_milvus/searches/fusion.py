"""Rankings of one query by several indexes: combined into one, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..checks import count
from ..errors import InvalidRequest
from ..retrieval.plans import Plan, Seconds
from .result import SearchResult

# Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and
# individual Rank Learning Methods", SIGIR 2009: k = 60 in their formula
RANK_OFFSET = 60


@dataclass(frozen=True)
class Comparison:
    """Two rankings of one query side by side.

    ``rows`` has every id of either, ordered by its better rank: the id and its rank in
    each, from 1 or ``None``. ``overlap`` is the share of the shorter ranking's ids that
    both have; ``mean_difference`` the mean difference of the ranks of common ids, 0 if
    there are none.
    """

    brain_keys: tuple[str, str]
    patches_field: str | None
    rows: list[tuple[str, int | None, int | None]]
    overlap: float
    mean_difference: float

    @property
    def message(self) -> str:
        """The comparison in a sentence."""
        first, second = self.brain_keys
        text = f"'{first}' and '{second}' share {self.overlap:.0%} of their matches"
        if self.overlap:
            text += f", whose ranks differ by {self.mean_difference:.1f} on average"
        return text


def fuse(results: Sequence[SearchResult], k: int) -> SearchResult:
    """Combines the results of one query over several indexes by reciprocal rank, which
    needs no common scale of their scores.

    Results of one kind (samples, or the patches of one field) are combined as they
    are; of several kinds, as samples, each at the rank of its best patch.

    Args:
        results: two results or more
        k: how many to keep

    Raises:
        InvalidRequest: if there is only one result
    """
    k = count(k, "k", "matches")
    rankings, patches_field = _of_one_kind(results)
    ranks = [_ranks(ids) for ids, _ in rankings]
    samples = {
        id_: sample_id
        for ids, sample_ids in rankings
        for id_, sample_id in zip(ids, sample_ids, strict=True)
    }
    scores = {
        id_: sum(1 / (RANK_OFFSET + of[id_]) for of in ranks if id_ in of)
        for id_ in samples
    }
    ids = sorted(scores, key=lambda id_: (-scores[id_], id_))[:k]
    return replace(
        results[0],
        patches_field=patches_field,
        ids=ids,
        sample_ids=[samples[id_] for id_ in ids],
        scores=np.array([scores[id_] for id_ in ids]),
        score_kind="rank",
        plan=_plan(results),
        seconds=sum(result.seconds for result in results),
        matched=None,
        term_scores=None,
        fused_keys=tuple(result.request.brain_key for result in results),
        ranks=[tuple(of.get(id_) for of in ranks) for id_ in ids],
    )


def compare(first: SearchResult, second: SearchResult) -> Comparison:
    """Compares the results of one query over two indexes; of two kinds, as samples."""
    rankings, patches_field = _of_one_kind([first, second])
    a, b = (_ranks(ids) for ids, _ in rankings)
    both = a.keys() & b.keys()
    rows = [(id_, a.get(id_), b.get(id_)) for id_ in a | b]
    rows.sort(key=lambda row: (min(r for r in row[1:] if r is not None), row[0]))
    differences = [abs(a[id_] - b[id_]) for id_ in both]
    shorter = min(len(a), len(b))
    return Comparison(
        (first.request.brain_key, second.request.brain_key),
        patches_field,
        rows,
        len(both) / shorter if shorter else 0.0,
        float(np.mean(differences)) if differences else 0.0,
    )


def _of_one_kind(
    results: Sequence[SearchResult],
) -> tuple[list[tuple[list[str], list[str]]], str | None]:
    """The ids and sample ids of each result, and the field of the patches that all are;
    ``None`` for samples."""
    if len(results) < 2:
        raise InvalidRequest("Give the results of two indexes or more")
    fields = {result.patches_field for result in results}
    if len(fields) == 1:
        return [(r.ids, r.sample_ids) for r in results], fields.pop()
    samples = [list(dict.fromkeys(result.sample_ids)) for result in results]
    return [(ids, ids) for ids in samples], None


def _ranks(ids: Sequence[str]) -> dict[str, int]:
    return {id_: rank for rank, id_ in enumerate(ids, start=1)}


def _plan(results: Sequence[SearchResult]) -> Plan:
    return Plan(
        "combined",
        all(result.plan.exact for result in results),
        "; ".join(f"{r.request.brain_key}: {r.plan.reason}" for r in results),
        sum((result.plan.seconds for result in results), Seconds()),
    )
