"""One person's work on a model, and another's search by it meanwhile. Nothing here
measures time: what waits for what is said by events."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import fiftyone as fo
import fiftyone.core.models as fom
import numpy as np
import pytest
import torch
from PIL import Image

from fiftyone_milvus.backend.index import MilvusSimilarityIndex
from fiftyone_milvus.backend.stored_run import Stored
from fiftyone_milvus.dataset import models
from fiftyone_milvus.dataset.sources import Reader, Source
from fiftyone_milvus.searches import query_images, query_vector, term_embedding
from fiftyone_milvus.searches.query import Query, Term
from harness.hostile_images import saved

SECONDS = 60  # until something that should happen counts as failed
MANY = Query(tuple(Term(text=[f"text {i} {j}" for j in range(100)]) for i in range(9)))
TEXT = Query((Term(text="mine"),))


class Slow(fom.Model, fom.EmbeddingsMixin, fom.TorchModelMixin, fom.PromptMixin):
    """Notes what it embeds, in order: each time as the name of the thread; and lets a
    test hold it up where it embeds, or where an image is read for it."""

    media_type = "image"
    has_embeddings = True
    can_embed_prompts = True
    ragged_batches = False
    preprocess = True
    has_collate_fn = False

    def __init__(self):
        self.order, self.at_work = [], 0
        self.before_first = lambda: None
        self.while_reading = lambda image: None

    def __enter__(self):
        self.at_work += 1
        assert self.at_work == 1
        return self

    def __exit__(self, *_):
        self.at_work -= 1

    @property
    def transforms(self):
        def transform(image):
            self.while_reading(image)
            return torch.full((4,), float(image.size[0]))

        return transform

    def predict(self, arg):
        raise NotImplementedError

    def embed_prompts(self, prompts):
        self._note()
        return np.ones((len(prompts), 4), np.float32)

    def embed_all(self, batch):
        for _ in batch:
            self._note()
        return batch.numpy()

    def embed(self, arg):
        self._note()
        return arg.numpy()

    def _note(self):
        self.order.append(threading.current_thread().name)
        if len(self.order) == 1:
            self.before_first()


@pytest.fixture
def model():
    return Slow()


@pytest.fixture
def index(model):
    config = SimpleNamespace(model="slow", patches_field=None, metric="cosine")
    config.own = Stored()
    return SimpleNamespace(
        key="idx",
        supports_prompts=True,
        get_model=lambda: model,
        config=config,
        rows=SimpleNamespace(collection=SimpleNamespace(dimension=lambda: 4)),
    )


@pytest.fixture
def native(model):
    """What FiftyOne's own *Sort by similarity* asks."""
    index = object.__new__(MilvusSimilarityIndex)
    index._model = model
    index._supports_prompts = True
    return index


@pytest.fixture
def start():
    """Runs something in a thread of a name; what it returns is to be asked for."""
    pools = []

    def started(name, function, *args):
        pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        pools.append(pool)
        return pool.submit(function, *args)

    yield started
    for pool in pools:
        pool.shutdown()


def wait_until(condition):
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.001)


def has_waiter(model):
    """Whether somebody waits to embed texts."""
    return len(models.lock_of(models.text_model(model))._turns) > 1


def image(width=8, height=8):
    return saved(Image.new("RGB", (width, height), "red"), "PNG")


@pytest.fixture
def images(tmp_path):
    """A dataset of image files of these sizes, with a patch, or so many, in each."""
    made = []

    def of(sizes, patches=1):
        paths = [tmp_path / f"{i}.png" for i in range(len(sizes))]
        for path, size in zip(paths, sizes, strict=True):
            path.write_bytes(image(*size))
        samples = [fo.Sample(filepath=str(path)) for path in paths]
        for sample in samples:
            boxes = [
                fo.Detection(label="a", bounding_box=[0, 0, 0.5, 1])
                for _ in range(patches)
            ]
            sample["objects"] = fo.Detections(detections=boxes)
        made.append(fo.Dataset())
        made[-1].add_samples(samples, progress=False)
        return made[-1]

    yield of
    for dataset in made:
        dataset.delete()


def when_another_waits(model, start, work, other):
    """Begins some work, has another one wait for the model, and lets both go on; the
    order in which the model was used, by "work" and "other"."""
    waits = threading.Event()
    model.before_first = lambda: waits.wait(SECONDS)
    working = start("work", work)
    wait_until(lambda: model.order)
    waiting = start("other", other)
    wait_until(lambda: has_waiter(model))
    waits.set()
    waiting.result(SECONDS), working.result(SECONDS)
    return [name.partition("_")[0] for name in model.order]


def test_a_text_is_searched_by_before_the_rest_of_many_texts(model, index, start):
    order = when_another_waits(
        model,
        start,
        lambda: query_vector.resolve(index, MANY),
        lambda: query_vector.resolve(index, TEXT),
    )
    assert order[:2] == ["work", "other"] and order.count("work") > 50


def test_a_text_is_searched_by_before_many_that_waited_longer(model, index, start):
    waits = threading.Event()
    model.before_first = lambda: waits.wait(SECONDS)
    lock = models.lock_of(models.text_model(model))
    queued = []

    def other():
        queued.append(start("queued", query_vector.resolve, index, MANY))
        wait_until(lambda: len(lock._turns) > 1)
        return query_vector.resolve(index, TEXT)

    working = start("work", query_vector.resolve, index, MANY)
    wait_until(lambda: model.order)
    waiting = start("other", other)
    wait_until(lambda: len(lock._turns) > 2)
    waits.set()
    for each in (working, waiting, *queued):
        each.result(SECONDS)
    order = [name.partition("_")[0] for name in model.order]
    assert order[:2] == ["work", "other"] and order.count("queued") > 50


def search_by_images(index, model, dataset):
    query_vector.resolve(index, Query((Term(image=image()),)))


def build(index, model, dataset):
    reader = Reader(dataset, Source(model="slow"), None, model)
    assert len(reader.embed(dataset.view(), None).rows.ids) == 3


@pytest.mark.parametrize("work", [search_by_images, build])
@pytest.mark.parametrize("where", ["panel", "native"])
def test_a_text_waits_for_no_image_that_the_model_embeds(
    model, index, native, start, images, work, where
):
    go_on = threading.Event()

    def wait():
        assert go_on.wait(SECONDS)

    model.before_first = wait
    working = start("work", work, index, model, images([(8, 8)] * 3))
    wait_until(lambda: model.order)
    if where == "panel":
        found = start("other", query_vector.resolve, index, TEXT).result(SECONDS).vector
    else:
        found = start("other", native._parse_query, "mine").result(SECONDS)
    assert found.any() and not working.done()
    assert model.order[1].startswith("other")
    go_on.set()
    working.result(SECONDS)


def test_texts_are_embedded_with_the_attributes_of_the_model_at_rest(model):
    with models.lock_of(model):
        model.preprocess = False  # as while a build embeds
        assert models.text_model(model).preprocess is True
        assert models.text_model(model) is models.text_model(model) is not model


def test_a_model_and_its_copy_for_texts_are_garbage_together():
    model = Slow()
    seen = weakref.ref(models.text_model(model))
    models.lock_of(models.text_model(model))
    del model
    gc.collect()
    assert seen() is None


@pytest.mark.parametrize("asked", [TEXT, Query((Term(image=image()),))])
@pytest.mark.parametrize("size", [(8, 9), (4_000, 4_000)])
def test_an_image_that_is_slow_to_read_holds_up_no_other(
    model, index, start, asked, size
):
    read, go_on = threading.Event(), threading.Event()

    def slow(found):
        if found.size == size:
            read.set()
            assert go_on.wait(SECONDS)

    model.while_reading = slow
    slowly = Query((Term(image=image(*size)),))
    working = start("work", query_vector.resolve, index, slowly)
    assert read.wait(SECONDS)
    assert (
        start("other", query_vector.resolve, index, asked).result(SECONDS).vector.any()
    )
    assert not working.done()
    go_on.set()
    working.result(SECONDS)


def test_images_of_one_query_are_checked_at_a_time_and_hold_up_no_text(
    model, index, start, monkeypatch
):
    checking, go_on, check = [], threading.Event(), query_images.check

    def slow(data):
        checking.append(data)
        assert go_on.wait(SECONDS)
        return check(data)

    monkeypatch.setattr(query_images, "check", slow)
    pictured = Query((Term(image=image()),))
    work = [start("work", query_vector.resolve, index, pictured) for _ in range(2)]
    wait_until(lambda: checking and len(term_embedding._headers._turns) > 1)
    start("other", query_vector.resolve, index, TEXT).result(SECONDS)
    assert len(checking) == 1
    go_on.set()
    for each in work:
        each.result(SECONDS)


def test_large_images_are_read_one_at_a_time(model, index, start):
    reading, go_on = [], threading.Event()

    def slow(found):
        reading.append(found.size)
        assert go_on.wait(SECONDS)

    model.while_reading = slow
    large = [Query((Term(image=image(4_000, 4_000 + i)),)) for i in range(2)]
    work = [start("work", query_vector.resolve, index, each) for each in large]
    wait_until(lambda: reading and len(term_embedding._large._turns) > 1)
    assert len(reading) == 1
    go_on.set()
    for each in work:
        each.result(SECONDS)
    assert len(reading) == 2


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("patches_field", [None, "objects"])
def test_an_image_that_is_slow_to_read_for_a_build_holds_up_no_search(
    model, index, start, images, patches_field, batch_size
):
    dataset = images([(8, 8), (16, 16), (32, 32)])
    read, go_on = threading.Event(), threading.Event()

    def slow(found):
        if found.size[1] == 16:
            read.set()
            assert go_on.wait(SECONDS)

    model.while_reading = slow
    source = Source(model="slow", batch_size=batch_size)
    reader = Reader(dataset, source, patches_field, model)
    building = start("work", reader.embed, dataset.view(), None)
    assert read.wait(SECONDS)
    try:
        found = start("other", query_vector.resolve, index, TEXT).result(SECONDS)
        assert found.vector.any() and not building.done()
    finally:
        go_on.set()
    rows = building.result(SECONDS).rows
    width = 1 if patches_field is None else 2
    assert rows.vectors[:, 0].tolist() == [8 / width, 16 / width, 32 / width]
    assert not building.result().failures


def test_a_build_leaves_a_model_as_it_was(model, images):
    dataset = images([(8, 8)])
    seen = []
    model.before_first = lambda: seen.append((model.preprocess, model.at_work))
    Reader(dataset, Source(model="slow"), None, model).embed(dataset.view(), None)
    assert seen == [(False, 1)]
    assert model.preprocess is True and model.at_work == 0


@pytest.mark.parametrize("batch_size", [None, 2, 64])
@pytest.mark.parametrize("patches_field", [None, "objects"])
def test_a_build_has_a_model_for_about_a_second_at_once(
    model, images, monkeypatch, patches_field, batch_size
):
    now, turns = [0.0], []

    def embed_all(batch):
        turns.append(len(batch) * 0.3)
        now[0] += turns[-1]
        return batch.numpy()

    model.embed_all = embed_all
    monkeypatch.setattr(models, "time", SimpleNamespace(monotonic=lambda: now[0]))
    source = Source(model="slow", batch_size=batch_size)
    dataset = images([(8, 8)] * 20) if patches_field is None else images([(8, 8)], 20)
    reader = Reader(dataset, source, patches_field, model)
    assert len(reader.embed(dataset.view(), None).rows.ids) == 20
    assert max(turns) <= models.SECONDS_AT_ONCE


def test_a_build_takes_as_many_at_once_as_a_second_allows():
    def sizes(seconds_each, batch_size=1):
        way, found = models.AdaptiveBatches(), []
        for _ in range(6):
            found.append(way.size(batch_size))
            way.embedded(found[-1], found[-1] * seconds_each)
        return found

    assert sizes(0.25) == [1, 2, 4, 4, 4, 4]
    assert sizes(0.0001) == [1, 2, 4, 8, 16, 32]
    assert sizes(5.0) == [1, 1, 1, 1, 1, 1]
    assert sizes(0.1, batch_size=4) == [1, 2, 4, 8, 8, 8]
    assert sizes(0.25, batch_size=8) == [1, 2, 4, 4, 4, 4]
