"""The operators, as Python code and delegated runs call them."""

import asyncio
import copy
import threading

import fiftyone as fo
import fiftyone.operators as foo
import numpy as np
import pytest
from fiftyone.operators.executor import execute_or_delegate_operator

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.indexes import health
from fiftyone_milvus.store import client, settings
from harness.context import PLUGIN, execute, make_context
from harness.worker import DelegatedWorker
from plugin.app import threads


@pytest.fixture
def dataset(milvus, vectors_dataset):
    yield vectors_dataset
    for key in runs.keys(vectors_dataset):
        runs.cleanup(vectors_dataset, key)


def build(dataset, brain_key="idx", **params):
    given = {"source": "field", "embeddings_field": "embeddings", **params}
    return execute("compute_index", dataset, brain_key=brain_key, **given)


def collections() -> list[str]:
    return client.connect(settings.resolve()).client.list_collections()


def test_compute_search_and_clean_up(dataset):
    made = build(dataset)
    assert made["rows"] == 100 and made["failed"] == 0
    assert made["collection_name"] in collections()

    query = dataset.first().id
    found = execute(
        "search", dataset, context={"selected": [query]}, brain_key="idx", k=5
    )
    assert found["ids"][0] == query
    assert found["scores"] == sorted(found["scores"], reverse=True)
    assert found["scores"][0] == pytest.approx(1, abs=1e-5)

    gone = execute("cleanup_index", dataset, brain_key="idx")
    assert gone["deletes_rows"] and gone["rows"] == 100
    assert made["collection_name"] not in collections()
    assert dataset.list_brain_runs() == []


def test_the_index_type_can_be_chosen(dataset):
    build(dataset, index_type="IVF_FLAT")
    assert runs.load(dataset, "idx").rows.collection.built["index_type"] == "IVF_FLAT"


@pytest.mark.on_lite
def test_a_view_or_a_selection_is_indexed_alone(dataset):
    view = dataset.limit(30)
    context = {"view": view}
    params = {
        "source": "field",
        "embeddings_field": "embeddings",
        "brain_key": "half",
    }
    uri = f"{PLUGIN}/compute_index"
    made = foo.execute_operator(uri, ctx=context, params={**params, "scope": "view"})
    assert made.result["rows"] == 30
    context = {"dataset": dataset, "selected": dataset.values("id")[:7]}
    params = {**params, "brain_key": "few", "scope": "selected"}
    assert foo.execute_operator(uri, ctx=context, params=params).result["rows"] == 7


def test_patches_are_indexed_and_found(dataset):
    made = build(dataset, patches_field="ground_truth", embeddings_field="embedding")
    assert made["rows"] == dataset.count("ground_truth.detections")
    sample = dataset[dataset.values("id")[2]]
    label = sample.ground_truth.detections[0].id
    selected = [{"label_id": label, "sample_id": sample.id, "field": "ground_truth"}]
    found = execute(
        "search", dataset, context={"selected_labels": selected}, brain_key="idx", k=4
    )
    assert found["ids"][0] == label
    assert found["sample_ids"][0] == sample.id


@pytest.mark.on_lite
def test_samples_without_a_vector_are_counted(dataset):
    for sample in dataset.limit(4):
        sample["embeddings"] = None
        sample.save()
    made = build(dataset)
    assert made["rows"] == 96 and made["failed"] == 4
    assert "4 have none" in made["message"]


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"brain_key": "not a key"}, "can't be a brain key"),
        ({"brain_key": "1st"}, "can't be a brain key"),
        ({"embeddings_field": "nope"}, "there is no 'nope' here"),
        ({"source": "model", "model": "nope"}, "there is no 'nope' here"),
        ({"metric": "manhattan"}, "there is no 'manhattan' here"),
        ({"index_type": "TREE"}, "there is no 'TREE' here"),
        (
            {"source": "model", "model": "alexnet-imagenet-torch", "model_kwargs": "1"},
            "are a JSON object",
        ),
        ({"patches_field": "nope"}, "there is no 'nope' here"),
        ({"scope": "selected"}, "Nothing is selected"),
    ],
    ids=str,
)
def test_the_form_says_what_is_wrong(dataset, params, words):
    with pytest.raises(Exception, match=words):
        build(dataset, **params)
    assert dataset.list_brain_runs() == []


@pytest.mark.on_lite
def test_a_key_in_use_is_reported_in_the_form(dataset):
    build(dataset)
    with pytest.raises(Exception, match="is in use"):
        build(dataset)


@pytest.mark.on_lite
def test_vectors_of_another_dimension_are_left_out_and_reported(dataset):
    sample = dataset.last()
    sample["embeddings"] = np.ones(3)
    sample.save()
    made = execute(
        "compute_index",
        dataset,
        brain_key="k",
        source="field",
        embeddings_field="embeddings",
    )
    assert (made["rows"], made["failed"]) == (99, 1)
    assert f"1 have none, such as {sample.id}: its vector" in made["message"]


@pytest.mark.on_lite
def test_a_field_without_vectors_is_reported(dataset):
    dataset.add_sample_field("vacant", fo.VectorField)
    with pytest.raises(Exception, match="No sample has a vector in 'vacant'"):
        build(dataset, embeddings_field="vacant")
    assert dataset.list_brain_runs() == []


@pytest.mark.on_lite
def test_an_empty_view_is_reported(dataset):
    with pytest.raises(Exception, match="no samples to index"):
        foo.execute_operator(
            f"{PLUGIN}/compute_index",
            ctx={"view": dataset.limit(0)},
            params={"brain_key": "e", "scope": "view", "source": "field"},
        )


def test_no_server_is_reported_and_leaves_nothing(dataset, monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", "http://127.0.0.1:1")
    monkeypatch.setenv(settings.ENV_PREFIX + "TOKEN", "tokensecret")
    with pytest.raises(Exception, match=r"http://127\.0\.0\.1:1 does not answer") as e:
        build(dataset)
    assert "tokensecret" not in str(e.value)
    assert dataset.list_brain_runs() == []


@pytest.mark.on_lite
@pytest.mark.parametrize("k", [0, 20_000])
def test_k_out_of_range_is_reported(dataset, k):
    build(dataset)
    context = {"selected": [dataset.first().id]}
    with pytest.raises(Exception, match="Ask for 1 to 10,000 results"):
        execute("search", dataset, context=context, brain_key="idx", k=k)


@pytest.mark.on_lite
def test_text_on_an_index_that_cannot_is_reported(dataset):
    build(dataset)
    with pytest.raises(Exception, match="can't embed text"):
        execute("search", dataset, brain_key="idx", text="bird")


@pytest.mark.on_lite
def test_an_empty_query_is_reported(dataset):
    build(dataset)
    with pytest.raises(Exception, match="Type a text, or select"):
        execute("search", dataset, brain_key="idx")


@pytest.mark.on_lite
def test_forms_ask_no_server(dataset, monkeypatch):
    build(dataset)

    def asked(*_):
        raise AssertionError("a form asked a server")

    with monkeypatch.context() as patch:
        patch.setattr(client, "connect", asked)
        for name in ("compute_index", "search", "cleanup_index"):
            operator = foo.get_operator(f"{PLUGIN}/{name}")
            ctx = make_context(dataset, brain_key="idx", text="a bird")
            operator.resolve_input(ctx)


@pytest.fixture
def in_browser(dataset):
    """The context of a build that a person starts in the operator browser."""
    ctx = make_context(
        dataset, brain_key="idx", source="field", embeddings_field="embeddings"
    )
    ctx.request_params["spaces"] = fo.Space().to_dict()
    ctx.request_params["params"].pop("panel_id")
    return ctx


def test_the_connection_of_a_streamed_job_ends_with_it(in_browser):
    uri = "http://127.0.0.1:1"
    name = settings.ENV_PREFIX + "URI"
    in_browser._secrets = {name: uri}
    in_browser._required_secret_keys = [name]
    events = foo.get_operator(f"{PLUGIN}/compute_index").answer(in_browser)
    steps = [(event, settings.current()) for event in events]
    assert all(scope == {} for _, scope in steps)
    last = steps[-1][0].body.params["results"]
    assert f"Milvus at {uri} does not answer" in str(last)


@pytest.mark.on_lite
def test_in_the_operator_browser_progress_is_streamed(in_browser):
    events = list(foo.get_operator(f"{PLUGIN}/compute_index").answer(in_browser))
    assert all(event.to_json_line() for event in events)  # as they go to the browser
    names = [event.body.operator_uri for event in events]
    assert names.count("set_progress") > 5
    shares = [e.body.params["progress"] for e in events if "progress" in e.body.params]
    assert shares == sorted(shares) and shares[-1] == 1
    assert names[-1] == "show_output"
    assert "Indexed 100 vectors" in str(events[-1].body.params["results"])


async def run_in_app(dataset, name, count=1, **params):
    """Results of an operator that is asked for so many times at once, as the App runs
    them, in the order in which they end."""
    asked = make_context(dataset, brain_key="idx", **params).request_params
    runs_ = [
        execute_or_delegate_operator(f"{PLUGIN}/{name}", copy.deepcopy(asked))
        for _ in range(count)
    ]
    for ended in asyncio.as_completed(runs_, timeout=60):
        yield await ended


@pytest.mark.on_lite
def test_few_jobs_run_at_once_and_searches_beside_them(dataset, monkeypatch):
    build(dataset)
    let_go = threading.Event()

    def checks(*_, **__):
        assert let_go.wait(60)
        raise Cancelled("stopped")

    async def app():
        jobs = run_in_app(dataset, "index_health", threads.MAX_JOBS + 2)
        selected = dataset.values("id")[:1]
        try:
            refused = [(await anext(jobs)).error_message for _ in range(2)]
            search = run_in_app(dataset, "search", selected=selected, k=5)
            found = (await anext(search)).result["ids"]
        finally:
            let_go.set()
        return refused, found, [each.error_message async for each in jobs]

    with monkeypatch.context() as patch:
        patch.setattr(health, "health", checks)
        refused, found, rest = asyncio.run(app())
    assert all("wait until one of them ends" in each for each in refused)
    assert len(found) == 5
    assert rest == ["stopped"] * threads.MAX_JOBS
    assert execute("index_health", dataset, brain_key="idx")["healthy"]


@pytest.mark.on_lite
def test_a_worker_builds_searches_and_cleans_up(dataset):
    worker = DelegatedWorker()
    try:
        built = worker.run(
            "compute_index",
            dataset,
            brain_key="idx",
            source="field",
            embeddings_field="embeddings",
        )
        assert built.run_state == "completed", built.result.error
        assert built.result.result["rows"] == 100
        assert built.status.progress == 1
        assert "samples" in built.status.label
        dataset.reload()
        assert runs.load(dataset, "idx").total_index_size == 100

        ids = dataset.values("id")[:1]
        found = worker.run("search", dataset, brain_key="idx", k=3, ids=ids)
        assert found.result.result["ids"][0] == ids[0]

        dataset.add_sample_field("vacant", fo.VectorField)
        failed = worker.run(
            "compute_index",
            dataset,
            brain_key="x",
            source="field",
            embeddings_field="vacant",
        )
        assert failed.run_state == "failed"
        assert "No sample has a vector in 'vacant'" in failed.result.error

        gone = worker.run("cleanup_index", dataset, brain_key="idx")
        assert gone.result.result["deletes_rows"]
        dataset.reload()
        assert dataset.list_brain_runs() == []
    finally:
        worker.stop()
