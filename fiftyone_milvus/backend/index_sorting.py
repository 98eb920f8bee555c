"""Views sorted by similarity to a query, as FiftyOne asks it of an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import fiftyone.core.media as fom
import fiftyone.core.patches as fop
import numpy as np
from bson import ObjectId
from fiftyone.brain.similarity import SimilarityIndex

from ..checks import count
from ..dataset import indexed_samples, models
from ..dataset.ids import ViewIds
from ..errors import InvalidRequest
from ..vectors import as_array, is_tensor


class Sorting(SimilarityIndex):
    """What FiftyOne asks of an index that views are sorted by."""

    _curr_view: Any
    _members: ViewIds | None
    _within: ViewIds
    all_samples: Any
    _kneighbors: Callable[..., Any]

    def sort_by_similarity(
        self,
        query: Any,
        k: int | None = None,
        reverse: bool = False,
        aggregation: str | None = "mean",
        dist_field: str | None = None,
        _mongo: bool = False,
    ) -> Any:
        """Sorts the current view by similarity; see FiftyOne's interface."""
        of_labels = self.config.patches_field is not None and not isinstance(
            self.view, fop.PatchesView
        )
        self._check_listed(k, of_labels)
        new = dist_field is not None and not self.view.has_field(dist_field)
        if dist_field is not None and (of_labels or new):
            # FiftyOne's own way to write these fails for the labels of every backend,
            # and for a new field that no result gives a value
            self._write_dists(query, k, reverse, aggregation, dist_field, of_labels)
            dist_field = None
        with self._sorting():
            return super().sort_by_similarity(
                query,
                k=k,
                reverse=reverse,
                aggregation=aggregation,
                dist_field=dist_field,
                _mongo=_mongo,
            )

    def _check_listed(self, k: int | None, of_labels: bool) -> None:
        """Checks that the sorted view can list its ids; of labels that are not a view
        of patches, FiftyOne lists the ``k`` nearest once more."""
        times = 3 if of_labels and k is not None else 2
        most = indexed_samples.most_listed(times)
        if k is not None and count(k, "k", "neighbors") <= most:
            return
        listed = self.total_index_size if k is None else min(k, self.total_index_size)
        if listed > most and times == 2:
            listed = min(listed, self.view.count())
        indexed_samples.check_listed(listed, times)

    @contextmanager
    def _sorting(self) -> Iterator[None]:
        """Restricts searches to what the sorted view shows: of a grouped dataset, one
        slice."""
        everything, view = self.all_samples, self._curr_view
        if everything._is_generated and not view._is_generated:
            kind = indexed_samples.kind_of(everything)
            raise InvalidRequest(
                f"The index '{self.key}' has {kind}, and the view has others, so it "
                f"can't be sorted. Sort a view of {kind}."
            )
        members = self._within
        if not self.has_view and view.media_type == fom.GROUP:
            field = self.config.patches_field
            self._members = ViewIds(view.view(), field, likely_all=True)
        try:
            yield
        finally:
            self._members = members

    def _write_dists(
        self,
        query: Any,
        k: int | None,
        reverse: bool,
        aggregation: str | None,
        dist_field: str,
        of_labels: bool,
    ) -> None:
        sample_ids, label_ids, dists = self._kneighbors(
            self._parse_query(query), k, reverse, aggregation, return_dists=True
        )
        ids = sample_ids if label_ids is None else label_ids
        values = dict(zip(ids, dists, strict=True))
        if not of_labels:
            if values:
                self.view.set_values(dist_field, values, key_field="id")
            return
        samples = self.all_samples
        _, path = samples._get_label_field_path(self.config.patches_field, dist_field)
        samples.set_label_values(path, values, dynamic=True)

    def _parse_query(self, query: Any) -> Any:
        query = _as_query(query)
        texts = _texts(query)
        if not texts or not self.supports_prompts:
            return super()._parse_query(query)
        model = models.text_model(self.get_model())
        lock = models.lock_of(model)
        with lock.first() if len(texts) == 1 else lock, model:
            return model.embed_prompts(texts)


def _texts(query: Any) -> list[str]:
    """The texts of a query; none if it is one of ids or vectors."""
    if isinstance(query, str):
        query = [query]
    is_texts = isinstance(query, list) and query and isinstance(query[0], str)
    return query if is_texts and not ObjectId.is_valid(query[0]) else []


def _as_query(query: Any) -> Any:
    """A query in a form that FiftyOne's own way of reading one takes: it doesn't take
    tensors, lists of vectors, or a single ``ObjectId``."""
    if isinstance(query, np.ndarray) and query.dtype == object:
        query = query.tolist()
    if query is None or isinstance(query, str | np.ndarray):
        return query
    if isinstance(query, ObjectId):
        return str(query)
    if not is_tensor(query) and not hasattr(query, "__array__"):
        query = list(query)
        vectors = query and isinstance(query[0], list | tuple | np.ndarray)
        if not vectors and not (query and is_tensor(query[0])):
            return [str(one) if isinstance(one, ObjectId) else one for one in query]
    try:
        return as_array(query)
    except (ValueError, TypeError) as e:
        raise InvalidRequest(
            "Give a query as ids, texts, or vectors of one dimension"
        ) from e
