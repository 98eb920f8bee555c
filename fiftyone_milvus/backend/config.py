"""The configuration of a Milvus similarity index: what is stored, and what never is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fiftyone.brain.similarity import SimilarityConfig

from ..dataset import model_arguments, model_trust
from ..errors import InvalidRequest
from ..store import embedded, index_types, settings
from ..store.collection import CONSISTENCY_LEVELS, METRICS, check_name
from . import STOCK_MODULE
from .stored_run import Stored, check_options, parse

# How the neighbors of several queries are combined, as in FiftyOne's sklearn backend:
# one averaged query, or the mean, least or greatest of each row's distances
AGGREGATIONS = ("mean", "post-mean", "post-min", "post-max")

_BASE_KEYS = (
    "embeddings_field",
    "model",
    "model_kwargs",
    "patches_field",
    "roi_field",
    "supports_prompts",
)


class MilvusSimilarityConfig(SimilarityConfig):
    """Configuration of a Milvus similarity index.

    How to connect is never stored: each process finds the settings again, from keyword
    arguments, the current scope, the environment or the brain config.

    Args:
        collection_name: the collection to use or create; a new one if ``None``
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: ``"Session"``, ``"Strong"``, ``"Bounded"``, ``"Eventually"``
        ext: our own settings as JSON, in one attribute that plain FiftyOne ignores
        **kwargs: the connection settings
            (:data:`~fiftyone_milvus.store.settings.KEYS`), the index options
            (:class:`~fiftyone_milvus.store.index_types.IndexOptions`), and those of
            ``fiftyone.brain.similarity.SimilarityConfig``

    Raises:
        InvalidRequest: if a value is not one of those allowed
    """

    __module__ = STOCK_MODULE  # stored with each run

    def __init__(
        self,
        collection_name: str | None = None,
        metric: str = "dotproduct",
        consistency_level: str = "Session",
        ext: str | None = None,
        **kwargs: Any,
    ) -> None:
        _check_choice("metric", metric, METRICS)
        _check_choice("consistency_level", consistency_level, CONSISTENCY_LEVELS)
        if collection_name is not None:
            check_name(collection_name)
        self._given = settings.in_scope(
            {k: kwargs.pop(k) for k in settings.KEYS if k in kwargs}
        )
        chosen = check_options({k: kwargs.pop(k, None) for k in index_types.OPTIONS})
        parse(ext)
        # FiftyOne would store an unknown name in MongoDB, secret or not
        self._unknown = sorted(set(kwargs) - set(_BASE_KEYS))
        base = {k: v for k, v in kwargs.items() if k in _BASE_KEYS}
        self._model_kwargs = base.get("model_kwargs")
        base["model_kwargs"] = model_arguments.plain(self._model_kwargs)
        super().__init__(**base)
        self.collection_name = collection_name
        self.metric = metric
        self.consistency_level = consistency_level
        self.ext = ext
        if chosen.to_dict():
            self.remember(options=chosen.to_dict())

    @property
    def method(self) -> str:
        return "milvus"

    @property
    def max_k(self) -> None:
        return None

    @property
    def supports_least_similarity(self) -> bool:
        return True

    @property
    def supported_aggregations(self) -> tuple[str, ...]:
        return AGGREGATIONS

    @property
    def stored(self) -> dict[str, Any]:
        """Our own settings, as stored with the run."""
        return json.loads(self.ext) if self.ext else {}

    @property
    def own(self) -> Stored:
        """Our own settings, checked."""
        return parse(self.ext)

    def remember(self, **values: Any) -> None:
        """Changes our own settings; ``None`` forgets one. FiftyOne stores them with the
        run."""
        known = {**self.stored, **values}
        self.ext = json.dumps({k: v for k, v in known.items() if v is not None})

    @property
    def options(self) -> index_types.IndexOptions:
        """The index options that were chosen."""
        return self.own.options

    def stamp_model(self) -> None:
        """Notes that this installation wrote the model's arguments."""
        self.remember(model_stamp=model_trust.stamp(self.model, self.model_kwargs))

    @property
    def connection_settings(self) -> settings.Settings:
        """How to reach the Milvus of this index, as found now.

        Raises:
            InvalidRequest: if a setting can't be right
            CollectionError: if the record names an embedded Milvus that isn't there
        """
        given = {"db_name": self.own.db_name, **self._given}
        found = settings.resolve(given, stored=self.own.address)
        named_by_record = "uri" not in given and self.own.address is not None
        if found.embedded and named_by_record and not settings.is_configured(found):
            embedded.check_is_there(embedded.home(found))
        return found

    def load_credentials(self, **kwargs: Any) -> None:
        """Takes connection settings that override the configured ones; those of the
        record, which may be anybody's, don't count.

        FiftyOne calls this for each run that it loads.
        """
        settings.check_names(kwargs)
        self._given = settings.in_scope(kwargs)

    def refuse_unfit(self) -> None:
        """Raises InvalidRequest for keyword arguments that mean nothing, and for
        secrets among the model's, which would be stored."""
        model_arguments.check_no_secret(self._model_kwargs)
        if self._unknown:
            own = ("collection_name", "metric", "consistency_level")
            known = [*own, *index_types.OPTIONS, *settings.KEYS]
            raise InvalidRequest(
                f"The Milvus backend has no parameters {self._unknown}. It has {known}."
            )


def _check_choice(name: str, value: Any, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise InvalidRequest(
            f"Unsupported {name} '{value}'. Supported values are {tuple(allowed)}"
        )
