"""FiftyOne's similarity interface over Milvus: the factory, and its three classes.

They take the names and the import path of those that FiftyOne ships (see
``import_hook.py``).
"""

from __future__ import annotations

import logging
from typing import Any

from fiftyone.brain.similarity import Similarity

from ..dataset import expected_rows, names
from ..errors import InvalidRequest, VectorSearchError
from ..exact import checkpoints
from ..retrieval import filter_fields
from ..store import client
from . import STOCK_MODULE, active_writes, registration, scope
from .config import MilvusSimilarityConfig
from .index import MilvusSimilarityIndex

__all__ = ["MilvusSimilarity", "MilvusSimilarityConfig", "MilvusSimilarityIndex"]

logger = logging.getLogger(__name__)


class MilvusSimilarity(Similarity):
    """Makes Milvus indexes, and registers their runs.

    A run is stored when its index is complete, so that a build that fails leaves
    nothing behind.
    """

    __module__ = STOCK_MODULE

    _pending = False

    def ensure_requirements(self) -> None:
        self.config.refuse_unfit()
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
        field = self.config.patches_field
        if field is not None and not samples._is_patches:
            names.refuse(expected_rows.patches_problem(samples, field, cropped=False))
        self.validate_run(samples, key, overwrite=overwrite)
        client.connect(self.config.connection_settings).ping()
        self._pending = True

    def initialize(self, samples: Any, brain_key: str) -> MilvusSimilarityIndex:
        if self._pending:
            self._note_origin(samples)
        return MilvusSimilarityIndex(samples, self.config, brain_key, backend=self)

    def _note_origin(self, samples: Any) -> None:
        """Notes for which dataset, and where, a new index is made.

        Raises:
            InvalidRequest: if Milvus can't filter by a field that it is to store
        """
        config = self.config
        names, found = config.options.filter_fields, config.connection_settings
        filter_fields.resolve(samples, config.patches_field, names)
        config.stamp_model()
        config.remember(
            version=1,
            dataset_id=str(samples._root_dataset._doc.id),
            address=found.address,
            db_name=found.db_name or None,
        )

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
                config, rows = run_results.config, run_results.total_index_size
                config.remember(**scope.other_run_note(config, samples, rows))
                registration.register(backend, samples, key)
            except Exception:
                run_results.discard()
                raise
            backend._pending = False
        super().save_run_results(
            samples, key, run_results, overwrite=overwrite, cache=cache
        )
        active_writes.done(run_results.rows.collection.name)

    def cleanup(self, samples: Any, key: str) -> None:
        """Removes, with the run, what its comparisons keep."""
        checkpoints.forget(samples._root_dataset, key)

    def rename(self, samples: Any, key: str, new_key: str) -> None:
        """Writes the new key into the collection's stamp."""
        self.config.load_credentials()
        try:
            self.initialize(samples, key).ownership.rename(new_key)
        except VectorSearchError as e:
            logger.warning("The collection still names the key '%s': %s", key, e)
