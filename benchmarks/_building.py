"""The measurements of ``build.py``, and the programs of the processes that they run."""

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
    """Prints the rate with a real model, by one worker and by two."""
    from demo import zoo
    from demo.dataset import build_scenes_dataset

    zoo.install_offline_source(environment.MODEL_ZOO)
    zoo.prepare_model(MODEL)
    folder = environment.HOME / "benchmark-scenes"
    dataset = build_scenes_dataset("benchmark", folder, options.images, persistent=True)
    table = Table(
        f"{server.title}, {MODEL}, one thread a worker",
        ("model alone", "one worker", "two workers"),
        versus="model alone",
    )
    alone = _run(server, "alone", dataset.name)
    one = _run(server, "model", dataset.name)
    started = _start_pair(server, dataset.name)
    both = [_answer(process) for process in started]
    took = max(a["ended"] for a in both) - min(a["began"] for a in both)
    table.add(
        f"{options.images:,} images, images/s",
        {
            "model alone": alone["rate"],
            "one worker": one["rate"],
            "two workers": options.images / took,
        },
        ".1f",
    )
    table.add(
        "embedded by each",
        {"one worker": one["embedded"], "two workers": both[0]["embedded"]},
        ratio=False,
    )
    table.show()
    dataset.delete()


def _vectors_dataset(count: int, dim: int, seed: int) -> fo.Dataset:
    """Random vectors in a field."""
    rng = np.random.default_rng(seed)
    sizes = (min(AT_ONCE, count - start) for start in range(0, count, AT_ONCE))
    vectors = (rng.normal(size=(size, dim)).astype(np.float32) for size in sizes)
    return _data.with_field(f"vectors-{count}", vectors, "/images/{}.png")


def _start_pair(server: Server, dataset: str) -> list[subprocess.Popen[str]]:
    return [_start(server, "shared", dataset) for _ in range(2)]


def _run(server: Server, program: str, dataset: str) -> dict[str, Any]:
    # Milvus goes on with an index when its collection was dropped
    server.wait_until_idle()
    return _answer(_start(server, program, dataset))


def _start(server: Server, program: str, dataset: str) -> subprocess.Popen[str]:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "BENCHMARK_URI": server.uri}
    env.pop(URI, None)
    if server.given is not None:
        env[URI] = server.given
    root = Path(__file__).resolve().parents[1]
    env["PYTHONPATH"] = os.pathsep.join([str(root), str(root / "tests")])
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks._building", program, dataset],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=root,
    )


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"A benchmark's process failed:\n{output}")
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found


# -- the programs


@dataclass(frozen=True)
class Program:
    """What is measured, what is then measured of its result, and what undoes it."""

    work: Callable[[], Any]
    undo: Callable[[Any], object] = lambda _: None
    check: Callable[[], Any] = lambda: None


def _ours(dataset: fo.Dataset) -> Program:
    return Program(
        lambda: build.build(dataset, "ours", FIELD),
        lambda _: runs.cleanup(dataset, "ours"),
        lambda: fiftyone_milvus.health(dataset, "ours"),
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


def _by_model(key: str) -> Callable[[fo.Dataset], Program]:
    def prepared(dataset: fo.Dataset) -> Program:
        models.load(MODEL)
        source = build.Source(model=MODEL, batch_size=BATCH_SIZE, num_workers=0)
        return Program(lambda: build.build(dataset, key, source))

    return prepared


PROGRAMS: dict[str, Callable[[fo.Dataset], Program]] = {
    "ours": _ours,
    "stock": _stock,
    "raw": _raw,
    "alone": _alone,
    "model": _by_model("one"),
    "shared": _by_model("two"),
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
    return {
        "rate": dataset.count() / (ended - began),
        "megabytes": memory.megabytes,
        "began": began,
        "ended": ended,
        "embedded": getattr(result, "embedded", None),
        "checked": (checked, checking.megabytes),
    }


if __name__ == "__main__":
    print(json.dumps(_measured(*sys.argv[1:])))
