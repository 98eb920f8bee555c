"""What a search of the panel found: kept, so that all that follows needs no other
search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import fiftyone as fo
import fiftyone.core.stages as fos
import numpy as np

from fiftyone_milvus.backend import runs
from fiftyone_milvus.search.query_vector import term_scores

from ..app.search_request import Answer


@dataclass(frozen=True)
class Found:
    """An answer, and the stages of the view that shows it in the grid, where results of
    patches are patches."""

    answer: Answer
    stages: list[dict[str, Any]]

    @classmethod
    def of(cls, answer: Answer, view: fo.DatasetView) -> Found:
        return cls(answer, view._serialize())

    @property
    def ids(self) -> list[str]:
        return self.answer.ids

    def page(self, start: int, count: int) -> Answer:
        """At most ``count`` results from rank ``start`` on; 0 is the best."""
        part = slice(max(0, start), max(0, start) + max(0, count))
        answer = self.answer
        matched, ranks = answer.matched, answer.ranks
        return replace(
            answer,
            ids=answer.ids[part],
            sample_ids=answer.sample_ids[part],
            scores=answer.scores[part],
            matched=None if matched is None else matched[part],
            ranks=None if ranks is None else {k: r[part] for k, r in ranks.items()},
        )

    def items(self, dataset: fo.Dataset) -> fo.DatasetView:
        """The samples or patches among which the results are: not in rank order."""
        view = fo.DatasetView._build(dataset, self.stages)
        if view._stages and isinstance(view._stages[-1], fos.Select):
            return fo.DatasetView._build(dataset, self.stages[:-1])
        return view

    def view(self, dataset: fo.Dataset, keep: int) -> fo.DatasetView:
        """The first results, in rank order."""
        view = fo.DatasetView._build(dataset, self.stages)
        if keep >= len(self.ids):
            return view
        if isinstance(view._stages[-1], fos.Select):
            return self.items(dataset).select(self.ids[:keep], ordered=True)
        return view.limit(keep)

    def explain(
        self, dataset: fo.Dataset, start: int, count: int, **connection: Any
    ) -> np.ndarray | None:
        """What each of several terms says of some results, ``(n, t)``; ``None`` for a
        single term, and where rankings are merged."""
        answer = self.answer
        if answer.term_scores is None:
            return None
        if start + count <= len(answer.term_scores) or start == 0:
            return np.asarray(answer.term_scores[start : start + count])
        index = runs.load(dataset, answer.request.brain_key, **connection)
        ids = answer.deciding[start : start + count]
        return term_scores(index, answer.result.resolved, ids)
