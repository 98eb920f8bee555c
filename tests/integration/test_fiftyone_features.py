"""FiftyOne's own features on a Milvus index give what they give on the vectors
themselves; and the operator that makes a map of them."""

from __future__ import annotations

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest
from fiftyone.brain.visualization import Visualization
from fiftyone.core.brain import BrainMethod

import fiftyone_milvus
from fiftyone_milvus.analysis import embeddings_map
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from harness.context import PLUGIN, execute, make_context

pytestmark = pytest.mark.on_lite


def test_a_visualization(indexed):
    given = {"method": "pca", "seed": 0, "progress": False}
    ours = fob.compute_visualization(indexed, similarity_index="idx", **given)
    wanted = fob.compute_visualization(indexed, embeddings="embeddings", **given)
    assert ours.sample_ids.tolist() == indexed.values("id")
    np.testing.assert_allclose(np.abs(ours.points), np.abs(wanted.points), atol=1e-4)


def test_uniqueness(indexed):
    fob.compute_uniqueness(indexed, similarity_index="idx", progress=False)
    # not compared with FiftyOne's own index, which centres the vectors for cosine
    vectors = np.array(indexed.values("embeddings"), float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = np.sort(1 - vectors @ vectors.T, axis=1)[:, 1:4]
    wanted = nearest @ [0.6, 0.3, 0.1]
    np.testing.assert_allclose(
        indexed.values("uniqueness"), wanted / wanted.max(), atol=1e-4
    )


def test_representativeness(indexed):
    for field, how in (
        ("ours", {"similarity_index": "idx"}),
        ("theirs", {"embeddings": "embeddings"}),
    ):
        fob.compute_representativeness(indexed, field, progress=False, **how)
    ours, theirs = indexed.values(["ours", "theirs"])
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_leaky_splits_and_near_duplicates(indexed):
    indexed.limit(50).tag_samples("train")
    indexed.skip(50).tag_samples("test")
    found = fob.compute_leaky_splits(
        indexed, ["train", "test"], similarity_index="idx", threshold=0.01
    )
    wanted = fiftyone_milvus.find_leaks(indexed, "idx", 0.01, tags=["train", "test"])
    assert set(found.leaks_view().values("id")) <= set(wanted.ids)
    assert found.leaks_view().count() > 0
    near = fob.compute_near_duplicates(indexed, similarity_index="idx", threshold=0.01)
    ours = fiftyone_milvus.find_duplicates(indexed, "idx", 0.01)
    assert set(near.duplicate_ids) <= set(ours.ids) and near.duplicate_ids


def test_a_map_has_the_vectors_that_milvus_has(indexed, monkeypatch):
    monkeypatch.setattr(embeddings_map, "find_spec", lambda name: None)
    indexed.delete_samples(indexed.values("id")[:2])
    done = execute("embeddings_map", indexed, brain_key="idx", map_key="seen")
    assert (done["map_key"], done["method"], done["points"]) == ("seen", "pca", 98)
    assert done["orphaned"] == 2
    found = indexed.load_brain_results("seen")
    assert found.config.similarity_index == "idx" and found.config.model is None
    assert found.points.shape == (98, 2) and np.ptp(found.points) > 0
    assert found.sample_ids.tolist() == indexed.values("id")
    with pytest.raises(InvalidRequest, match="in use"):
        embeddings_map.embeddings_map(runs.load(indexed, "idx"), "seen")


def test_a_map_of_a_view_of_patches(indexed):
    source = fiftyone_milvus.Source(embeddings_field="embedding")
    fiftyone_milvus.build(indexed, "boxes", source, patches_field="ground_truth")
    view = indexed.limit(5)
    found = embeddings_map.embeddings_map(
        runs.load(indexed, "boxes"), "of_boxes", view=view
    )
    labels = view.values("ground_truth.detections.id", unwind=True)
    assert found.points == len(labels)
    stored = indexed.load_brain_results("of_boxes")
    assert sorted(stored.label_ids.tolist()) == sorted(labels)


@pytest.mark.parametrize("count, how", [(3, "pca"), (4, "umap")])
def test_umap_projects_what_it_can_where_it_is_installed(monkeypatch, count, how):
    monkeypatch.setattr(embeddings_map, "find_spec", lambda name: "here")
    assert embeddings_map.method(count) == how
    monkeypatch.setattr(embeddings_map, "find_spec", lambda name: None)
    assert embeddings_map.method(count) == "pca"


def test_in_the_operator_browser_the_embeddings_panel_is_opened(indexed):
    ctx = make_context(indexed, brain_key="idx", scope="dataset")
    ctx.request_params["spaces"] = fo.Space().to_dict()
    ctx.request_params["params"].pop("panel_id")
    events = list(foo.get_operator(f"{PLUGIN}/embeddings_map").answer(ctx))
    names = [event.body.operator_uri for event in events]
    assert names[-3:] == ["reload_dataset", "open_panel", "show_output"]
    assert events[-2].body.params["name"] == "Embeddings"


@pytest.mark.parametrize("step", ["get_embeddings", "save_run_results"])
def test_a_map_that_fails_leaves_no_run(indexed, monkeypatch, step):
    def failing(*args, **kwargs):
        raise OSError("no disk")

    index = runs.load(indexed, "idx")
    of = {"get_embeddings": type(index), "save_run_results": Visualization}[step]
    monkeypatch.setattr(of, step, failing)
    with pytest.raises(OSError):
        embeddings_map.embeddings_map(index, "seen")
    indexed.reload()
    assert indexed.list_brain_runs() == ["idx"]


def test_a_map_is_stored_while_others_load_the_dataset(indexed, monkeypatch):
    registered: list[str] = []
    register = BrainMethod.register_run

    def loses_the_first(method, samples, key, **kwargs):
        register(method, samples, key, **kwargs)
        if not registered:
            samples._root_dataset.delete_brain_run(key)
        registered.append(key)

    monkeypatch.setattr(BrainMethod, "register_run", loses_the_first)
    embeddings_map.embeddings_map(runs.load(indexed, "idx"), "seen")
    assert registered == ["seen", "seen"]
    assert indexed.load_brain_results("seen").points.shape == (100, 2)


def test_too_few_vectors_for_a_map(indexed: fo.Dataset):
    with pytest.raises(InvalidRequest, match="needs 3 vectors"):
        embeddings_map.embeddings_map(
            runs.load(indexed, "idx"), "seen", view=indexed.limit(2)
        )
    assert indexed.list_brain_runs() == ["idx"]
