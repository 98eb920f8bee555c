"""A cache of views' ids, valid until their dataset changes.

To read a view's ids MongoDB goes through the dataset. So they are cached in this
process under the view's pipeline, with what FiftyOne stores about changes: when a
sample was last modified, when samples were last deleted, and how many there are. A
search reads these again, which takes two milliseconds.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import bson
import fiftyone as fo
import fiftyone.core.odm as foo

from .. import tuning

KEPT_BYTES = 64 * 1024 * 1024  # five million ids
KEPT_VIEWS = 32
KEPT_SECONDS = 300.0
# A view with one of these may change while its dataset doesn't
UNSTEADY = (b"$$NOW", b"$rand", b"$sample", b"$function", b"$lookup")


@dataclass(frozen=True)
class Stamp:
    """What FiftyOne stores about a dataset's changes."""

    modified: datetime | None
    deleted: datetime | None
    count: int


# By fingerprint: the changes until then, the time, and the value; the last used last
_kept: OrderedDict[bytes, tuple[Stamp, float, Any]] = OrderedDict()
_lock = threading.Lock()


def get(
    samples: fo.SampleCollection, field: str | None, make: Callable[[], Any]
) -> Any:
    """What ``make`` returned before for an equal view of the unchanged dataset, or
    returns now.

    Args:
        samples: the view
        field: the field whose patches are meant; ``None`` for samples
        make: returns an object with the view's :class:`IdSet` in ``known``, once it was
            read
    """
    key = _fingerprint(samples, field)
    if key is None:
        return make()
    stamp = _stamp(samples)
    now = time.monotonic()
    with _lock:
        known, since, value = _kept.pop(key, (None, 0.0, None))
        if known == stamp and now - since < KEPT_SECONDS:
            _kept[key] = stamp, since, value
            return value
    value = make()
    utc = datetime.now(timezone.utc).replace(tzinfo=None)
    if stamp.modified is None or utc - stamp.modified > tuning.SETTLED:
        with _lock:
            _kept[key] = stamp, now, value
            while len(_kept) > KEPT_VIEWS or (len(_kept) > 1 and _size() > KEPT_BYTES):
                _kept.popitem(last=False)
    return value


def forget() -> None:
    """Empties the cache."""
    with _lock:
        _kept.clear()


def _size() -> int:
    """The memory of all ids in the cache, in bytes."""
    known = (value.known for *_, value in _kept.values())
    return sum(ids.nbytes for ids in known if ids is not None)


def _fingerprint(samples: fo.SampleCollection, field: str | None) -> bytes | None:
    """Equal for equal views; ``None`` for a view that may change by itself: its samples
    are generated from others, or it depends on more than its own samples."""
    if samples._is_generated or samples._dataset._contains_videos(any_slice=True):
        return None
    words = bson.encode(
        {
            "collection": samples._dataset._sample_collection_name,
            "pipeline": samples._pipeline(),
            "field": field,
        }
    )
    if any(word in words for word in UNSTEADY):
        return None
    return hashlib.sha256(words).digest()


def _stamp(samples: fo.SampleCollection) -> Stamp:
    dataset = samples._dataset
    collection = dataset._sample_collection
    newest = collection.find_one(
        {}, {"last_modified_at": True}, sort=[("last_modified_at", -1)]
    )
    described = foo.get_db_conn().datasets.find_one(
        {"_id": dataset._doc.id}, {"last_deletion_at": True}
    )
    return Stamp(
        (newest or {}).get("last_modified_at"),
        (described or {}).get("last_deletion_at"),
        collection.estimated_document_count(),
    )
