"""Near duplicates by ours, scikit-learn's exact search and FiftyOne's own backend.

    PYTHONPATH=. python benchmarks/duplicates.py --counts 20000 100000 --servers lite

Ours reads the vectors from Milvus, which the others have in memory already: the row
``read`` is that part of it. A tenth of the vectors are near copies of others. Nothing
is asserted.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import _options

if TYPE_CHECKING:
    import fiftyone as fo

OURS, SKLEARN, FIFTYONE = "ours", "sklearn", "fiftyone"
THRESH = 0.05


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
                _run(server.title, count, options)


def _run(title: str, count: int, options: argparse.Namespace) -> None:
    import fiftyone as fo

    from benchmarks._measure import Table

    vectors = _vectors(count, options)
    dataset = fo.Dataset()
    paths = (fo.Sample(filepath=f"/pictures/{i}.png") for i in range(count))
    dataset.add_samples(paths, progress=False, num_samples=count)
    columns = [OURS, SKLEARN, FIFTYONE]
    table = Table(f"{title}, {count:,}", columns, versus=OURS)
    ours = _ours(dataset, vectors)
    table.add("read, s", {OURS: ours["read"]}, ",.1f")
    seconds = {OURS: ours["seconds"]}
    megabytes = {OURS: ours["megabytes"]}
    if count <= options.exact_up_to:
        seconds[SKLEARN], megabytes[SKLEARN] = _sklearn(vectors)
    if count <= options.fiftyone_up_to:
        seconds[FIFTYONE], megabytes[FIFTYONE] = _fiftyone(dataset, vectors)
    table.add("near duplicates, s", seconds, ",.1f")
    table.add("grew by, MB", megabytes)
    table.show()
    print(f"{ours['found']}\n", flush=True)
    dataset.delete()


def _vectors(count: int, options: argparse.Namespace) -> np.ndarray:
    """``(count, dim)`` float32; a tenth are near copies of others."""
    rng = np.random.default_rng(options.seed)
    vectors = rng.normal(size=(count, options.dim)).astype(np.float32)
    if options.clusters:
        centres = rng.normal(size=(options.clusters, options.dim)).astype(np.float32)
        vectors += centres[np.arange(count) % options.clusters]
    copies = count // 10
    noise = 0.1 * rng.normal(size=(copies, options.dim)).astype(np.float32)
    vectors[-copies:] = vectors[:copies] + noise
    return vectors[rng.permutation(count)]


def _ours(dataset: fo.Dataset, vectors: np.ndarray) -> dict[str, Any]:
    import fiftyone.brain as fob

    from benchmarks._measure import PeakMemory, seconds
    from fiftyone_milvus import finding, groups

    index = fob.compute_similarity(
        dataset,
        brain_key="ours",
        backend="milvus",
        metric="cosine",
        embeddings=vectors,
    )

    def read() -> None:
        with finding.held(index, None, False, finding.never):
            pass

    found: list[groups.Groups] = []
    with PeakMemory() as memory:
        took = seconds(
            lambda: found.append(groups.find_groups(index, THRESH, progress=False))
        )
    measured = {
        "read": seconds(read),
        "seconds": took,
        "megabytes": memory.megabytes,
        "found": found[0].message,
    }
    index.delete()
    return measured


def _sklearn(vectors: np.ndarray) -> tuple[float, float]:
    from sklearn.neighbors import NearestNeighbors

    from benchmarks._measure import PeakMemory, seconds

    def search() -> None:
        exact = NearestNeighbors(metric="cosine", algorithm="brute").fit(vectors)
        exact.radius_neighbors(radius=THRESH, return_distance=False)

    with PeakMemory() as memory:
        took = seconds(search)
    return took, memory.megabytes


def _fiftyone(dataset: fo.Dataset, vectors: np.ndarray) -> tuple[float, float]:
    import fiftyone.brain as fob

    from benchmarks._measure import PeakMemory, seconds

    index = fob.compute_similarity(
        dataset,
        brain_key="fiftyone",
        backend="sklearn",
        metric="cosine",
        embeddings=vectors,
    )
    with PeakMemory() as memory:
        took = seconds(lambda: index.find_duplicates(thresh=THRESH))
    dataset.delete_brain_run("fiftyone")
    return took, memory.megabytes


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
        "--exact-up-to", type=int, default=20_000, help="vectors that sklearn is given"
    )
    parser.add_argument(
        "--fiftyone-up-to", type=int, default=5_000, help="and FiftyOne's own backend"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
