"""A search as plain data: read from an operator's parameters, run, saved and run again
exactly; and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import numpy as np

from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.index import MilvusSimilarityIndex
from fiftyone_milvus.dataset import indexed_samples
from fiftyone_milvus.dataset.ids import as_list
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.numbers import is_number
from fiftyone_milvus.search import fusion, sample_matches, search
from fiftyone_milvus.search.query import Query
from fiftyone_milvus.search.query_vector import term_scores

from .context import MAX_RESULTS
from .params import check_kinds

DEFAULT_K = 25
EXPLAINED = 100  # results


@dataclass(frozen=True)
class SearchRequest:
    """All that makes up a search.

    Args:
        brain_key: the index
        query: the query's terms, see ``Query.to_dict``
        k: how many results
        view: the stages of the view to stay within; ``None`` for the whole dataset
        reverse: the least similar first
        min_score: the least score of a result, in the index's kind of score
        max_score: the largest
        group_by: one result for each value of this field
        exclude: ids that are not to be results
        exclude_query: whether the query's own samples or patches are none either
        fuse_with: another index, whose ranking is merged with the first one's
        min_matches: of an index of patches, find images with so many such objects
        where: what the fields that the index stores must hold, see
            ``fiftyone_milvus.search.search.search``
        score_field: a field of our own that the results' scores are written to; more
            than 10,000 results need it, since a view can't name so many
        search_params: parameters of the index for this search alone, by Milvus's names
    """

    brain_key: str
    query: dict[str, Any]
    k: int = DEFAULT_K
    view: list[dict[str, Any]] | None = None
    reverse: bool = False
    min_score: float | None = None
    max_score: float | None = None
    group_by: str | None = None
    where: dict[str, Any] | None = None
    exclude: tuple[str, ...] = ()
    exclude_query: bool = False
    fuse_with: str | None = None
    min_matches: int | None = None
    score_field: str | None = None
    search_params: dict[str, Any] | None = None

    @classmethod
    def from_dict(cls, params: Mapping[str, Any]) -> SearchRequest:
        """Reads what :meth:`to_dict` gave.

        Raises:
            InvalidRequest: naming what can't be
        """
        given = check_kinds(params)
        known = {f.name for f in fields(cls)}
        if not {"brain_key", "query"} <= set(given) or not set(given) <= known:
            raise InvalidRequest(
                f"A search has 'brain_key' and 'query', and of {sorted(known)} what "
                f"it needs; this one has {sorted(given)!s:.200}"
            )
        request = cls(**{**given, "exclude": tuple(as_list(given.get("exclude")))})
        request.check()
        return request

    def to_dict(self) -> dict[str, Any]:
        """It as plain data, without what was left as it is by default."""
        found = {**asdict(self), "exclude": list(self.exclude)}
        return {k: v for k, v in found.items() if v not in (None, False, [], {})}

    @property
    def label(self) -> str:
        """What is searched for and where, in a line."""
        terms = ", ".join(t.label for t in Query.from_dict(self.query).terms[:5])
        return f"{terms} in '{self.brain_key}'"

    def check(self) -> None:
        """Checks what can be known without a server.

        Raises:
            InvalidRequest: naming what can't be
        """
        check_k(self.k, None if self.score_field else MAX_RESULTS)
        Query.from_dict(self.query)
        for name in ("min_score", "max_score"):
            value = getattr(self, name)
            if value is not None and not is_number(value):
                raise InvalidRequest(f"{name} is a number; this was {value!r}")
        if self.min_matches is not None and self.group_by is not None:
            raise InvalidRequest("Find images by their objects, or group: not both")
        if self.where is not None and not isinstance(self.where, dict):
            raise InvalidRequest(
                f"where says for each field what it must hold; this was {self.where!r}"
            )
        if self.fuse_with == self.brain_key:
            raise InvalidRequest("Merge the ranking of another index, not of the same")


@dataclass(frozen=True)
class Answer:
    """What a search found: ``ids`` of samples, or of the patches of a field, in rank
    order, with ``scores`` ``(n,)`` of a kind (``"similarity"``, ``"distance"``, or
    ``"rank"`` of merged rankings); ``matched`` the label ids that made each sample a
    result, where images were found by their objects; ``result`` the search of the first
    index; ``term_scores`` ``(m, t)`` what each of several terms says of the first
    results, ``ranks`` each result's rank in each of the merged rankings, by index, from
    1 or ``None``."""

    request: SearchRequest
    ids: list[str]
    sample_ids: list[str]
    patches_field: str | None
    scores: np.ndarray
    score: str
    plan: str
    exact: bool
    seconds: float
    result: search.Result
    matched: list[list[str]] | None = None
    term_scores: np.ndarray | None = None
    ranks: dict[str, list[int | None]] | None = None

    @property
    def everything(self) -> fo.SampleCollection:
        """All samples that the index may hold."""
        return self.result.everything

    @property
    def deciding(self) -> list[str]:
        """The row of the index that made each result one: of images that were found by
        their objects, the last object that was asked for."""
        if self.matched is None:
            return self.ids
        return [objects[-1] for objects in self.matched]

    def to_dict(self) -> dict[str, Any]:
        """It as an operator's result."""
        found: dict[str, Any] = {
            "brain_key": self.request.brain_key,
            "ids": self.ids,
            "sample_ids": self.sample_ids,
            "patches_field": self.patches_field,
            "scores": [round(float(s), 6) for s in self.scores],
            "score": self.score,
            "exact": self.exact,
            "plan": self.plan,
            "milliseconds": round(self.seconds * 1000, 1),
            "terms": [
                {"label": term.label, "weight": term.weight, "negative": term.negative}
                for term in self.result.resolved.query.terms
            ],
            "message": self._message(),
        }
        if self.matched is not None:
            found["matched"] = self.matched
        if self.ranks is not None:
            found["ranks"] = self.ranks
        if self.term_scores is not None:
            found["term_scores"] = np.round(self.term_scores, 6).tolist()
        return found

    def _message(self) -> str:
        text = f"{len(self.ids):,} {'result' if len(self.ids) == 1 else 'results'}"
        if self.ids and self.score != "rank":
            first, last = self.scores[0], self.scores[-1]
            text += f", {self.score} {first:.3f} to {last:.3f}"
        return text

    def view(self, samples: fo.SampleCollection) -> fo.DatasetView:
        """The results in rank order, for the grid; writes the scores that were asked
        for."""
        rank_field = None
        if self.request.score_field is not None:
            rank_field = search.write_scores(self, samples, self.request.score_field)
        return search.result_view(self, samples, rank_field)


def check_k(k: Any, most: int | None = MAX_RESULTS) -> int:
    """Checks how many results were asked for.

    Raises:
        InvalidRequest: if it is no number, or more than the grid can take
    """
    whole = is_number(k) and k == int(k)
    if not whole or k < 1 or (most is not None and k > most):
        raise InvalidRequest(
            f"Ask for 1 to {MAX_RESULTS:,} results; this was {k}. To get more, name a "
            "score field."
        )
    return int(k)


def samples_of(
    ctx: foo.ExecutionContext, request: SearchRequest
) -> fo.SampleCollection:
    """The dataset, or the view that the search stays within, as it is now.

    Raises:
        InvalidRequest: if the view is empty
    """
    if request.view is None:
        return ctx.dataset
    view = fo.DatasetView._build(ctx.dataset, request.view)
    if not view.limit(1).count():
        raise InvalidRequest("The view is empty. Clear it, or search the dataset.")
    return view


def check_score_field(request: SearchRequest, samples: fo.SampleCollection) -> None:
    """Checks that the scores can be written that are asked for, if any are.

    Raises:
        InvalidRequest: if not
    """
    field = request.score_field
    if field is None:
        return
    keys = [key for key in (request.brain_key, request.fuse_with) if key]
    infos = [runs.describe(samples._root_dataset, key) for key in keys]
    patches = {info.patches_field for info in infos}
    by_patch = len(patches) == 1 and request.min_matches is None
    of = patches.pop() if by_patch else None
    everything = runs.all_samples(samples._root_dataset, request.brain_key, samples)
    target = indexed_samples.target(everything, samples, of)
    search.check_field(target, of, field)
    if request.k > MAX_RESULTS:
        search.check_field(target, of, f"{field}_rank")


def run(
    request: SearchRequest, samples: fo.SampleCollection, **connection: Any
) -> Answer:
    """Runs a search.

    Args:
        request: the search
        samples: what :func:`samples_of` says
        **connection: connection settings that override the configured ones

    Raises:
        VectorSearchError: one of its kinds, in words for people
    """
    check_score_field(request, samples)
    index = runs.load(samples._root_dataset, request.brain_key, **connection)
    if request.min_matches is not None:
        answer = _by_objects(request, lambda k: _search(request, index, k, samples))
        return _explained(answer, index)
    result = _search(request, index, request.k, samples)
    if request.fuse_with is not None:
        check_alike(samples, request.brain_key, request.fuse_with)
        other = runs.load(samples._root_dataset, request.fuse_with, **connection)
        return _merged(request, [result, _search(request, other, request.k, samples)])
    answer = Answer(
        request,
        result.ids,
        result.sample_ids,
        result.patches_field,
        result.scores,
        result.score_kind,
        result.plan.reason,
        result.plan.exact,
        result.seconds,
        result,
    )
    return _explained(answer, index)


def check_alike(samples: fo.SampleCollection, brain_key: str, other: str) -> None:
    """Checks that the rankings of two indexes can be merged or compared; asks no
    server.

    Raises:
        InvalidRequest: if one holds frames or clips, and the other something else
    """
    first, second = (
        indexed_samples.kind_of(runs.all_samples(samples._root_dataset, key, samples))
        for key in (brain_key, other)
    )
    if first != second:
        raise InvalidRequest(
            f"'{brain_key}' is an index of {first}, and '{other}' one of {second}. "
            "Choose two indexes of the same."
        )


def _explained(answer: Answer, index: MilvusSimilarityIndex) -> Answer:
    """With what each of several terms says of the first results."""
    resolved = answer.result.resolved
    if len(resolved.terms) < 2:
        return answer
    said = term_scores(index, resolved, answer.deciding[:EXPLAINED])
    return replace(answer, term_scores=said)


def _search(
    request: SearchRequest,
    index: MilvusSimilarityIndex,
    k: int,
    samples: fo.SampleCollection,
) -> search.Result:
    return search.search(
        index,
        Query.from_dict(request.query),
        k,
        samples=samples,
        reverse=request.reverse,
        min_score=request.min_score,
        max_score=request.max_score,
        group_by=request.group_by,
        exclude=request.exclude,
        exclude_query=request.exclude_query,
        where=request.where,
        search_params=request.search_params,
    )


def _by_objects(
    request: SearchRequest, searched: Callable[[int], search.Result]
) -> Answer:
    found = sample_matches.find(searched, request.k, request.min_matches or 1)
    return Answer(
        request,
        found.sample_ids,
        found.sample_ids,
        None,
        found.scores,
        found.result.score_kind,
        found.result.plan.reason,
        found.result.plan.exact,
        found.result.seconds,
        found.result,
        found.matched,
    )


def _merged(request: SearchRequest, results: list[search.Result]) -> Answer:
    fused = fusion.fuse(results, request.k)
    ranking = fused.ranking
    return Answer(
        request,
        ranking.ids,
        ranking.sample_ids,
        ranking.patches_field,
        fused.scores,
        "rank",
        "; ".join(f"{r.brain_key}: {r.plan.reason}" for r in results),
        all(r.plan.exact for r in results),
        sum(r.seconds for r in results),
        results[0],
        ranks={
            key: [places[which] for places in fused.ranks]
            for which, key in enumerate(fused.brain_keys)
        },
    )
