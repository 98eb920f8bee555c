"""Sizes and waiting times that one changes to measure or to test, before work starts
and for the whole process:

    with tuned(TILE=512, PREFILTER_MIN_VECTORS=1_000):
        duplicates.find_groups(index, 0.1)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

IDLE_SECONDS = 30.0  # an embedded Milvus that nobody uses ends then

# Comparing all vectors
TILE = 2048  # vectors on a side, fewer if they are long
PAIR_BYTES = 2 * 1024 * 1024
FEW_PAIRS = 256  # if one in so many of a tile's is left, comparing each is quicker
FIRST_BLOCK = 128  # small: where all are equal, one vector removes all the others
FIRST_OUTLIERS = 512  # compared in full, since none is ruled out yet
MAX_CANDIDATES = 1 << 20  # neighbors of one block of vectors
BUFFERED_PAIRS = 1 << 20
BOUNDING_NEIGHBORS = 5  # whose distances bound the threshold
IN_MEMORY_BYTES = 64 * 1024 * 1024  # a larger scratch array is a file
PREFILTER_MIN_VECTORS = 10_000  # with fewer, there is nothing to save
PREFILTER_DIMS = (32, 64, 96, 128, 192, 256)
PREFILTER_WORTHWHILE = 0.8  # of the cost without it
EXACT_UP_TO = 50_000  # vectors, unless another mode is given
SEARCHED_UP_TO = 10_000  # new ones; more are compared in cells
FIRST_NEIGHBORS = 16  # asked for at first, of each new vector
MATCHES_AT_ONCE = 1 << 16
CELLS = 1.0  # times the root of the number of vectors
CALIBRATED = 4096  # vectors, compared with all to choose the margin of the cells
ENOUGH_PAIRS = 500  # of theirs, to choose it by these alone
CANDIDATE_RECALL = 0.999  # of their pairs
CHECKPOINT_SECONDS = 5.0
CHECKPOINT_SHARE = 0.05  # of the time, at most, goes into saving
CHECKPOINT_BYTES = 8 * 1024 * 1024  # MongoDB's documents hold 16 MB

# Searching
MAX_SELECTED = 10_000  # more ids in a view make each of the App's requests slow
# Of the ids that a view lists, within the 16 MB that MongoDB takes of its stages
MAX_LISTED_BYTES = 15_000_000
MATCHES_PER_SAMPLE = 4  # asked for at first, for each object that it must have
MAX_CACHED_RESULTS = 64
MAX_CACHED_IDS = 1_000_000  # about 150 MB
# Clocks of several machines differ, and two changes may have one millisecond
SETTLED = timedelta(seconds=2)
TAGGED_AT_ONCE = 50_000


@contextmanager
def tuned(**values: Any) -> Iterator[None]:
    """Changes some of them for a block, or for a function that it decorates."""
    before = {name: globals()[name] for name in values}
    globals().update(values)
    try:
        yield
    finally:
        globals().update(before)
