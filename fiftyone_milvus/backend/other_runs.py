"""Similarity runs of other backends, opened to read their vectors.

A record may come with somebody else's dataset. So the classes are those that FiftyOne's
brain config has for the backend, not those that the record names; and of the record's
settings only those are used that such a class stores, which never say how to connect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import eta.core.utils as etau
import fiftyone as fo
import fiftyone.brain as fob
from bson import json_util
from fiftyone.core.brain import BrainMethod

from ..dataset import stored_views
from ..errors import InvalidRequest, MissingRequirement, UnknownIndex, VectorSearchError
from . import stored_run

NOT_STORED = ("cls", "type", "method")  # arguments of no configuration


@dataclass(frozen=True)
class OtherRun:
    """An opened run of another backend.

    Args:
        brain_key: its key
        backend: the backend's name
        config: FiftyOne's configuration of it
        index: FiftyOne's index of it
        samples: the dataset, or the view of frames or patches that it is stored with
    """

    brain_key: str
    backend: str
    config: Any
    index: Any
    samples: fo.SampleCollection

    def reading(self) -> AbstractContextManager[None]:
        """Has errors of the backend say which run couldn't be read."""
        return _reading(self.brain_key, self.backend)


def open_run(dataset: fo.Dataset, brain_key: str) -> OtherRun:
    """Opens a similarity run of another backend, which may ask its server.

    Raises:
        UnknownIndex: if the dataset has no such run
        InvalidRequest: if it is a Milvus index, or its record can't be used
        VectorSearchError: if its backend can't open it
    """
    record = dict.get(BrainMethod._get_run_docs(dataset), brain_key)
    stored = {} if record is None else record.to_mongo().to_dict()
    found = stored.get("config")
    if not isinstance(found, Mapping) or found.get("type") != "similarity":
        raise UnknownIndex(f"This dataset has no similarity index '{brain_key}'.")
    if stored_run.is_milvus({"config": found}):
        raise InvalidRequest(
            f"'{brain_key}' is a Milvus index already. Move it to another Milvus, or "
            "export and import it."
        )
    backend = str(found.get("method"))
    with _reading(brain_key, backend):
        config = _config(backend, found)
        stages = stored_run.view_stages(stored.get("view_stages"))
        samples = dataset
        if stages is not None:
            samples = stored_views.load(dataset, stages, kept=True)
        config.load_credentials()
        kind = etau.get_class(config.cls.removesuffix("Config") + "Index")
        results = _results(brain_key, record)
        index = kind._from_dict(results, samples, config, brain_key)
    return OtherRun(brain_key, backend, config, index, samples)


def _config(backend: str, record: Mapping[str, Any]) -> Any:
    configured = fob.brain_config.similarity_backends.get(backend, {})
    kind = configured.get("config_cls")
    if kind is None:
        raise InvalidRequest(
            f"FiftyOne has no similarity backend '{backend}' here. Add it to its brain "
            "config."
        )
    kind = etau.get_class(kind) if isinstance(kind, str) else kind
    stored = set(kind().attributes()).difference(NOT_STORED)
    values = {name: record[name] for name in stored & set(record)}
    return kind(**{**values, **stored_run.similarity_values(record)})


def _results(brain_key: str, record: Any) -> dict[str, Any]:
    """What FiftyOne keeps of a run beside its record: the vectors, for some."""
    file = record.results
    if not file or file.get() is None:
        raise InvalidRequest(
            f"The run '{brain_key}' has no results: computing it was not finished. "
            "Compute it again."
        )
    file.seek(0)
    found: dict[str, Any] = json_util.loads(file.read().decode())
    return found


@contextmanager
def _reading(brain_key: str, backend: str) -> Iterator[None]:
    try:
        yield
    except VectorSearchError:
        raise
    except ImportError as e:
        raise MissingRequirement(
            f"The run '{brain_key}' can't be read, because a package of FiftyOne's "
            f"backend '{backend}' is missing: {str(e).splitlines()[0]}"
        ) from e
    except Exception as e:  # each backend has its own; a text may have a password
        raise VectorSearchError(
            f"FiftyOne's backend '{backend}' can't read the run '{brain_key}' "
            f"({type(e).__name__}). If it is on a server, check that this answers and "
            "that FiftyOne's brain config says how to reach it; else compute it again."
        ) from e
