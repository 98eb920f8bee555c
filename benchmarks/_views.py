"""One run on one server: every view, by the chosen plan and by each other one.

The columns: a search of everything; the first search of the view, whose ids nobody has
read yet; the next ones; pymilvus with the view's ids in a filter; FiftyOne's backends;
the view against everything; recall@10; the same by a filter that Milvus keeps the
field of; each plan where an option asks for it; the chosen one against the best of
these.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast, get_args

import fiftyone as fo
import numpy as np
from fiftyone import ViewField as F

import fiftyone_milvus  # noqa: F401  (from here on the backend "milvus" is ours)
from fiftyone_milvus.dataset import view_ids
from fiftyone_milvus.dataset.ids import within
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.retrieval import filter_fields, planner
from fiftyone_milvus.retrieval.planner import Neighbors, PlanName
from fiftyone_milvus.store.rows import StoredRows
from fiftyone_milvus.store.settings import ENV_PREFIX

from . import _contenders, _data
from ._contenders import Contender
from ._data import Data
from ._measure import Table, Value, median, recall
from ._setup import Server

T = TypeVar("T")
K, TOP = 25, 10
SHARES = (0.001, 0.01, 0.1, 0.5, 0.99)
# A view has no expression; a filter has, and is measured apart
PLANS = tuple(
    plan
    for plan in cast("tuple[PlanName, ...]", get_args(PlanName))
    if plan != "filter_expr"
)
# A plan that would take long is not tried: reading vectors, and sending ids
MOST_FETCHED = 5_000
MOST_SENT = 60_000
COLUMNS = (
    "all",
    "first",
    "ours",
    "raw",
    "stock",
    "lancedb",
    "lancedb recall",
    "x all",
    "recall",
    "by filter",
    *PLANS,
    "x best",
    "plan",
)


SEARCH_AND_MEASURE = """
import json, sys
import fiftyone as fo
import psutil
import fiftyone_milvus
from fiftyone_milvus import Query

def used():
    return psutil.Process().memory_info().rss / 1e6

dataset = fo.load_dataset(sys.argv[1])
dataset.first()
before = used()
query = Query.of(vector=json.loads(sys.argv[2]))
fiftyone_milvus.search(dataset, "ours", query, 25)
everything = used()
half = dataset.match(fo.ViewField("share") < 0.5)
fiftyone_milvus.search(half, "ours", query, 25)
print(everything - before, used() - before)
"""


CHECK_HEALTH = """
import sys, time
import fiftyone as fo
import psutil
import fiftyone_milvus

dataset = fo.load_dataset(sys.argv[1])
dataset.first()
before, began = psutil.Process().memory_info().rss, time.perf_counter()
found = fiftyone_milvus.health(dataset, "ours")
assert found.healthy, found.message
took = time.perf_counter() - began
print(took, (psutil.Process().memory_info().rss - before) / 1e6)
"""


@dataclass
class Case:
    """A view with queries ``(q, dim)`` for it, ``None`` for everything; and the numbers
    of its clusters, if it is made of them."""

    name: str
    view: fo.DatasetView | None
    queries: np.ndarray
    clusters: dict[str, int] | None = None
    ids: list[str] = field(default_factory=list)


def run(server: Server, options: argparse.Namespace) -> None:
    """Prints the table of one server."""
    data = _data.make(
        options.count, options.dim, options.clusters, options.repeats, options.seed
    )
    ours = _contenders.ours(data, options.metric, server, filter_fields=["cluster"])
    index = _contenders.FLAT if server.kind == "lite" else _contenders.HNSW
    raw = _contenders.Raw("raw", server, options.metric, index, 2_500)
    built: list[Contender] = [ours, raw]
    if options.stock:
        built.append(_contenders.stock(data, options.metric, server))
    for contender in built:
        contender.build(data)
        _contenders.settle(contender.collection, server)
    if options.lancedb:
        built.append(_contenders.lancedb(data, options.metric))
        built[-1].build(data)
    rows = ours.index.rows
    table = Table(f"{server.title}, {options.count:,}", COLUMNS)
    notes: list[str] = []
    try:
        for case in _cases(data, options.repeats):
            values, note = _measure(case, rows, built[1:], data, options.metric)
            values["x all"] = _times(values["ours"], values["all"])
            table.add(case.name, values, ".1f")
            notes.append(f"{case.name}: {note}")
    finally:  # what took an hour is printed also where a later view fails
        table.show()
        print("\n".join(notes) + "\n", flush=True)
    given = {} if server.given is None else {ENV_PREFIX + "URI": server.given}
    _tell_memory(data, given)
    _tell_health(data, given)
    for contender in built:
        contender.drop()
    data.dataset.delete()


def _tell_memory(data: Data, given: dict[str, str]) -> None:
    """Prints what another process takes that only searches, beyond an idle one."""
    query = json.dumps(data.queries[0].tolist())
    everything, half = _in_process(SEARCH_AND_MEASURE, given, data.dataset.name, query)
    print(
        f"Another process, beyond FiftyOne with the dataset loaded: {everything:.0f} MB"
        f" to search everything, {half:.0f} MB after a search of a random half\n"
    )


def _tell_health(data: Data, given: dict[str, str]) -> None:
    """Prints what a health check takes, in a process of its own."""
    seconds, memory = _in_process(CHECK_HEALTH, given, data.dataset.name)
    print(
        f"Health check: {seconds:.1f} s, in a process that grows by {memory:.0f} MB\n"
    )


def _in_process(program: str, given: dict[str, str], *args: str) -> list[float]:
    """The two numbers that a program prints last."""
    done = subprocess.run(
        [sys.executable, "-c", program, *args],
        env={**os.environ, **given},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(number) for number in done.stdout.split()[-2:]]


def _cases(data: Data, repeats: int) -> Iterator[Case]:
    yield Case("everything", None, data.queries)
    for share in SHARES:
        yield Case(f"random {100 * share:g} %", data.random(share), data.queries)
    number = F("cluster")
    last, tenth = data.cluster_count - 1, data.cluster_count // 10
    near, far = (data.of_cluster(c)[:repeats] for c in (0, last))
    one, some = data.dataset.match(number == 0), data.dataset.match(number < tenth)
    others = data.dataset.match(number != 0)
    yield Case("one class, the query's", one, near, {"max": 0})
    yield Case("one class, far", one, far, {"max": 0})
    yield Case("a tenth of the classes, far", some, far, {"max": tenth - 1})
    half = {"max": data.cluster_count // 2 - 1}
    yield Case("half of the classes, far", data.clusters, far, half)
    yield Case("all but the query's class", others, near, {"min": 1})


def _measure(
    case: Case, rows: StoredRows, others: list[Contender], data: Data, metric: str
) -> tuple[dict[str, Value], str]:
    case.ids = data.ids if case.view is None else case.view.values("id")
    view_ids.forget()
    first, _ = _timed(lambda: _search(rows, case, data, case.queries[:1]))
    taken: dict[str, list[float]] = {}
    found: list[Neighbors] = []
    of_others: dict[str, list[list[str]]] = {}
    for query in case.queries:
        took, one = _timed(lambda q=query: _search(rows, case, data, q[None]))  # type: ignore[misc]
        taken.setdefault("ours", []).append(took)
        # in turn with the view's, so that what else the machine does matches both
        took, _ = _timed(lambda q=query: planner.nearest(rows, q[None], K))  # type: ignore[misc]
        taken.setdefault("all", []).append(took)
        found.append(one)
        for other in others:
            other.stay_within(case.view)
            took, ids = _timed(lambda o=other, q=query: o.search(q, K))  # type: ignore[misc]
            taken.setdefault(other.name, []).append(took)
            of_others.setdefault(other.name, []).append(ids)
            other.stay_within(None)
    values: dict[str, Value] = {name: median(each) for name, each in taken.items()}
    truth = _truth(case, data, metric)
    for name, each in of_others.items():
        values[f"{name} recall"] = format(recall(each, truth), ".3f")
    ids = [one.matches[0].ids for one in found]
    values |= {"first": first, "recall": format(recall(ids, truth), ".3f")}
    values["plan"] = found[-1].plan.name
    if case.clusters is not None:
        values["by filter"] = _filtered(rows, case, data)
    if case.view is not None:
        values |= {plan: _forced(rows, case, data, plan) for plan in PLANS}
        taken_by = [v for plan in PLANS if isinstance(v := values[plan], float)]
        best = min(taken_by, default=None)  # of a large view perhaps none was tried
        values["x best"] = _times(values[str(values["plan"])], best)
    return values, found[-1].plan.reason


def _search(
    rows: StoredRows,
    case: Case,
    data: Data,
    query: np.ndarray,
    plan: PlanName | None = None,
) -> Neighbors:
    """A search for a query vector, the view's ids looked up each time."""
    among = within(case.view, IndexedSamples(data.dataset))
    return planner.nearest(rows, query, K, among=among, plan=plan)


def _filtered(rows: StoredRows, case: Case, data: Data) -> float:
    """The clusters by a filter: a new one each time, as a person's search has it."""
    where = {"cluster": case.clusters}
    condition = filter_fields.filter_expr(where, ["cluster"], data.dataset, None)
    times = [
        _timed(
            lambda q=query: planner.nearest(  # type: ignore[misc]
                rows, q[None], K, among=filter_fields.FilteredRows(rows, condition)
            )
        )[0]
        for query in case.queries
    ]
    return median(times)


def _forced(rows: StoredRows, case: Case, data: Data, plan: PlanName) -> Value:
    if plan == "full_scan" or (
        plan == "fetch_and_rank" and len(case.ids) > MOST_FETCHED
    ):
        return None
    if plan == "id_filter" and len(case.ids) > MOST_SENT:
        return None
    try:
        times = [
            _timed(lambda q=query: _search(rows, case, data, q[None], plan))[0]  # type: ignore[misc]
            for query in case.queries
        ]
    except InvalidRequest:
        return "no"
    return median(times)


def _truth(case: Case, data: Data, metric: str) -> list[list[str]]:
    at = {id_: i for i, id_ in enumerate(data.ids)}
    vectors = data.vectors[[at[id_] for id_ in case.ids]]
    return _data.exact(case.queries, case.ids, vectors, metric, TOP)


def _timed(function: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = function()
    return 1e3 * (time.perf_counter() - started), result


def _times(value: Value, base: Value) -> Value:
    if isinstance(value, float) and isinstance(base, float):
        return f"{value / base:.2f}"
    return None
