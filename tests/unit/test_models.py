"""Models that are loaded once, also by many who ask at once."""

import threading
import time

import pytest

from fiftyone_milvus.dataset import models
from fiftyone_milvus.errors import InvalidRequest


class Model:
    has_embeddings = True
    can_embed_prompts = True
    prompts = 0

    def embed_prompt(self, text):
        self.prompts += 1


@pytest.fixture
def slow():
    return threading.Event()


@pytest.fixture
def loads(monkeypatch, slow):
    """What the zoo was asked to load; the first of a name "bad" fails, and "slow" is
    loaded when ``slow`` is set."""
    asked = []

    def load(name, **kwargs):
        asked.append(name)
        if name == "slow":
            assert slow.wait(60)
        if name == "bad" and len(asked) == 1:
            raise OSError("the disk is full")
        return Model()

    monkeypatch.setattr(models.foz, "load_zoo_model", load)
    names = ["good", "bad", "slow", "other_server"]
    monkeypatch.setattr(models.foz, "list_zoo_models", lambda: names)
    monkeypatch.setattr(models, "is_downloaded", lambda name, _: name != "other_server")
    monkeypatch.setattr(models, "_models", type(models._models)(models.KEPT))
    return asked


def warmed(name):
    """The threads that warming a model starts."""
    before = set(threading.enumerate())
    models.warm(name)
    return set(threading.enumerate()) - before


def wait_until(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_model_is_loaded_once_for_all_who_ask(loads, slow):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(models.load("slow")))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    slow.set()
    for thread in threads:
        thread.join()
    assert loads == ["slow"] and len(set(map(id, found))) == 1


def test_warming_loads_in_the_background_and_embeds_a_text(loads, slow):
    models.warm("slow")
    models.warm("slow")
    wait_until(lambda: loads)
    assert not models.is_loaded("slow")
    slow.set()
    model = models.load("slow")
    assert loads == ["slow"] and models.is_loaded("slow")
    wait_until(lambda: model.prompts == 1)


def test_a_model_that_failed_is_tried_again(loads):
    models.warm("bad")
    wait_until(lambda: loads)
    wait_until(lambda: not models._warming.locked())
    assert not models.is_loaded("bad")
    assert isinstance(models.load("bad"), Model)


def test_one_model_is_warmed_at_a_time(loads, slow):
    models.warm("slow")
    wait_until(lambda: loads)
    for thread in warmed("good"):
        thread.join()
    assert loads == ["slow"]
    slow.set()
    wait_until(lambda: not models._warming.locked())


def test_a_model_is_loaded_once_while_others_are_loaded(loads, slow):
    first = threading.Thread(target=models.load, args=("slow",))
    first.start()
    wait_until(lambda: loads)
    for n in range(models.KEPT + 1):
        models.load_given("good", {"n": n})
    assert models.loading_seconds("slow") >= 0
    slow.set()
    assert models.load("slow") is models.load("slow")
    first.join()
    assert loads.count("slow") == 1
    assert models.loading_seconds("slow") is None


def test_warming_fetches_nothing(loads):
    for thread in warmed("other_server"):
        thread.join()
    assert loads == []


def test_what_failed_is_reported(loads):
    with pytest.raises(InvalidRequest, match="the disk is full"):
        models.load("bad")


def test_other_arguments_are_another_model(loads):
    first, second, again = (models.load_given("good", {"size": n}) for n in (1, 2, 2))
    assert first is not second
    assert second is again


def test_few_stay_loaded(loads):
    first = models.load("good")
    models.load_given("good", {"n": 1})
    models.load_given("good", {"n": 2})
    assert models.load("good") is not first


def test_who_waits_for_a_model_gets_it_before_who_had_it(loads):
    model = models.load("good")
    order = []

    def search():
        with models.lock_of(model):
            order.append("search")

    with models.lock_of(model):
        thread = threading.Thread(target=search)
        thread.start()
        wait_until(lambda: len(models.lock_of(model)._turns) > 1)
    for _ in range(3):
        with models.lock_of(model):
            order.append("build")
    thread.join()
    assert order[0] == "search" and len(order) == 4
