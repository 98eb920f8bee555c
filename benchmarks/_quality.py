"""The measurements of ``quality.py``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import fiftyone as fo
import numpy as np
from PIL import Image

from demo import object_images, zoo
from demo.dataset import build_scenes_dataset
from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.index import MilvusSimilarityIndex
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches import query_vector, search
from fiftyone_milvus.searches.query import Query, Term
from fiftyone_milvus.searches.request import SearchRequest
from harness import environment

from ._measure import Table
from ._setup import Server

MODEL = zoo.OFFLINE
K = 10
MARKED = 3  # matches of each kind in a round of feedback
MARGIN = 8  # white pixels around a stamp
# What a person would rule out after a first look
CONFUSED = {
    "bird": "insect",
    "fruit": "flower",
    "mammal": "bird",
    "hat": "fruit",
    "musical instrument": "tool",
    "vehicle": "tool",
    "flower": "fruit",
    "fish": "bird",
}


@dataclass(frozen=True)
class Exact:
    """An index's vectors, ranked here by numpy."""

    ids: list[str]
    vectors: np.ndarray

    @classmethod
    def of(cls, index: MilvusSimilarityIndex) -> Exact:
        vectors, sample_ids, label_ids = index.get_embeddings()
        ids = sample_ids if label_ids is None else label_ids
        return cls(ids.tolist(), vectors / np.linalg.norm(vectors, axis=1)[:, None])

    def nearest(self, vector: np.ndarray, k: int) -> list[str]:
        scores = self.vectors @ (vector / np.linalg.norm(vector))
        return [self.ids[i] for i in np.argsort(-scores, kind="stable")[:k]]


def run(server: Server, options: argparse.Namespace) -> None:
    """Prints both tables."""
    zoo.install_offline_source(environment.MODEL_ZOO)
    zoo.prepare_model(MODEL)
    _captions(server)
    _categories(server, options.scenes)


def _captions(server: Server) -> None:
    stamps = object_images.stamps()
    dataset = _stamps_dataset(stamps)
    index = _index(dataset, None)
    exact = Exact.of(index)
    names = dataset.values(["id", "caption"])
    ranks: dict[str, list[float]] = {"index": [], "exact": []}
    for id_, caption in zip(*names, strict=True):
        asked = Query.of(text=caption)
        found = _found(index, asked, K)
        wanted = exact.nearest(query_vector.resolve(index, asked).vector[0], K)
        for name, ids in (("index", found), ("exact", wanted)):
            ranks[name].append(ids.index(id_) + 1 if id_ in ids else np.inf)
    table = Table(
        f"{server.title}: {len(stamps)} captions to their images",
        ("index", "exact"),
        versus="exact",
    )
    for k in (1, 5, 10):
        shares = {n: float(np.mean(np.array(r) <= k)) for n, r in ranks.items()}
        table.add(f"R@{k}", shares, ".3f")
    table.show()
    runs.cleanup(dataset, index.key)
    dataset.delete()


def _categories(server: Server, count: int) -> None:
    folder = environment.HOME / f"quality-scenes-{server.kind}"
    dataset = build_scenes_dataset(f"scenes-{server.kind}", folder, count)
    index = _index(dataset, "ground_truth")
    exact = Exact.of(index)
    path = "ground_truth.detections"
    labels = dict(
        zip(
            dataset.values(f"{path}.id", unwind=True),
            dataset.values(f"{path}.label", unwind=True),
            strict=True,
        )
    )
    columns = ("text", "exact", "feedback", "less like", "both")
    table = Table(f"{server.title}: patches of their category, p@{K}", columns)
    rows = {
        label: _precisions(index, exact, labels, label, other)
        for label, other in CONFUSED.items()
        if label in labels.values()
    }
    for label, values in rows.items():
        table.add(f"{label}, not {CONFUSED[label]}", values, ".2f")
    means = {c: float(np.mean([r[c] for r in rows.values()])) for c in columns}
    table.add("mean", means, ".3f")
    table.show()
    runs.cleanup(dataset, index.key)
    dataset.delete()


def _precisions(
    index: MilvusSimilarityIndex,
    exact: Exact,
    labels: dict[str, str],
    label: str,
    other: str,
) -> dict[str, float | str | None]:
    def precision(ids: Sequence[str]) -> float:
        return float(np.mean([labels[id_] == label for id_ in ids]))

    def found(asked: Query) -> list[str]:
        return _found(index, asked, K)

    def with_round(asked: Query) -> Query:
        """One round of a person who marks the first right and wrong matches."""
        matches = _found(index, asked, 5 * K)
        right = [id_ for id_ in matches if labels[id_] == label][:MARKED]
        wrong = [id_ for id_ in matches if labels[id_] != label][:MARKED]
        return asked.with_feedback(more=right, less=wrong)

    plain = Query.of(text=label)
    without = Query((Term(text=label), Term(text=other, negative=True)))
    # the marked ones are found again, so the round is judged by the others
    return {
        "text": precision(found(plain)),
        "exact": precision(
            exact.nearest(query_vector.resolve(index, plain).vector[0], K)
        ),
        "feedback": _without_marked(precision, index, with_round(plain)),
        "less like": precision(found(without)),
        "both": _without_marked(precision, index, with_round(without)),
    }


def _without_marked(
    precision: Callable[[Sequence[str]], float],
    index: MilvusSimilarityIndex,
    asked: Query,
) -> float:
    return precision(_found(index, asked, K, exclude_query=True))


def _found(
    index: MilvusSimilarityIndex, asked: Query, k: int, **options: bool
) -> list[str]:
    request = SearchRequest(index.key, asked, k, **options)
    return search.search_index(index, request).ids


def _index(dataset: fo.Dataset, patches_field: str | None) -> MilvusSimilarityIndex:
    source = build.Source(model=MODEL)
    build.build(dataset, "quality", source, patches_field=patches_field)
    return runs.load(dataset, "quality")


def _stamps_dataset(stamps: Sequence[object_images.Image]) -> fo.Dataset:
    """The stamps on white, each with its caption."""
    folder = environment.HOME / "quality-stamps"
    folder.mkdir(exist_ok=True)
    samples = []
    for i, stamp in enumerate(stamps):
        path = folder / f"{i:04d}.png"
        _flatten(stamp.path, path)
        samples.append(fo.Sample(filepath=str(path), caption=stamp.name))
    dataset = fo.Dataset()
    dataset.add_samples(samples, progress=False)
    return dataset


def _flatten(source: Path, target: Path) -> None:
    with Image.open(source) as opened:
        clear = opened.convert("RGBA")
    clear = clear.crop(clear.getchannel("A").getbbox())
    side = max(clear.size) + 2 * MARGIN
    white = Image.new("RGBA", (side, side), "white")
    at = ((side - clear.width) // 2, (side - clear.height) // 2)
    white.alpha_composite(clear, at)
    white.convert("RGB").save(target)
