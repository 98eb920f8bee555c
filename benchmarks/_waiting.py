"""The measurements of ``waits.py``."""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.core.models as fom
import fiftyone.zoo as foz
import numpy as np
from fiftyone.operators.executor import execute_or_delegate_operator
from PIL import Image

from fiftyone_milvus.checks import MAX_TERMS, MAX_TEXTS
from fiftyone_milvus.indexes import build
from harness import environment, images

from ._measure import Table, Value, median
from ._setup import Server

PLUGIN = "@milvus/vector-search"
MODEL = "worded"
LOADS_SLOWLY = {"image_size": [9, 9]}
LOAD_SECONDS = 20.0
OTHERS = 8  # people who do the same at once


@dataclass
class Speed:
    """Seconds of each image and text in a model, from now on."""

    image: float = 0.0
    text: float = 0.01


SPEED = Speed()


class SlowModel(fom.Model, fom.EmbeddingsMixin, fom.PromptMixin):
    """Embeds an image as its mean colour, a text as its length, as slowly as said."""

    media_type = "image"
    has_embeddings = True
    can_embed_prompts = True
    ragged_batches = True
    transforms = None
    preprocess = False

    def predict(self, arg: np.ndarray) -> None:
        raise NotImplementedError

    def embed(self, arg: np.ndarray) -> np.ndarray:
        time.sleep(SPEED.image)
        return np.append(arg[..., :3].mean(axis=(0, 1)), 1).astype(np.float32)

    def embed_prompt(self, prompt: str) -> np.ndarray:
        time.sleep(SPEED.text)
        return np.array([len(prompt), 1, 1, 1], np.float32)

    def embed_prompts(self, prompts: list[str]) -> np.ndarray:
        return np.stack([self.embed_prompt(prompt) for prompt in prompts])


@dataclass
class Others:
    """What the others do: each entry is an operator or a panel method with its
    parameters, and ``speed`` how slow the models are meanwhile."""

    label: str
    speed: Speed
    work: list[tuple[str, dict[str, Any]]]


def run(server: Server, options: argparse.Namespace) -> None:
    """Prints the table of one server."""
    fo.config.max_thread_pool_workers = 6
    images.install_models(MODEL)
    load, first = foz.load_zoo_model, [True]

    def slow_load(name: str, **kwargs: Any) -> fom.Model:
        if name != MODEL:
            return load(name, **kwargs)
        if kwargs and not first:
            time.sleep(LOAD_SECONDS)
        return SlowModel()

    foz.load_zoo_model = slow_load
    dataset = images.make_images_dataset(environment.HOME / "waits", 300)
    build.build(dataset, "quick", build.Source(model=MODEL))
    build.build(dataset, "second", build.Source(model=MODEL, model_kwargs=LOADS_SLOWLY))
    first.clear()
    columns = ("text p50", "text max", "id p50", "id max")
    table = Table(f"{server.title}: seconds", columns)
    for others in _all(dataset):
        table.add(others.label, _measured(dataset, others, options.searches), ".2f")
        print(table.rows[-1], flush=True)
    table.show()


def _all(dataset: fo.Dataset) -> Iterator[Others]:
    several = range(OTHERS)
    yield Others("nothing", Speed(), [])
    query = {"terms": [_image(2_800, 1_700, i) for i in range(200)]}
    yield Others("a search by 200 images of 5 megapixels", Speed(), [_search(query)])
    many = [_search({"terms": query["terms"][:100]}) for _ in several]
    yield Others(f"{OTHERS} searches by 100 such images", Speed(), many)
    texts = MAX_TEXTS // MAX_TERMS
    query = {
        "terms": [
            {"text": [f"{i} {j}" for j in range(texts)]} for i in range(MAX_TERMS)
        ]
    }
    yield Others(
        "a search by 1,000 texts, 0.05 s each", Speed(text=0.05), [_search(query)]
    )
    params = {"source": "model", "model": MODEL, "scope": "dataset"}
    job = "compute_index", {**params, "brain_key": "built"}
    yield Others("a build, 0.5 s an image", Speed(0.5), [job])
    yield Others("a build, 5 s an image", Speed(5.0), [job])
    query = {"terms": [_image(8, 8, 0)]}
    many = [_search(query) for _ in several]
    yield Others(f"{OTHERS} searches by an image, 2 s each", Speed(2.0), many)
    with _unloaded():
        text = {"terms": [{"text": "one"}]}
        many = [_search(text, "second") for _ in several]
        label = f"{OTHERS} searches that wait {LOAD_SECONDS:.0f} s for a model"
        yield Others(label, Speed(), many)


@contextmanager
def _unloaded() -> Iterator[None]:
    from fiftyone_milvus.dataset import models

    models._models.clear()
    models.load(MODEL)
    yield


def _search(query: dict[str, Any], key: str = "quick") -> tuple[str, dict[str, Any]]:
    params = {"brain_key": key, "query": query, "k": 10, "scope": "dataset"}
    return "milvus_panel", {**params, "panel_id": "p", "__method__": "search"}


def _image(width: int, height: int, number: int) -> dict[str, Any]:
    rng = np.random.default_rng(number)
    small = Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8))
    file = io.BytesIO()
    small.resize((width, height)).save(file, "JPEG", quality=50, progressive=True)
    return {"image": base64.b64encode(file.getvalue()).decode()}


def _measured(dataset: fo.Dataset, others: Others, count: int) -> dict[str, Value]:
    return asyncio.run(_while_others_work(dataset, others, count))


async def _while_others_work(
    dataset: fo.Dataset, others: Others, count: int
) -> dict[str, Value]:
    SPEED.image, SPEED.text = others.speed.image, 0.01
    text = {"terms": [{"text": "hello"}]}
    ids = {"terms": [{"id": dataset.first().id}]}
    await _run(dataset, *_search(text))
    SPEED.text = others.speed.text
    work = [asyncio.create_task(_run(dataset, *one)) for one in others.work]
    await asyncio.sleep(1)
    found: dict[str, Value] = {}
    for name, query in (("text", text), ("id", ids)):
        waits = []
        for _ in range(count):
            began = time.perf_counter()
            await _run(dataset, *_search(query))
            waits.append(time.perf_counter() - began)
        found[f"{name} p50"], found[f"{name} max"] = median(waits), max(waits)
    SPEED.image = SPEED.text = 0  # the rest of it isn't of interest
    for done in asyncio.as_completed(work):
        await done
    dataset.reload()
    if "built" in dataset.list_brain_runs():
        await _run(dataset, "cleanup_index", {"brain_key": "built"})
        dataset.reload()
    return found


def _run(
    dataset: fo.Dataset, name: str, params: dict[str, Any]
) -> Coroutine[Any, Any, Any]:
    asked = {
        "dataset_name": dataset.name,
        "view": [],
        "filters": {},
        "selected": [],
        "selected_labels": [],
        "params": {"panel_state": {}, **params},
    }
    return _checked(f"{PLUGIN}/{name}", asked)


async def _checked(uri: str, asked: dict[str, Any]) -> Any:
    result = await execute_or_delegate_operator(uri, asked)
    result.raise_exceptions()
    answer = result.result or {}
    if "error" in answer:
        raise RuntimeError(answer["error"]["message"])
    return answer
