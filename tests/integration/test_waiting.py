"""Searches in the App while others wait for a model. Nothing here measures time."""

import asyncio
import threading

import fiftyone.zoo as foz
import pytest
from fiftyone.operators.executor import execute_or_delegate_operator

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import models
from fiftyone_milvus.indexes import build
from harness import images
from harness.context import PLUGIN, make_context
from plugin.app import threads

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
MODEL, OTHER = "worded", {"text_prompt": "an image of"}
SECONDS = 60
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


def ask(dataset, name, key, query):
    """A search by an operator, or by the panel, as the App runs it."""
    params = {"brain_key": key, "query": query, "k": 2, "__method__": "search"}
    asked = make_context(dataset, **params).request_params
    return asyncio.create_task(execute_or_delegate_operator(f"{PLUGIN}/{name}", asked))


@pytest.mark.parametrize("name", ["milvus_panel", "search"])
def test_searches_that_wait_for_a_model_hold_up_no_others(dataset, loading, name):
    async def app():
        waiting = [
            ask(dataset, name, "other", TEXT) for _ in range(threads.MAX_SEARCHES + 1)
        ]
        refused, left = await asyncio.wait(
            waiting, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        by_id = {"terms": [{"id": dataset.first().id}]}
        searches = [ask(dataset, name, "idx", query) for query in (TEXT, by_id)]
        by_id_of_other = ask(dataset, name, "other", by_id)
        found = await asyncio.wait_for(
            asyncio.gather(*searches, by_id_of_other), SECONDS
        )
        assert len(left) == threads.MAX_SEARCHES
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
