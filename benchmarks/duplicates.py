"""Near duplicates by ours, Milvus's range search, scikit-learn, FiftyOne's own backend.

    PYTHONPATH=. python benchmarks/duplicates.py --counts 20000 100000 --servers lite

``exact`` and ``candidates`` are the modes of ours. They read the vectors from Milvus,
which the others have in memory already: the row ``read`` is that part of it.
``of 1,000 new`` is the time for the near duplicates of the last ones among all, read or
searched for. ``stopped late`` is the same call again after it was
cancelled at four fifths, and ``done before`` the share that it took over: it keeps how
far it is every five seconds. Range search asks Milvus for those near each vector, many
a call, by the index that ours built. A tenth of the vectors are copies of others, moved
by up to more than the threshold. Nothing is asserted.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import _options

if TYPE_CHECKING:
    import fiftyone as fo

    from benchmarks._measure import Table
    from benchmarks._setup import Server
    from fiftyone_milvus.analysis import duplicates
    from fiftyone_milvus.progress import Progress

EXACT, CANDIDATES = "exact", "candidates"
RANGE, SKLEARN, FIFTYONE = "range search", "sklearn", "fiftyone"
COLUMNS = (EXACT, CANDIDATES, RANGE, SKLEARN, FIFTYONE)
THRESH = 0.05
NEW = 1_000


@dataclass(frozen=True)
class Measured:
    """What a contender took, what it returned, and the pairs in that, if any."""

    seconds: float
    megabytes: float
    result: Any
    pairs: set[tuple[int, int]] | None = None


def main() -> None:
    """Runs it for each kind of server and each size."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    print(_setup.describe())
    print(
        f"{options.dim} numbers each, cosine, within {THRESH}, seed {options.seed}, "
        f"{options.clusters or 'no'} clusters\n"
        "Times shift with what else the machine does; ratios less so.\n",
        flush=True,
    )
    for kind in options.servers:
        with _setup.serving(kind) as server:
            for count in options.counts:
                _run(server, count, options)


def _run(server: Server, count: int, options: argparse.Namespace) -> None:
    import fiftyone as fo

    from benchmarks import _pairs
    from benchmarks._measure import Table

    vectors = _vectors(count, options)
    dataset = fo.Dataset()
    paths = (fo.Sample(filepath=f"/images/{i}.png") for i in range(count))
    dataset.add_samples(paths, progress=False, num_samples=count)
    table = Table(f"{server.title}, {count:,}", COLUMNS, versus=EXACT)
    measured = _on_milvus(server, dataset, vectors, table, options)
    if count <= options.sklearn_up_to:
        measured[SKLEARN] = _sklearn(vectors)
    if count <= options.fiftyone_up_to:
        measured[FIFTYONE] = _fiftyone(dataset, vectors)
    for label, value, form in (
        ("near duplicates, s", lambda one: one.seconds, ",.1f"),
        ("grew by, MB", lambda one: one.megabytes, ",.0f"),
    ):
        values = {name: value(one) for name, one in measured.items()}
        table.add(label, values, form)
    true = _true_pairs(vectors, measured, options)
    if true is not None:
        shares = {
            name: _pairs.share(one.pairs, true)
            for name, one in measured.items()
            if one.pairs is not None
        }
        table.add(f"of {len(true):,} true pairs", shares, ".4f", ratio=False)
    table.show()
    dataset.delete()


def _true_pairs(
    vectors: np.ndarray, measured: dict[str, Measured], options: argparse.Namespace
) -> set[tuple[int, int]] | None:
    """By numpy, or of many vectors by our exact mode."""
    from benchmarks import _pairs

    if len(vectors) <= options.sklearn_up_to:
        return _pairs.true_ones(vectors, THRESH)
    return measured[EXACT].pairs if EXACT in measured else None


def _vectors(count: int, options: argparse.Namespace) -> np.ndarray:
    """``(count, dim)`` float32; a tenth are copies of others, moved by up to 0.4 of
    their norm: a cosine distance of 0.07."""
    rng = np.random.default_rng(options.seed)
    vectors = rng.normal(size=(count, options.dim)).astype(np.float32)
    if options.clusters:
        centres = rng.normal(size=(options.clusters, options.dim)).astype(np.float32)
        vectors += centres[np.arange(count) % options.clusters]
    copies = count // 10
    moved = rng.normal(size=(copies, options.dim))
    moved *= rng.uniform(0, 0.4, (copies, 1)) / np.linalg.norm(moved, axis=1)[:, None]
    norms = np.linalg.norm(vectors[:copies], axis=1)[:, None]
    vectors[-copies:] = vectors[:copies] + norms * moved
    return vectors[rng.permutation(count)]


def _on_milvus(
    server: Server,
    dataset: fo.Dataset,
    vectors: np.ndarray,
    table: Table,
    options: argparse.Namespace,
) -> dict[str, Measured]:
    """Ours, and Milvus's own range search over the index that ours built."""
    import fiftyone.brain as fob

    from benchmarks import _contenders
    from benchmarks._measure import seconds
    from fiftyone_milvus.analysis import loaded_vectors
    from fiftyone_milvus.progress import Monitor

    index = fob.compute_similarity(
        dataset,
        brain_key="ours",
        backend="milvus",
        metric="cosine",
        embeddings=vectors,
        uri=server.given,
    )

    def read() -> None:
        with loaded_vectors.load_vectors(index, None, Monitor(False)):
            pass

    _contenders.settle(index.rows.collection.name, server)
    new = dataset.skip(len(vectors) - NEW)
    measured, of_new = {}, {}
    for mode in (EXACT, CANDIDATES):
        if mode == EXACT and len(vectors) > options.exact_up_to:
            continue
        measured[mode] = _ours(index, mode)
        of_new[mode] = _measured(lambda m=mode: _groups(index, mode=m, new=new)).seconds
    if len(vectors) <= options.range_up_to:
        measured[RANGE] = _range_search(server, index, vectors)
    took = seconds(read)
    table.add("read, s", dict.fromkeys(of_new, took), ",.1f", ratio=False)
    mode = next(iter(of_new))
    again = _stopped_late(index, mode)
    table.add("stopped late, s", {mode: again.seconds}, ",.1f", ratio=False)
    table.add("done before", {mode: again.resumed}, ".2f", ratio=False)
    table.add(f"of {NEW:,} new, s", of_new, ",.1f")
    index.delete()
    return measured


def _groups(index: Any, **how: Any) -> duplicates.DuplicateGroups:
    from fiftyone_milvus.analysis import duplicates

    return duplicates.find_groups(index, THRESH, **{"progress": False, **how})


def _ours(index: Any, mode: str) -> Measured:
    """Two of one group count as a pair."""
    from itertools import combinations

    from benchmarks import _pairs

    measured = _measured(lambda: _groups(index, mode=mode))
    at = {id_: i for i, id_ in enumerate(index.sample_ids)}
    pairs = {
        (at[a], at[b])
        for group in measured.result.groups
        for a, b in combinations(group.ids, 2)
    }
    return replace(measured, pairs=_pairs.once(pairs))


def _stopped_late(index: Any, mode: str) -> duplicates.DuplicateGroups:
    """What ours finds after it was cancelled, and then asked to go on."""
    from fiftyone_milvus.errors import Cancelled

    share = [0.0]

    def note(now: Progress) -> None:
        if now.phase == "Comparing":
            share[0] = now.done / now.total

    def late() -> bool:
        return share[0] > 0.8

    with suppress(Cancelled):
        _groups(index, mode=mode, progress=note, cancelled=late)
    return _groups(index, mode=mode)


def _range_search(server: Server, index: Any, vectors: np.ndarray) -> Measured:
    from benchmarks import _pairs

    ids = [str(id_) for id_ in index.sample_ids]
    measured = _measured(
        lambda: _pairs.by_range_search(
            server, index.rows.collection.name, ids, vectors, THRESH
        )
    )
    return replace(measured, pairs=measured.result)


def _sklearn(vectors: np.ndarray) -> Measured:
    from sklearn.neighbors import NearestNeighbors

    from benchmarks import _pairs

    def search() -> Any:
        exact = NearestNeighbors(metric="cosine", algorithm="brute").fit(vectors)
        return exact.radius_neighbors(radius=THRESH, return_distance=False)

    measured = _measured(search)
    near = enumerate(measured.result)
    pairs = _pairs.once({(i, int(j)) for i, found in near for j in found})
    return replace(measured, pairs=pairs)


def _fiftyone(dataset: fo.Dataset, vectors: np.ndarray) -> Measured:
    """It says which are duplicates, and not of which."""
    import fiftyone.brain as fob

    index = fob.compute_similarity(
        dataset,
        brain_key="fiftyone",
        backend="sklearn",
        metric="cosine",
        embeddings=vectors,
    )
    measured = _measured(lambda: index.find_duplicates(thresh=THRESH))
    dataset.delete_brain_run("fiftyone")
    return measured


def _measured(function: Callable[[], Any]) -> Measured:
    from benchmarks._measure import PeakMemory, seconds

    results: list[Any] = []
    with PeakMemory() as memory:
        took = seconds(lambda: results.append(function()))
    return Measured(took, memory.megabytes, results[0])


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "seed")
    parser.add_argument(
        "--counts",
        type=int,
        nargs="+",
        default=[5_000, 20_000],
        help="how many vectors",
    )
    parser.add_argument("--clusters", type=int, default=0, help="how many; 0 for none")
    parser.add_argument(
        "--exact-up-to", type=int, default=100_000, help="vectors that are all compared"
    )
    parser.add_argument(
        "--sklearn-up-to", type=int, default=20_000, help="and sklearn is given"
    )
    parser.add_argument(
        "--fiftyone-up-to", type=int, default=5_000, help="and FiftyOne's own backend"
    )
    parser.add_argument(
        "--range-up-to", type=int, default=5_000, help="and Milvus's range search"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
