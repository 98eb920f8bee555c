"""Files of indexes of Milvus Lite that are there as a whole or not at all.

Milvus Lite 3.2 writes the file of an index where it reads it, in the background, while
a collection may be loaded: a process that loads it then reads half a file, and a crash
leaves half a file behind. So the server of ``embedded_server.py`` has it build in a
folder beside, and moves the file when it is complete; others wait meanwhile. A file
that can't be read is deleted, and the index built from the rows again. A flat index has
no file, since it is the vectors.
"""

from __future__ import annotations

import inspect
import logging
import os
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from milvus_lite.index.brute_force import BruteForceIndex
from milvus_lite.storage.segment import Segment

logger = logging.getLogger(__name__)

ASIDE = ".building-"
# by the names of Milvus Lite's methods, what they are given, and whether the index is
# one of values
METHODS = {
    "build_or_load_index": (["self", "spec", "index_dir"], False),
    "build_or_load_scalar_index": (["self", "spec", "index_dir", "dtype"], True),
}

# Of these, Milvus Lite would write and load a second copy of the vectors
NO_INDEX = ("BRUTE_FORCE", "FLAT")

_guard = threading.Lock()
_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def keep_whole() -> None:
    """Has Milvus Lite read and write whole files of indexes in this process, if it is a
    version that does it as 3.2 does."""
    for name, (given, scalar) in METHODS.items():
        method = getattr(Segment, name, None)
        if method is None or list(inspect.signature(method).parameters) != given:
            logger.warning("Milvus Lite's %s isn't as it was; left as it is", name)
            continue
        setattr(Segment, name, _whole(method, scalar))


def forget(data: Path) -> None:
    """Removes all files of indexes, and what was being built; Milvus Lite builds them
    from the rows when it loads a collection."""
    for index in data.rglob("*.idx"):
        index.unlink(missing_ok=True)
    for index in data.rglob("*.sidx"):
        index.unlink(missing_ok=True)
    for folder in data.rglob(f"{ASIDE}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _whole(method: Callable[..., None], scalar: bool) -> Callable[..., None]:
    def build_or_load(segment: Any, spec: Any, index_dir: str, *more: Any) -> None:
        if segment.num_rows == 0:
            return
        if not scalar and spec.index_type in NO_INDEX:
            vectors, _ = segment.vector_data(spec.field_name)
            index = BruteForceIndex.build(vectors, spec.metric_type)
            segment.attach_index(index, spec.field_name)
            return
        path = segment.index_file_path(
            index_dir, spec.index_type, spec.field_name, scalar=scalar
        )
        with _guard:
            lock = _locks[path]
        with lock:
            if os.path.exists(path):
                try:
                    method(segment, spec, index_dir, *more)
                    return
                except Exception:
                    logger.warning("%s can't be read: it is built again", path)
                    os.unlink(path)
            os.makedirs(index_dir, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=ASIDE, dir=index_dir) as aside:
                method(segment, spec, aside, *more)
                built = os.path.join(aside, os.path.basename(path))
                # an index that is in memory already is not written
                if os.path.exists(built):
                    os.replace(built, path)

    return build_or_load
