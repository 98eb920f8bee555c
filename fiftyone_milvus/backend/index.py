"""A similarity index whose vectors are in a Milvus collection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
from fiftyone.brain.similarity import DuplicatesMixin, Similarity, SimilarityIndex

from ..dataset import model_trust, models
from ..dataset.ids import DatasetIds, Ordered
from ..dataset.indexed_samples import IndexedSamples
from ..errors import (
    CollectionError,
    InvalidRequest,
    UntrustedModel,
    VectorSearchError,
)
from ..store import client, partitions
from ..store.collection import Collection, Owner
from ..store.rows import Rows, StoredRows
from . import STOCK_MODULE, scope
from .config import MilvusSimilarityConfig
from .index_reading import Reading
from .index_sorting import Sorting
from .index_writing import Writing
from .ownership import Ownership, new_name

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..store.client import MilvusClient

logger = logging.getLogger(__name__)


class MilvusSimilarityIndex(Writing, Sorting, Reading):
    """A similarity index whose vectors are in a Milvus collection.

    Args:
        samples: the ``fiftyone.core.collections.SampleCollection`` that is indexed
        config: the :class:`MilvusSimilarityConfig`
        brain_key: the brain key
        backend: the factory that makes it
    """

    __module__ = STOCK_MODULE

    _model: Any

    def __init__(
        self,
        samples: Any,
        config: MilvusSimilarityConfig,
        brain_key: str,
        backend: Similarity | None = None,
    ) -> None:
        SimilarityIndex.__init__(self, samples, config, brain_key, backend=backend)
        DuplicatesMixin.__init__(self)
        self._dataset = samples._root_dataset
        self._dataset_id = str(self._dataset._doc.id)
        if config.collection_name is None or self._is_empty_clone:
            config.collection_name = new_name(self._dataset.name, brain_key)
        self._rows = StoredRows(
            Collection(
                client.connect(config.connection_settings),
                config.collection_name,
                config.metric,
                config.consistency_level,
                config.options,
            )
        )
        self._all_ids: tuple[list[str], list[str]] | None = None
        self._check_collection()

    # -- what there is

    @property
    def client(self) -> MilvusClient:
        """pymilvus's own client, connected."""
        return self._rows.collection.connection.client

    @property
    def rows(self) -> StoredRows:
        """The rows behind the index, for what FiftyOne's interface has no word for."""
        return self._rows

    @property
    def collection(self) -> Any:
        """The ``pymilvus.Collection``, or ``None`` before anything was added."""
        if not self._present():
            return None
        return self._rows.collection.connection.orm_collection(
            self._rows.collection.name
        )

    @property
    def total_index_size(self) -> int:
        return self._rows.collection.count() if self._present() else 0

    @property
    def all_samples(self) -> Any:
        """All samples that rows may belong to: those of the dataset, of all its slices
        if it is grouped; or the frames or clips that the index was built from."""
        return self.indexed().samples

    def indexed(self, samples: Any = None) -> IndexedSamples:
        """:attr:`all_samples`, and the field whose patches are indexed.

        Args:
            samples: the dataset or view that is searched; ``None`` for the current one

        Raises:
            InvalidRequest: if they are those of a view that the run doesn't name, and
                this isn't it
        """
        found = scope.indexed(self._samples, self.config, samples, self._curr_view)
        if found is None:
            raise InvalidRequest(
                f"The index '{self.key}' was built from a view, such as one of clips, "
                "that its run doesn't name. Open that view, and search in the view."
            )
        return found

    def use_view(self, *args: Any, **kwargs: Any) -> Self:
        """Restricts the index to a view; see FiftyOne's interface."""
        super().use_view(*args, **kwargs)
        self._ordered = self._members = None
        return self

    @property
    def sample_ids(self) -> np.ndarray:
        """The sample ids of all rows, in the dataset's order, those of samples that are
        gone last; read when asked for."""
        return self._ordered_ids().sample_ids

    @property
    def label_ids(self) -> np.ndarray | None:
        """The label ids of all rows, in the dataset's order; ``None`` for samples."""
        return self._ordered_ids().label_ids

    @property
    def owned(self) -> bool:
        """Whether this dataset made the collection, or the partition of it that holds
        the rows, so that it may drop it."""
        return self.ownership.owned

    @property
    def ownership(self) -> Ownership:
        """Whose the rows are, and what this index may do to them."""
        return Ownership(
            self._rows, self.config, self.samples, self._owner, self.is_new
        )

    @property
    def is_new(self) -> bool:
        """Whether this index is just being made, its run not stored yet."""
        return bool(getattr(self.backend, "_pending", False))

    @property
    def _is_empty_clone(self) -> bool:
        """Whether this run came with a cloned dataset, and has no rows to share."""
        stored = self.config.own
        made_by = stored.dataset_id or self._dataset_id
        return made_by != self._dataset_id and not stored.filled

    def _present(self) -> bool:
        """Whether the collection is there; not yet is fine, no more is not.

        Raises:
            CollectionError: if it is gone
        """
        collection = self._rows.collection
        if collection.exists():
            return True
        if not self.config.own.filled:
            return False
        raise CollectionError(
            f"The collection '{collection.name}' of the index '{self.key}' is not on "
            f"Milvus at {collection.connection.settings.address}: it was dropped, or "
            "the index was built on another Milvus. Set the address that it was built "
            "at, or clean the index up and build it again."
        )

    def check_filled(self) -> None:
        """Checks that there is something to search; asks Milvus only of an index that
        was empty when it was loaded.

        Raises:
            InvalidRequest: if nothing was added yet
        """
        if not self.config.own.filled and not self._rows.collection.exists():
            raise InvalidRequest(
                f"The index '{self.key}' is empty: nothing was added to it yet. Add "
                "vectors with add_to_index(), or clean it up and build it again."
            )

    def _recheck(self) -> bool:
        """Checks the collection again; whether it exists.

        Raises:
            CollectionError: if it is gone, or was created again and doesn't fit
        """
        self._rows.collection.forget()
        if not self._present():
            return False
        self._rows.collection.check_fits()
        return True

    def _check_collection(self) -> None:
        """An index that was filled must find its collection again, and one that is
        connected to a collection must fit it."""
        if self.is_new:
            if self._rows.collection.exists():
                self._rows.collection.check_fits()
                partitions.add(self._rows.collection, self._owner)
                self.config.remember(filled=True)
        else:
            self._present()

    def _ordered_ids(self) -> Ordered:
        if self._all_ids is None:
            self._all_ids = self._rows.all_ids() if self._present() else ([], [])
            self._ordered = None
        if self._ordered is None:
            found = scope.indexed(self._samples, self.config, self._curr_view)
            if found is None:
                field = self.config.patches_field
                found = IndexedSamples.of(self._samples, field)
            self._ordered = DatasetIds(found).ordered(*self._all_ids)
        return self._ordered

    def reload(self) -> None:
        """Takes a fresh look at the index and the view."""
        self._all_ids = None
        super().reload()

    def get_model(self) -> Any:
        """The model that the index was made with; loaded once per process.

        Raises:
            UntrustedModel: if its arguments were not written here, and nobody has
                accepted them
            InvalidRequest: if the run names none, or it can't be loaded
        """
        if self._model is None:
            if self.config.model is None:
                raise InvalidRequest(
                    f"The run '{self.key}' names no model. Pass the name of a zoo "
                    "model as model= when you build the index."
                )
            self.check_model()
            config = self.config
            self._model = models.load(
                config.model, config.model_kwargs, stamp=config.own.model_stamp
            )
        return self._model

    def check_model(self) -> None:
        """Checks that :meth:`get_model` may load the model; loads nothing.

        Raises:
            UntrustedModel: if nobody has accepted its arguments
            RefusedModel: if such arguments are never taken from a record
        """
        config = self.config
        try:
            model_trust.check_trusted(
                config.model, config.model_kwargs, config.own.model_stamp
            )
        except UntrustedModel as e:
            raise UntrustedModel(str(e), self.key) from None

    # -- the collection and the run

    def cleanup(self) -> None:
        """Drops the collection, or what of it is this index's own; the run's record
        stays, as FiftyOne documents.

        Raises:
            CollectionError: if another dataset, or another tool, made the collection,
                or another index has the same rows
        """
        exists = self._rows.collection.exists()
        if exists:
            self.ownership.drop()
        self._all_ids = None
        if exists or self.config.own.filled:  # by another object, perhaps
            self.remember(filled=False)

    def delete(self) -> None:
        """Drops the collection and deletes the run, as Milvus's guide shows."""
        self.cleanup()
        if self.key is not None:
            self._dataset.delete_brain_run(self.key)

    def discard(self) -> None:
        """Drops what this object created for a run that isn't stored: a build that
        failed. What a stored run has, other handles of it may have filled."""
        if self._rows.collection.created and self.is_new:
            self._rows.collection.drop_quietly()
            self._rows.collection.created = False
        self.ownership.release()

    # -- reading

    def vectors_of(self, ids: list[str]) -> np.ndarray:
        """The vectors of ids in the index, ``(n, dim)``, in the order asked.

        Raises:
            InvalidRequest: if one isn't in the index
        """
        wanted, level = dict.fromkeys(ids), self._rows.collection.consistency_level
        try:
            rows = self._rows.fetch(wanted, level)
        except VectorSearchError:
            # to look first whether it is there takes as long as the fetch
            if self._recheck():
                raise
            rows = Rows([], [], np.empty((0, 0), np.float32))
        at = {id_: i for i, id_ in enumerate(rows.ids)}
        missing = [id_ for id_ in ids if id_ not in at]
        if missing:
            self._recheck()
            raise InvalidRequest(
                f"{len(missing)} of the query's {len(ids)} ids (such as "
                f"'{missing[0]}') are not in the index '{self.key}'. Add them to the "
                "index, or query with others."
            )
        return rows.vectors[[at[id_] for id_ in ids]]

    # -- helpers

    @property
    def _owner(self) -> Owner:
        return Owner(self._dataset_id, self._dataset.name, self.key)

    def remember(self, **values: Any) -> None:
        """Stores settings of our own with the run."""
        self.config.remember(**values)
        if self.key is not None and not self.is_new and not self._dataset.deleted:
            self.save_config()

    @classmethod
    def _from_dict(
        cls, d: Any, samples: Any, config: MilvusSimilarityConfig, brain_key: str
    ) -> MilvusSimilarityIndex:
        return cls(samples, config, brain_key)
