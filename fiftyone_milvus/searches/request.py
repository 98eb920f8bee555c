"""A search as a value: what is asked of an index; and the same as plain data, to save
it and run it again exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..checks import count, is_number
from ..dataset.ids import as_list
from ..errors import InvalidRequest
from .query import Query

DEFAULT_K = 25
_TEXTS = ("brain_key", "group_by", "fuse_with", "score_field")
_FLAGS = ("reverse", "exclude_query")


@dataclass(frozen=True)
class SearchRequest:
    """All that makes up a search.

    Args:
        brain_key: the index
        query: what to search with
        k: how many results
        view: the stages of the view to stay within; ``None`` for the whole dataset
        reverse: the least similar first
        min_score: the lowest score of a result, in the index's kind of score
        max_score: the highest
        group_by: a field, of whose values each gives its best match alone
        where: for some of the fields that the index stores (its ``filter_fields``),
            a value that matches must have, a list of such values, or
            ``{"min": ..., "max": ...}``; as Milvus has them, which is as they were
            when the index was built or last synced
        exclude: ids that are not to be results
        exclude_query: whether the query's own samples or patches are excluded too
        fuse_with: another index, whose ranking is combined with the first one's
        min_matches: of an index of patches, find images with so many such objects
        score_field: a field that the results' scores are written to; more than 10,000
            results need it, since a view can't name so many
        search_params: parameters of the index for this search alone, by Milvus's names

    Raises:
        InvalidRequest: naming what is wrong, as far as no server is needed to know
    """

    brain_key: str
    query: Query
    k: int = DEFAULT_K
    view: list[dict[str, Any]] | None = None
    reverse: bool = False
    min_score: float | None = None
    max_score: float | None = None
    group_by: str | None = None
    where: Mapping[str, Any] | None = None
    exclude: tuple[str, ...] = ()
    exclude_query: bool = False
    fuse_with: str | None = None
    min_matches: int | None = None
    score_field: str | None = None
    search_params: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for name in _TEXTS:
            value = getattr(self, name)
            if not isinstance(value, str) and (value is not None or name == _TEXTS[0]):
                raise InvalidRequest(f"Give {name} as a text, not {value!r:.100}")
        for name in _FLAGS:
            if not isinstance(value := getattr(self, name), bool):
                raise InvalidRequest(
                    f"Give {name} as true or false, not {value!r:.100}"
                )
        if not isinstance(self.query, Query):
            raise InvalidRequest(
                'Give the query as a Query, such as Query.of(text="a bird") or '
                f"Query.of(ids=[sample.id]), not {self.query!r:.100}"
            )
        object.__setattr__(self, "k", count(self.k, "k", "matches"))
        if self.min_matches is not None:
            found = count(self.min_matches, "min_matches", "objects of each image")
            object.__setattr__(self, "min_matches", found)
        object.__setattr__(self, "exclude", tuple(as_list(self.exclude)))
        self._check_limits()

    def _check_limits(self) -> None:
        low, high = self.min_score, self.max_score
        for name, bound in (("min_score", low), ("max_score", high)):
            if bound is not None and not is_number(bound):
                raise InvalidRequest(f"Give {name} as a number, not {bound!r:.100}")
        if low is not None and high is not None and low > high:
            raise InvalidRequest(
                f"No score is at least {low} and at most {high}. Swap the limits."
            )
        if self.where is not None and not isinstance(self.where, Mapping):
            raise InvalidRequest(
                "Give where as an object of fields and what they must contain, not "
                f"{self.where!r:.100}"
            )
        if self.min_matches is not None and self.group_by is not None:
            raise InvalidRequest(
                "Use either min_matches or group_by: both choose one result per image "
                "or value"
            )
        if self.min_matches is not None and self.fuse_with is not None:
            raise InvalidRequest(
                "Use either min_matches or fuse_with: images that are found by their "
                "objects can't be combined with the results of another index"
            )
        if self.fuse_with == self.brain_key:
            raise InvalidRequest(
                f"'{self.brain_key}' can't be combined with itself. Choose another "
                "index."
            )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SearchRequest:
        """Reads what :meth:`to_dict` returned.

        Raises:
            InvalidRequest: naming what is wrong
        """
        known = {f.name for f in fields(cls)}
        given = {k: v for k, v in dict(data).items() if v is not None}
        if not {"brain_key", "query"} <= set(given) or not set(given) <= known:
            raise InvalidRequest(
                f"Give a search 'brain_key' and 'query', and what else it needs of "
                f"{sorted(known)}; this one has {sorted(given)!s:.200}"
            )
        return cls(**{**given, "query": Query.from_dict(given["query"])})

    def to_dict(self) -> dict[str, Any]:
        """The request as plain data, without what has its default."""
        data = {
            **{f.name: getattr(self, f.name) for f in fields(self)},
            "query": self.query.to_dict(),
            "exclude": list(self.exclude),
        }
        return {k: v for k, v in data.items() if v not in (None, False, [], {})}

    @property
    def label(self) -> str:
        """What is searched for and where, in a line."""
        return f"{self.query.label} in '{self.brain_key}'"
