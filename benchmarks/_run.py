"""One run on one server: builds, searches, reads, and prints."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

import fiftyone as fo
import numpy as np

import fiftyone_milvus
from fiftyone_milvus import Query

from . import _contenders, _data
from ._contenders import Contender, FiftyOneBackend, Raw
from ._data import Data
from ._measure import PeakMemory, Table, Value, attempt, median, recall, seconds
from ._setup import Server

TOP = 10
K = 25
LARGE_K = 1_000
MANY = 50
HALF = "a random half"
OUTSIDE = "half the clusters, query outside"
# A contender that is slow gets fewer queries
PATIENCE_SECONDS = 10


@dataclass
class Answers:
    """What a contender answered, and the milliseconds of each query; or ``error``."""

    found: list[list[str]]
    milliseconds: list[float]
    error: str | None = None

    @property
    def p50(self) -> Value:
        return self.error or median(self.milliseconds)

    @property
    def matches(self) -> Value:
        """How many matches came, in the mean."""
        return self.error or float(np.mean([len(ids) for ids in self.found]))

    def recall(self, truth: Sequence[Sequence[str]]) -> Value:
        """recall@10, of the queries that were answered."""
        return self.error or recall(self.found, truth[: len(self.found)])


def run(server: Server, options: argparse.Namespace) -> None:
    """Prints the tables of one server."""
    metric = options.metric
    data = _data.make(
        options.count, options.dim, options.clusters, options.queries, options.seed
    )
    raw = _contenders.raw(data, metric, server)
    ours = _contenders.ours(data, metric, server)
    stock = _contenders.stock(data, metric, server)
    table = Table(server.title, ("ours", "stock", "raw"), versus="raw")
    # the one that needs least memory first: what it leaves behind hides the next's
    contenders: list[Contender] = [raw, ours, stock]
    _build(table, contenders, data, server)
    _search(table, contenders, data, metric)
    notes = [f"raw upserts {raw.batch_size:,} rows a call"]
    for name, view, queries in (
        (HALF, data.half, data.queries),
        (OUTSIDE, data.clusters, data.far),
    ):
        _within(table, name, contenders, data, metric, view, queries)
        notes.append(f"ours in {name}: {_plan(ours, view, queries)}")
    _read(table, contenders, data)
    notes.append(f"raw by column: all read in {seconds(raw.read_columns):.2f} s")
    table.show()
    print("\n".join(notes) + "\n", flush=True)
    if server.kind == "lite":
        _flat_or_graph(raw, data, metric, server)
    for contender in contenders:
        contender.drop()
    data.dataset.delete()


def _build(
    table: Table, contenders: list[Contender], data: Data, server: Server
) -> None:
    rates: dict[str, Value] = {}
    megabytes: dict[str, Value] = {}
    settled: dict[str, Value] = {}
    for contender in contenders:
        with PeakMemory() as memory:
            took = seconds(lambda c=contender: c.build(data))  # type: ignore[misc]
        rates[contender.name] = len(data.ids) / took
        megabytes[contender.name] = memory.megabytes
        settled[contender.name] = _contenders.settle(contender.collection, server)
    table.add("build, vectors/s", rates)
    table.add("peak memory of the build, MB", megabytes)
    table.add("index ready after that, s", settled, ".1f", ratio=False)


def _search(
    table: Table, contenders: Sequence[Contender], data: Data, metric: str
) -> None:
    truth = _data.exact(data.queries, data.ids, data.vectors, metric, TOP)
    few = _take_turns(contenders, data.queries, K)
    table.add(f"search, k = {K}, p50 ms", {n: a.p50 for n, a in few.items()}, ".1f")
    many = _take_turns(contenders, data.queries, LARGE_K)
    label = f"search, k = {LARGE_K:,}, p50 ms"
    table.add(label, {n: a.p50 for n, a in many.items()}, ".1f")
    matches = {n: a.matches for n, a in many.items()}
    table.add("  matches that came", matches, ".0f", ratio=False)
    recalls = {n: a.recall(truth) for n, a in few.items()}
    table.add(f"recall@{TOP}", recalls, ".3f", ratio=False)


def _within(
    table: Table,
    name: str,
    contenders: Sequence[Contender],
    data: Data,
    metric: str,
    view: fo.DatasetView,
    queries: np.ndarray,
) -> None:
    ids = view.values("id")
    chosen = set(ids)
    rows = [i for i, id_ in enumerate(data.ids) if id_ in chosen]
    truth = _data.exact(queries, ids, data.vectors[rows], metric, TOP)
    for contender in contenders:
        contender.stay_within(view)
    answers = _take_turns(contenders, queries, K)
    for contender in contenders:
        contender.stay_within(None)
    table.add(f"in {name}, p50 ms", {n: a.p50 for n, a in answers.items()}, ".1f")
    recalls = {n: a.recall(truth) for n, a in answers.items()}
    table.add(f"  recall@{TOP}", recalls, ".3f", ratio=False)


def _read(table: Table, contenders: list[Contender], data: Data) -> None:
    count = f"{len(data.ids):,}"
    everything = {
        c.name: attempt(lambda c=c: seconds(c.read_all))  # type: ignore[misc]
        for c in contenders
    }
    by_id = {
        c.name: attempt(lambda c=c: seconds(lambda: c.read(data.ids)))  # type: ignore[misc]
        for c in contenders
    }
    table.add(f"all {count} embeddings read, s", everything, ".2f")
    table.add(f"{count} embeddings read by id, s", by_id, ".2f")


def _take_turns(
    contenders: Sequence[Contender], queries: np.ndarray, k: int
) -> dict[str, Answers]:
    """Each query by each contender in turn, after one that isn't counted."""
    answers = {c.name: Answers([], []) for c in contenders}
    spent = dict.fromkeys(answers, 0.0)
    for contender in contenders:
        _answer(contender, queries[0], k, Answers([], []))
    for query in queries:
        for contender in contenders:
            if spent[contender.name] < PATIENCE_SECONDS:
                spent[contender.name] += _answer(
                    contender, query, k, answers[contender.name]
                )
    return answers


def _answer(contender: Contender, query: np.ndarray, k: int, answers: Answers) -> float:
    """Asks once, and notes the answer; returns the seconds it took."""
    started = time.perf_counter()
    try:
        found = contender.search(query, k)
    except Exception as e:
        answers.error = type(e).__name__
        return float("inf")
    took = time.perf_counter() - started
    answers.found.append(found)
    answers.milliseconds.append(1e3 * took)
    return took


def _plan(ours: FiftyOneBackend, view: fo.DatasetView, queries: np.ndarray) -> str:
    found = fiftyone_milvus.search(view, ours.name, Query.of(vector=queries[0]), K)
    return f"{found.plan.name}, {found.plan.reason}"


def _flat_or_graph(flat: Raw, data: Data, metric: str, server: Server) -> None:
    """What an embedded index gains and loses by being FLAT."""
    kind = _contenders.HNSW_ON_LITE
    graph = Raw("graph", server, metric, kind, flat.batch_size)
    graph.build(data)
    ready = _contenders.settle(graph.collection, server)
    flat.name, graph.name = "FLAT", "HNSW"
    pair = [flat, graph]
    table = Table("Milvus Lite, raw", ("FLAT", "HNSW"), versus="FLAT")
    _search(table, pair, data, metric)
    many = np.resize(data.queries, (MANY, data.queries.shape[1]))
    together: dict[str, Value] = {
        c.name: 1e3 * min(_seconds_together(c, many) for _ in range(3)) for c in pair
    }
    table.add(f"{MANY} queries in one call, ms", together, ".1f")
    _within(table, OUTSIDE, pair, data, metric, data.clusters, data.far)
    table.show()
    print(f"HNSW was ready {ready:.1f} s after its build\n", flush=True)
    graph.drop()


def _seconds_together(contender: Raw, queries: np.ndarray) -> float:
    return seconds(lambda: contender.search_many(queries, K))
