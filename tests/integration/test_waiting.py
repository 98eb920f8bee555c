"""Searches in the App while others wait for a model. Nothing here measures time."""

import asyncio
import contextlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import fiftyone.operators as foo
import fiftyone.zoo as foz
import pytest
from fiftyone.operators.executor import execute_or_delegate_operator

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import models
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches import search
from fiftyone_milvus.searches.query import Query, Term
from fiftyone_milvus.searches.request import SearchRequest
from harness import images
from harness.context import PLUGIN, execute, make_context
from plugin.app import searches

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
MODEL, OTHER = "worded", {"text_prompt": "an image of"}
SECONDS = 60
THREADS_OF_APP = 6
WORDS = {"text": "a tree", "k": 2}
TEXT = {"terms": [{"text": "a tree"}]}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """With an index ``idx`` of a model, and ``other`` of the same with arguments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URI, raising=False)
        images.install_models(MODEL)
        foz.download_zoo_model(MODEL)
        dataset = images.make_images_dataset(tmp_path_factory.mktemp("images"), 4)
        build.build(dataset, "idx", build.Source(model=MODEL))
        build.build(dataset, "other", build.Source(model=MODEL, model_kwargs=OTHER))
        yield dataset
        for key in ("idx", "other"):
            runs.cleanup(dataset, key)
        dataset.delete()


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.delenv(URI, raising=False)


@pytest.fixture
def loading(monkeypatch):
    """The model of ``idx`` is loaded; that of ``other`` is when this is set."""
    event, load = threading.Event(), foz.load_zoo_model

    def slow(name, **kwargs):
        if kwargs:
            assert event.wait(SECONDS)
        return load(name, **kwargs)

    monkeypatch.setattr(models.foz, "load_zoo_model", slow)
    models._models.clear()
    models.load(MODEL)
    yield event
    event.set()
    models._models.clear()


@pytest.fixture
def in_app():
    """The module that the plugin's operators have, as FiftyOne imported it."""
    operator = foo.get_operator(f"{PLUGIN}/compare_indexes")
    return sys.modules[type(operator).__module__].searches


def ask(dataset, name, key, query):
    """A search by an operator, or by the panel, as the App runs it."""
    params = {"brain_key": key, "query": query, "k": 2, "__method__": "search"}
    return run(dataset, name, **params)


def run(dataset, name, **params):
    asked = make_context(dataset, **params).request_params
    return asyncio.create_task(execute_or_delegate_operator(f"{PLUGIN}/{name}", asked))


@pytest.mark.parametrize("name", ["milvus_panel", "search"])
def test_searches_that_wait_for_a_model_hold_up_no_others(dataset, loading, name):
    async def app():
        pool = ThreadPoolExecutor(THREADS_OF_APP)
        asyncio.get_running_loop().set_default_executor(pool)
        waiting = [
            ask(dataset, name, "other", TEXT) for _ in range(searches.MAX_SEARCHES + 1)
        ]
        refused, left = await asyncio.wait(
            waiting, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        by_id = {"terms": [{"id": dataset.first().id}]}
        asked = [ask(dataset, name, "idx", query) for query in (TEXT, by_id)]
        by_id_of_other = ask(dataset, name, "other", by_id)
        found = await asyncio.wait_for(asyncio.gather(*asked, by_id_of_other), SECONDS)
        assert len(left) == searches.MAX_SEARCHES
        assert not any(task.done() for task in left)
        loading.set()
        return refused.pop().result(), found, await asyncio.gather(*left)

    refused, found, waited = asyncio.run(app())
    if name == "search":
        assert "Search again in a moment" in refused.error_message
    else:
        assert refused.result["error"]["code"] == "busy"
    for each in [*found, *waited]:
        each.raise_exceptions()
        results = each.result["ids" if name == "search" else "results"]
        assert len(results) == 2


def test_a_comparison_counts_as_a_search(dataset, loading, in_app):
    ctx, text = make_context(dataset), Query((Term(text="a tree"),))
    with contextlib.ExitStack() as others:
        for _ in range(searches.MAX_SEARCHES):
            found = search.PreparedSearch(SearchRequest("other", text, 2), dataset)
            others.enter_context(in_app.place_of_search(ctx, found))
        with pytest.raises(Exception, match="Search again in a moment"):
            execute("compare_indexes", dataset, brain_key="idx", other="other", **WORDS)


def test_finding_out_why_there_is_no_result_counts_as_a_search(
    dataset, loading, in_app, monkeypatch
):
    free, run = [], search.PreparedSearch.run

    def noted(self):
        free.append(in_app._searches_by_text._value)
        return run(self)

    monkeypatch.setattr(search.PreparedSearch, "run", noted)
    found = execute("search", dataset, brain_key="idx", min_score=2, **WORDS)
    assert "without them, the first result has" in found["message"]
    assert free == [searches.MAX_SEARCHES - 1] * 2


def test_the_panel_says_which_model_its_search_waits_for(dataset, loading):
    async def jobs(panel_id="panel"):
        asked = {"__method__": "jobs", "panel_id": panel_id}
        return (await run(dataset, "milvus_panel", **asked)).result["loading"]

    async def app():
        search = ask(dataset, "milvus_panel", "other", TEXT)
        while (found := await jobs()) is None:
            assert not search.done()
        of_another = await jobs("another")
        loading.set()
        (await search).raise_exceptions()
        return found, of_another, await jobs()

    found, of_another, after = asyncio.run(asyncio.wait_for(app(), SECONDS))
    assert found["model"] == MODEL and 0 <= found["seconds"] < SECONDS
    assert of_another is None and after is None


def test_adopting_a_collection_loads_no_model(dataset):
    models._models.clear()
    name = runs.describe(dataset, "idx").collection_name
    chosen = {"collection_name": name, "brain_key": "adopted", "model": MODEL}
    try:
        done = execute("adopt_collection", dataset, **chosen, dry_run=False)
        assert done["supports_prompts"] and not models._models
        found = execute("search", dataset, brain_key="adopted", **WORDS)
        assert len(found["ids"]) == 2
    finally:
        dataset.reload()  # FiftyOne may have loaded it twice in parallel searches
        dataset.delete_brain_run("adopted")
