"""What the tests of bulk imports ask on each kind of server."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import fiftyone as fo

STEP = "fiftyone_milvus.indexes.bulk_import:BulkImport.finish"  # rows are written


def contents(dataset: fo.Dataset, key: str) -> dict[str, Any]:
    """All that the rows of an index have, by primary key."""
    from fiftyone_milvus.backend import runs

    found = runs.load(dataset, key).rows
    kept = {}
    for rows in found.iterate(with_fingerprints=True):
        assert rows.fingerprints is not None
        values = rows.filter_values or [{} for _ in rows.ids]
        each = (rows.ids, rows.sample_ids, rows.vectors, rows.fingerprints, values)
        for id_, sample_id, vector, fingerprint, value in zip(*each, strict=True):
            assert id_ not in kept
            kept[id_] = (sample_id, vector.tobytes(), fingerprint, str(value))
    return kept


def collections() -> set[str]:
    """Those of the configured Milvus."""
    from fiftyone_milvus.store import client, settings

    return set(client.connect(settings.resolve()).client.list_collections())


def assert_refused(
    dataset: fo.Dataset, said: str, error: type[Exception], **how: Any
) -> None:
    """A build from a field says why it can't be, and leaves neither a run nor a
    collection."""
    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.indexes import build

    before = (runs.keys(dataset), collections())
    how = {"source": build.Source(embeddings_field="embeddings"), **how}
    samples = how.pop("samples", dataset)
    with pytest.raises(error, match=said):
        build.build(samples, "refused", via="import", **how)
    dataset.reload()
    assert (runs.keys(dataset), collections()) == before


def kill_in_an_import(dataset: fo.Dataset, staging: str) -> str:
    """Builds an index ``killed`` in a process that dies before Milvus has all files;
    the name of the collection that it left."""
    from fiftyone_milvus.backend import active_writes
    from harness import builds
    from harness.forks import Fork

    before = collections()
    fork = Fork({}, builds.import_until, dataset.name, "killed", staging, STEP)
    fork.join()
    [name] = collections() - before
    last = datetime.now(timezone.utc) - timedelta(seconds=active_writes.LOST_SECONDS)
    active_writes._marks().update_one({"_id": name}, {"$set": {"seen": last}})
    return name
