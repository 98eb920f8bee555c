"""FiftyOne's similarity interface over a Milvus collection.

The three classes take the names of those that FiftyOne ships (see ``hook.py``).
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import fiftyone.core.utils as fou
import numpy as np
from bson import ObjectId
from fiftyone.brain.similarity import Similarity, SimilarityConfig, SimilarityIndex

from . import client, models, search, settings
from .collection import (
    CONSISTENCY_LEVELS,
    METRICS,
    Collection,
    Hits,
    Owner,
    Rows,
    check_name,
)
from .errors import CollectionError, InvalidRequest, VectorSearchError
from .vectors import as_vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

logger = logging.getLogger(__name__)

# Adding more rows than this ends with a flush, which costs a server seconds
FLUSH_ROWS = 1_000

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

    How to connect is never stored: the settings are found anew in each process, from
    keyword arguments, the environment or the brain config.

    Args:
        collection_name: the collection to use or create; a new one if ``None``
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: ``"Session"``, ``"Strong"``, ``"Bounded"``, ``"Eventually"``
        ext: our own settings as JSON, in one attribute that plain FiftyOne ignores
        **kwargs: the connection settings (:data:`fiftyone_milvus.settings.KEYS`), and
            those of ``fiftyone.brain.similarity.SimilarityConfig``

    Raises:
        InvalidRequest: if a value is not one of those allowed
    """

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
        self._given = {k: kwargs.pop(k) for k in settings.KEYS if k in kwargs}
        # FiftyOne would store an unknown name in MongoDB, secret or not
        self._unknown = sorted(set(kwargs) - set(_BASE_KEYS))
        super().__init__(**{k: v for k, v in kwargs.items() if k in _BASE_KEYS})
        self.collection_name = collection_name
        self.metric = metric
        self.consistency_level = consistency_level
        self.ext = ext

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
        return ("mean",)

    @property
    def stored(self) -> dict[str, Any]:
        """Our own settings, as stored with the run."""
        return json.loads(self.ext) if self.ext else {}

    @property
    def connection_settings(self) -> settings.Settings:
        """How to reach the Milvus of this index, as found now."""
        found = self.stored
        given = {"db_name": found.get("db_name"), **_present(self._given)}
        return settings.resolve(given, stored=found.get("address"))

    def load_credentials(self, **kwargs: Any) -> None:
        """Takes connection settings that override the configured ones."""
        unknown = sorted(set(kwargs) - set(settings.KEYS))
        if unknown:
            raise InvalidRequest(
                f"Unknown connection settings {unknown}. Those that Milvus knows are "
                f"{list(settings.KEYS)}"
            )
        self._given.update(_present(kwargs))

    def refuse_unknown(self) -> None:
        """Raises InvalidRequest for keyword arguments that mean nothing."""
        if self._unknown:
            known = ["collection_name", "metric", "consistency_level", *settings.KEYS]
            raise InvalidRequest(
                f"The Milvus backend has no parameter {self._unknown}. Those it has "
                f"are {known}"
            )


class MilvusSimilarity(Similarity):
    """Makes Milvus indexes, and registers their runs.

    A run is stored when its index is complete, so that a build that fails leaves
    nothing behind.
    """

    _pending = False

    def ensure_requirements(self) -> None:
        self.config.refuse_unknown()
        client.ensure_installed()

    def ensure_usage_requirements(self) -> None:
        client.ensure_installed()

    def register_run(
        self, samples: Any, key: str, overwrite: bool = True, cleanup: bool = True
    ) -> None:
        """Checks that the run could be stored and Milvus answers; it is stored by
        :meth:`save_run_results`."""
        if key is None:
            return
        if not overwrite and key in self.list_runs(samples):
            raise InvalidRequest(
                f"The brain key '{key}' is in use. Choose another, or clean that run "
                "up first."
            )
        self.validate_run(samples, key, overwrite=overwrite)
        client.connect(self.config.connection_settings).ping()
        self._pending = True

    def initialize(self, samples: Any, brain_key: str) -> MilvusSimilarityIndex:
        return MilvusSimilarityIndex(samples, self.config, brain_key, backend=self)

    @classmethod
    def save_run_results(
        cls,
        samples: Any,
        key: str,
        run_results: MilvusSimilarityIndex,
        overwrite: bool = True,
        cache: bool = True,
    ) -> None:
        backend = run_results.backend
        if getattr(backend, "_pending", False):
            try:
                Similarity.register_run(backend, samples, key, overwrite=False)
            except Exception:
                run_results.discard()
                raise
            backend._pending = False
        super().save_run_results(
            samples, key, run_results, overwrite=overwrite, cache=cache
        )

    def rename(self, samples: Any, key: str, new_key: str) -> None:
        """Writes the new key into the collection's stamp."""
        try:
            self.initialize(samples, key).stamp(new_key)
        except VectorSearchError as e:
            logger.warning("The collection still names the key '%s': %s", key, e)


class MilvusSimilarityIndex(SimilarityIndex):
    """A similarity index whose vectors are in a Milvus collection.

    Args:
        samples: the ``fiftyone.core.collections.SampleCollection`` that is indexed
        config: the :class:`MilvusSimilarityConfig`
        brain_key: the brain key
        backend: the :class:`MilvusSimilarity`
    """

    def __init__(
        self,
        samples: Any,
        config: MilvusSimilarityConfig,
        brain_key: str,
        backend: MilvusSimilarity | None = None,
    ) -> None:
        super().__init__(samples, config, brain_key, backend=backend)
        found = config.connection_settings
        connection = client.connect(found)
        if config.collection_name is None:
            config.collection_name = _new_name(samples._root_dataset.name, brain_key)
        if config.ext is None and backend is not None and backend._pending:
            ext = {"version": 1, "address": found.address, "db_name": found.db_name}
            config.ext = json.dumps(_present(ext))
        self._rows = Collection(
            connection,
            config.collection_name,
            config.metric,
            config.consistency_level,
        )
        self._created = False
        self._check_present()

    # -- what there is

    @property
    def client(self) -> MilvusClient:
        """pymilvus's own client, connected."""
        return self._rows.connection.client

    @property
    def rows(self) -> Collection:
        """The :class:`~fiftyone_milvus.collection.Collection` behind the index."""
        return self._rows

    @property
    def collection(self) -> Any:
        """The ``pymilvus.Collection``, or ``None`` before anything was added."""
        if not self._rows.exists():
            return None
        return self._rows.connection.orm_collection(self._rows.name)

    @property
    def total_index_size(self) -> int:
        return self._rows.count() if self._rows.exists() else 0

    @property
    def owned(self) -> bool:
        """Whether this dataset made the collection, so that it may drop it."""
        owner = self._rows.owner()
        if owner is not None:
            return owner.dataset_id == str(self._dataset._doc.id)
        # FiftyOne's own backend writes no stamp: one that it made has its name
        name = "fiftyone_" + fou.to_slug(self._dataset.name).replace("-", "_")
        return not self.config.stored and self._rows.name.startswith(name)

    @property
    def _dataset(self) -> Any:
        return self._samples._root_dataset

    def _check_present(self) -> None:
        """An index that was filled once must find its collection again."""
        if self.backend is not None and getattr(self.backend, "_pending", False):
            return
        if self.config.stored.get("filled") and not self._rows.exists():
            raise CollectionError(
                f"The collection '{self._rows.name}' of the index '{self.key}' is not "
                f"on Milvus at {self._rows.connection.settings.address}: it was "
                "dropped, or the index was made on another Milvus. Set the address "
                "that it was made at, or clean the index up and build it again."
            )

    def get_model(self) -> Any:
        """The model that the index was made with; loaded once per process.

        Raises:
            InvalidRequest: if the run names none, or it can't be loaded
        """
        if self._model is None:
            if self.config.model is None:
                raise InvalidRequest(
                    f"The run '{self.key}' names no model. Pass the name of a zoo "
                    "model as model= when you build the index."
                )
            self._model = models.load(self.config.model, self.config.model_kwargs)
        return self._model

    # -- changing it

    def add_to_index(
        self,
        embeddings: Any,
        sample_ids: Sequence[str],
        label_ids: Sequence[str] | None = None,
        overwrite: bool = True,
        allow_existing: bool = True,
        warn_existing: bool = False,
        reload: bool = True,
        flush: bool | None = None,
    ) -> None:
        """Adds vectors, or replaces those of ids that exist.

        Args:
            embeddings: ``(n, dim)`` vectors
            sample_ids: ``n`` sample ids
            label_ids: ``n`` label ids, for an index of patches
            overwrite: whether an id that exists gets the new vector
            allow_existing: whether ids may exist; else an error changes nothing
            warn_existing: whether to log how many exist
            reload: whether to refresh the current view
            flush: whether to seal the rows at the end; by default, if they are many

        Raises:
            InvalidRequest: before anything is written, if the vectors can't be right
        """
        vectors = as_vectors(embeddings)
        ids = sample_ids if label_ids is None else label_ids
        ids, sample_ids = [str(i) for i in ids], [str(i) for i in sample_ids]
        if not len(vectors) == len(ids) == len(sample_ids):
            raise InvalidRequest(
                f"{len(vectors)} vectors came with {len(sample_ids)} sample ids and "
                f"{len(ids)} ids; there must be one of each for each"
            )
        if not ids:
            return
        self._check_dimension(vectors.shape[1])
        keep = self._new_or_overwritten(ids, overwrite, allow_existing, warn_existing)
        if keep is not None:
            ids, sample_ids = [ids[i] for i in keep], [sample_ids[i] for i in keep]
            vectors = vectors[keep]
        if ids:
            self._write(ids, sample_ids, vectors, flush)
        if reload:
            self.reload()

    def remove_from_index(
        self,
        sample_ids: Sequence[str] | None = None,
        label_ids: Sequence[str] | None = None,
        allow_missing: bool = True,
        warn_missing: bool = False,
        reload: bool = True,
    ) -> None:
        """Removes rows by label id, or by sample id; see FiftyOne's interface."""
        wanted = _as_list(sample_ids if label_ids is None else label_ids)
        if not self._rows.exists():
            found: list[str] = []
            missing = wanted
        elif label_ids is None and self.config.patches_field is not None:
            found = self._rows.ids_of_samples(wanted)
            have = set(self._rows.fetch(found).sample_ids) if found else set()
            missing = [i for i in wanted if i not in have]
        else:
            present = self._rows.ids(wanted)
            found = [i for i in wanted if i in present]
            missing = [i for i in wanted if i not in present]
        _report_missing(missing, allow_missing, warn_missing)
        self._rows.delete(found)
        if reload:
            self.reload()

    def stamp(self, brain_key: str | None) -> None:
        """Writes this dataset and the key into the collection's stamp, if ours."""
        if self._rows.exists() and self.owned:
            self._rows.set_owner(self._owner(brain_key))

    def cleanup(self) -> None:
        """Drops the collection; the run's record stays, as FiftyOne documents.

        Raises:
            CollectionError: if another dataset, or another tool, made the collection
        """
        if not self._rows.exists():
            return
        if not self.owned:
            raise CollectionError(
                f"The collection '{self._rows.name}' was not made by this dataset, so "
                "it is not dropped. Delete the record alone with "
                f"dataset.delete_brain_run('{self.key}'), or drop the collection with "
                "Milvus's own tools."
            )
        self._rows.drop()
        if self.config.stored.get("filled"):
            self._remember(filled=False)

    def delete(self) -> None:
        """Drops the collection and deletes the run, as Milvus's guide shows."""
        self.cleanup()
        if self.key is not None:
            self._dataset.delete_brain_run(self.key)

    def discard(self) -> None:
        """Drops the collection if this object created it: a build that failed."""
        if self._created:
            self._rows.drop()
            self._created = False

    # -- reading

    def get_embeddings(
        self,
        sample_ids: Sequence[str] | str | None = None,
        label_ids: Sequence[str] | str | None = None,
        allow_missing: bool = True,
        warn_missing: bool = False,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """The vectors of ids in the order asked, or all; see FiftyOne's interface.

        Returns:
            ``(n, dim)`` float32 vectors, ``n`` sample ids, and ``n`` label ids or
            ``None``
        """
        patches = self.config.patches_field is not None
        if label_ids is not None and not patches:
            raise InvalidRequest("This index is of samples; it has no label ids")
        wanted = None
        if label_ids is not None:
            wanted = _as_list(label_ids)
        elif sample_ids is not None:
            wanted = _as_list(sample_ids)
        rows = self._read(wanted, by_sample=patches and label_ids is None)
        if wanted is not None:
            by_label = patches and label_ids is not None
            have = set(rows.ids if by_label else rows.sample_ids)
            missing = [i for i in wanted if i not in have]
            _report_missing(missing, allow_missing, warn_missing)
        labels = np.array(rows.ids) if patches else None
        return rows.vectors, np.array(rows.sample_ids), labels

    def _read(self, wanted: list[str] | None, by_sample: bool) -> Rows:
        if not self._rows.exists():
            return Rows([], [], np.empty((0, 0), np.float32))
        if wanted is None:
            parts = list(self._rows.iterate())
            empty = np.empty((0, self._rows.dimension()), np.float32)
            return Rows(
                [id_ for part in parts for id_ in part.ids],
                [id_ for part in parts for id_ in part.sample_ids],
                np.concatenate([empty, *(part.vectors for part in parts)]),
            )
        ids = self._rows.ids_of_samples(wanted) if by_sample else wanted
        return self._rows.fetch(ids)

    def _kneighbors(
        self,
        query: Any = None,
        k: int | None = None,
        reverse: bool = False,
        aggregation: str | None = None,
        return_dists: bool = False,
    ) -> tuple[Any, ...]:
        if query is None:
            raise InvalidRequest("Give ids, vectors or prompts to search with")
        if aggregation not in (None, "mean"):
            raise InvalidRequest(
                f"The aggregation '{aggregation}' is not supported; use 'mean'"
            )
        queries, single = self._query_vectors(query)
        if aggregation == "mean" and not single:
            queries, single = queries.mean(axis=0, keepdims=True), True
        found = search.neighbors(
            self._rows, queries, k, among=self._restriction(), reverse=reverse
        )
        return self._as_fiftyone(found.hits, single, return_dists)

    def _restriction(self) -> list[str] | None:
        """The primary keys of the current view; ``None`` for the whole index."""
        if not self.has_view:
            return None
        if self.config.patches_field is not None:
            return [str(i) for i in self.current_label_ids]
        return [str(i) for i in self.current_sample_ids]

    def _query_vectors(self, query: Any) -> tuple[np.ndarray, bool]:
        """Vectors ``(q, dim)`` of a query, and whether it was a single one."""
        if isinstance(query, str | ObjectId):
            return self.vectors_of([str(query)]), True
        if not isinstance(query, np.ndarray):
            query = list(query)
            if query and isinstance(query[0], str | ObjectId):
                return self.vectors_of([str(i) for i in query]), False
        array = np.asarray(query)
        if array.dtype.kind in "USO":
            return self.vectors_of([str(i) for i in array]), False
        return as_vectors(np.atleast_2d(array)), array.ndim == 1

    def vectors_of(self, ids: list[str]) -> np.ndarray:
        """The vectors of ids in the index, ``(n, dim)``, in the order asked.

        Raises:
            InvalidRequest: if one isn't in the index
        """
        rows = self._read(list(dict.fromkeys(ids)), by_sample=False)
        at = {id_: i for i, id_ in enumerate(rows.ids)}
        missing = [id_ for id_ in ids if id_ not in at]
        if missing:
            raise InvalidRequest(
                f"{len(missing)} of the query's {len(ids)} ids (such as "
                f"'{missing[0]}') are not in the index '{self.key}'. Add them to the "
                "index, or query with others."
            )
        return rows.vectors[[at[id_] for id_ in ids]]

    def _as_fiftyone(
        self, hits: list[Hits], single: bool, return_dists: bool
    ) -> tuple[Any, ...]:
        patches = self.config.patches_field is not None
        sample_ids: Any = [h.sample_ids for h in hits]
        label_ids: Any = [h.ids for h in hits] if patches else None
        dists: Any = [h.dists.tolist() for h in hits]
        if single:
            sample_ids, dists = sample_ids[0], dists[0]
            label_ids = label_ids[0] if patches else None
        if return_dists:
            return sample_ids, label_ids, dists
        return sample_ids, label_ids

    # -- helpers

    def _check_dimension(self, dim: int) -> None:
        if self._rows.exists() and self._rows.dimension() != dim:
            raise InvalidRequest(
                f"The index '{self.key}' holds vectors of length "
                f"{self._rows.dimension()}; these have length {dim}. Use the model "
                "that the index was made with, or build a new index."
            )

    def _new_or_overwritten(
        self, ids: list[str], overwrite: bool, allow_existing: bool, warn_existing: bool
    ) -> list[int] | None:
        """Which of the rows to write; ``None`` for all."""
        if overwrite and allow_existing and not warn_existing:
            return None
        existing = self._rows.ids(ids) if self._rows.exists() else set()
        if existing and not allow_existing:
            raise InvalidRequest(
                f"{len(existing)} ids (such as '{next(iter(existing))}') are in the "
                "index already, and allow_existing is False. Nothing was added."
            )
        if existing and warn_existing:
            verb = "Overwriting" if overwrite else "Skipping"
            logger.warning(
                "%s %d IDs that already exist in the index", verb, len(existing)
            )
        if overwrite:
            return None
        return [i for i, id_ in enumerate(ids) if id_ not in existing]

    def _write(
        self,
        ids: list[str],
        sample_ids: list[str],
        vectors: np.ndarray,
        flush: bool | None,
    ) -> None:
        created = not self._rows.exists()
        if created:
            self._rows.create(vectors.shape[1], self._owner(self.key))
            self._created = True
        try:
            self._rows.upsert(ids, sample_ids, vectors)
            if flush or (flush is None and len(ids) >= FLUSH_ROWS):
                self._rows.flush()
        except Exception:
            if created:
                self.discard()
            raise
        if created:
            self._remember(filled=True)

    def _owner(self, brain_key: str | None) -> Owner:
        return Owner(str(self._dataset._doc.id), self._dataset.name, brain_key)

    def _remember(self, **values: Any) -> None:
        """Stores settings of our own with the run."""
        self.config.ext = json.dumps({**self.config.stored, **values})
        pending = getattr(self.backend, "_pending", False)
        if self.key is not None and not pending:
            self.save_config()

    @classmethod
    def _from_dict(
        cls, d: Any, samples: Any, config: MilvusSimilarityConfig, brain_key: str
    ) -> MilvusSimilarityIndex:
        return cls(samples, config, brain_key)


def _check_choice(name: str, value: Any, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise InvalidRequest(
            f"Unsupported {name} '{value}'. Supported values are {tuple(allowed)}"
        )


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}


def _as_list(ids: Any) -> list[str]:
    if ids is None:
        return []
    return [ids] if isinstance(ids, str) else [str(i) for i in ids]


def _report_missing(missing: list[str], allow: bool, warn: bool) -> None:
    if missing and not allow:
        raise InvalidRequest(
            f"{len(missing)} ids (such as '{missing[0]}') are not in the index"
        )
    if missing and warn:
        logger.warning("Ignoring %d IDs that are not in the index", len(missing))


def _new_name(dataset: str, brain_key: str | None) -> str:
    """A collection name that tells whose it is, and that no other index has."""
    words = f"fiftyone_{dataset}_{brain_key or 'index'}"
    legal = re.sub(r"\W+", "_", words, flags=re.ASCII)
    return f"{legal[:200]}_{uuid4().hex[:8]}"
