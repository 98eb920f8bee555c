"""The measurements of ``build.py`` and ``scale_out.py``, and the programs of their
processes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np

import fiftyone_milvus  # from here on the backend "milvus" is ours
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import models
from fiftyone_milvus.indexes import build
from fiftyone_milvus.progress import Progress
from harness import environment

from . import _contenders, _data
from ._contenders import Raw
from ._measure import PeakMemory, Table, Value, seconds
from ._setup import Server

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
FIELD = build.Source(embeddings_field="embeddings")
MODEL = "efficientnet-lite0-offline"
AT_ONCE = 5_000
RAW_BATCH = 1_000
BATCH_SIZE = 16


def from_field(server: Server, options: argparse.Namespace) -> None:
    """Prints rate and memory at each size."""
    names = options.contenders
    table = Table(f"{server.title}, from a field", names, versus="raw")
    for count in options.counts:
        dataset = _vectors_dataset(count, options.dim, options.seed)
        answers = {name: _run(server, name, dataset.name) for name in reversed(names)}
        rates: dict[str, Value] = {n: a["rate"] for n, a in answers.items()}
        peaks: dict[str, Value] = {n: a["megabytes"] for n, a in answers.items()}
        table.add(f"{count:,} x {options.dim}, vectors/s", rates)
        table.add(f"{count:,} x {options.dim}, peak memory, MB", peaks)
        if (ours := answers.get("ours")) is not None:
            checked, peak = ours["checked"]
            table.add(f"{count:,} rows, health, s", {"ours": checked}, ".1f")
            table.add(f"{count:,} rows, health, peak memory, MB", {"ours": peak})
        dataset.delete()
    table.show()


def with_model(server: Server, options: argparse.Namespace) -> None:
    """Prints the rate with a real model: the model alone, in one process, and with one
    and two workers of Ray."""
    from demo import zoo
    from demo.dataset import build_scenes_dataset

    zoo.install_offline_source(environment.MODEL_ZOO)
    zoo.prepare_model(MODEL)
    folder = environment.HOME / "benchmark-scenes"
    dataset = build_scenes_dataset("benchmark", folder, options.images, persistent=True)
    names = ("alone", "model", "ray_1", "ray_2")
    table = Table(f"{server.title}, {MODEL}, one thread each", names, versus="alone")
    answers = {name: _run(server, name, dataset.name) for name in names}
    table.add(
        f"{options.images:,} images, images/s",
        {name: answer["rate"] for name, answer in answers.items()},
        ".1f",
    )
    table.add(
        "memory of the process that builds, MB",
        {name: answer["megabytes"] for name, answer in answers.items()},
        ratio=False,
    )
    table.show()
    dataset.delete()


def by_import(server: Server, options: argparse.Namespace) -> None:
    """Prints how fast vectors of a field are written, by upserts and by a bulk import,
    and the memory that takes."""
    names = ("ours", "imported")
    table = Table(f"{server.title}, from a field", names, versus="ours")
    for count in options.counts:
        dataset = _vectors_dataset(count, options.dim, options.seed)
        answers = {name: _run(server, name, dataset.name) for name in names}
        for label, key in (("vectors/s", "rate"), ("peak memory, MB", "megabytes")):
            values: dict[str, Value] = {n: a[key] for n, a in answers.items()}
            table.add(f"{count:,} x {options.dim}, {label}", values)
        dataset.delete()
    table.show()


def _vectors_dataset(count: int, dim: int, seed: int) -> fo.Dataset:
    """Random vectors in a field."""
    rng = np.random.default_rng(seed)
    sizes = (min(AT_ONCE, count - start) for start in range(0, count, AT_ONCE))
    vectors = (rng.normal(size=(size, dim)).astype(np.float32) for size in sizes)
    return _data.with_field(f"vectors-{count}", vectors, "/images/{}.png")


def _run(server: Server, program: str, dataset: str) -> dict[str, Any]:
    # Milvus goes on with an index when its collection was dropped
    server.wait_until_idle()
    env = {**os.environ, "OMP_NUM_THREADS": "1", "BENCHMARK_URI": server.uri}
    env["BENCHMARK_STAGING"] = str(environment.HOME / "standalone" / "data" / "staging")
    env.pop(URI, None)
    if server.given is not None:
        env[URI] = server.given
    root = Path(__file__).resolve().parents[1]
    env["PYTHONPATH"] = os.pathsep.join([str(root), str(root / "tests")])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._building", program, dataset],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=root,
    )
    if done.returncode:
        raise RuntimeError(f"A benchmark's process failed:\n{done.stdout}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


# -- the programs


@dataclass(frozen=True)
class Program:
    """What is measured, what undoes it, what is then measured of its result, and when
    its rate begins to count (seconds since 1970), with how many done by then."""

    work: Callable[[], Any]
    undo: Callable[[Any], object] = lambda _: None
    check: Callable[[], Any] = lambda: None
    since: Callable[[], tuple[float, int]] = lambda: (0.0, 0)


def _ours(dataset: fo.Dataset) -> Program:
    return Program(
        lambda: build.build(dataset, "ours", FIELD),
        lambda _: runs.cleanup(dataset, "ours"),
        lambda: fiftyone_milvus.health(dataset, "ours"),
    )


def _imported(dataset: fo.Dataset) -> Program:
    how = {"via": "import", "staging": os.environ["BENCHMARK_STAGING"]}
    return Program(
        lambda: build.build(dataset, "imported", FIELD, **how),
        lambda _: runs.cleanup(dataset, "imported"),
    )


def _stock(dataset: fo.Dataset) -> Program:
    config = _contenders._stock_module().MilvusSimilarityConfig
    return Program(
        lambda: fob.compute_similarity(
            dataset,
            embeddings="embeddings",
            backend=config,
            brain_key="stock",
            metric="cosine",
            uri=os.environ["BENCHMARK_URI"],
        ),
        lambda _: dataset.delete_brain_run("stock"),
    )


def _raw(dataset: fo.Dataset) -> Program:
    embedded = URI not in os.environ
    server = Server("", None, os.environ["BENCHMARK_URI"])
    index = _contenders.FLAT if embedded else _contenders.HNSW
    raw = Raw("raw_build", server, "cosine", index, RAW_BATCH)
    count = dataset.count()
    dim = len(dataset.first()["embeddings"])
    vectors = np.random.default_rng(0).normal(size=(RAW_BATCH, dim)).astype(np.float32)

    def write() -> None:
        raw.create(dim)
        for start in range(0, count, RAW_BATCH):
            rows = [
                {"pk": f"{i:024x}", "sample_id": f"{i:024x}", "vector": vector}
                for i, vector in enumerate(vectors[: count - start], start)
            ]
            raw._client.upsert(raw.collection, rows)
        raw._client.flush(raw.collection)

    return Program(write, lambda _: raw.drop())


def _alone(dataset: fo.Dataset) -> Program:
    model = models.load(MODEL)
    return Program(
        lambda: dataset.compute_embeddings(
            model, batch_size=BATCH_SIZE, num_workers=0, progress=False
        )
    )


def _by_model(dataset: fo.Dataset) -> Program:
    models.load(MODEL)
    source = build.Source(model=MODEL, batch_size=BATCH_SIZE, num_workers=0)
    return Program(lambda: build.build(dataset, "model", source))


def _on_ray(workers: int) -> Callable[[fo.Dataset], Program]:
    def prepared(dataset: fo.Dataset) -> Program:
        engine = build.Ray(workers=workers, cpus_per_worker=1)
        source = build.Source(model=MODEL, batch_size=BATCH_SIZE, num_workers=0)
        key = f"ray_{workers}"

        first: list[tuple[float, int]] = []

        def note(now: Progress) -> None:
            # the workers have loaded the model then, which they do once
            if now.done and not first:
                first.append((time.time(), now.done))

        return Program(
            lambda: build.build(dataset, key, source, engine=engine, progress=note),
            since=lambda: first[0],
        )

    return prepared


PROGRAMS: dict[str, Callable[[fo.Dataset], Program]] = {
    "ours": _ours,
    "imported": _imported,
    "stock": _stock,
    "raw": _raw,
    "alone": _alone,
    "model": _by_model,
    "ray_1": _on_ray(1),
    "ray_2": _on_ray(2),
}


def _measured(program: str, name: str) -> dict[str, Any]:
    dataset = fo.load_dataset(name)
    prepared = PROGRAMS[program](dataset)
    began = time.time()
    with PeakMemory() as memory:
        result = prepared.work()
    ended = time.time()
    with PeakMemory() as checking:
        checked = seconds(prepared.check)
    prepared.undo(result)
    since, done = prepared.since()
    return {
        "rate": (dataset.count() - done) / (ended - max(began, since)),
        "megabytes": memory.megabytes,
        "checked": (checked, checking.megabytes),
    }


if __name__ == "__main__":
    print(json.dumps(_measured(*sys.argv[1:])))
