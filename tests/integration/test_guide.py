"""Milvus's guide "Conduct Vision Searches with Milvus and FiftyOne", call by call."""

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from pymilvus import MilvusClient

import fiftyone_milvus  # noqa: F401 (makes the backend ours)

MODEL = "conse-lite0-minilm-offline"  # a zoo model whose weights come from packages


@pytest.fixture
def dataset(scenes, offline_models):
    copy = scenes.limit(20).clone()
    yield copy
    for key in copy.list_brain_runs():
        copy.load_brain_results(key).cleanup()
    copy.delete()


def test_the_guides_recipe(milvus, dataset):
    milvus_index = fob.compute_similarity(
        dataset, brain_key="milvus_index", backend="milvus", model=MODEL
    )
    assert milvus_index.total_index_size == 20

    query = dataset.first().id
    view = dataset.sort_by_similarity(query, brain_key="milvus_index", k=10)
    assert len(view) == 10
    assert view.first().id == query

    collection_name = milvus_index.config.collection_name
    client = milvus_index.client
    # programs of one's own connect to the same address
    own = MilvusClient(uri=milvus_index.rows.collection.connection.uri)
    assert collection_name in own.list_collections()
    own.close()
    milvus_index.cleanup()
    assert collection_name not in client.list_collections()
    dataset.delete_brain_run("milvus_index")
    assert dataset.list_brain_runs() == []


def test_the_guides_delete(milvus, dataset):
    milvus_index = fob.compute_similarity(
        dataset, brain_key="milvus_index", backend="milvus", embeddings=False
    )
    embeddings, sample_ids, _ = np.eye(20), dataset.values("id"), None
    milvus_index.add_to_index(embeddings, sample_ids)
    milvus_index.delete()
    assert dataset.list_brain_runs() == []


@pytest.mark.on_lite
def test_the_guides_objects_and_text(milvus, dataset):
    patches_index = fob.compute_similarity(
        dataset,
        patches_field="ground_truth",
        brain_key="patches",
        backend="milvus",
        model=MODEL,
        metric="cosine",
    )
    assert patches_index.total_index_size == dataset.count("ground_truth.detections")
    patches = dataset.to_patches("ground_truth")
    view = patches.sort_by_similarity("a bird", k=5, brain_key="patches")
    model = patches_index.get_model()
    wanted = np.asarray(model.embed_prompts(["a bird"]), np.float32)
    vectors, _, label_ids = patches_index.get_embeddings()
    similarity = (vectors @ wanted[0]) / np.linalg.norm(vectors, axis=1)
    assert view.values("id") == label_ids[np.argsort(-similarity)[:5]].tolist()


@pytest.mark.on_lite
def test_the_guides_run_management(milvus, dataset):
    fob.compute_similarity(
        dataset,
        patches_field="ground_truth",
        brain_key="milvus_index",
        backend="milvus",
        model=MODEL,
    )
    assert dataset.list_brain_runs(type=fob.Similarity) == ["milvus_index"]
    assert dataset.list_brain_runs(
        type=fob.Similarity, patches_field="ground_truth", supports_prompts=True
    ) == ["milvus_index"]
    info = dataset.get_brain_info("milvus_index")
    assert info.config.method == "milvus"
    dataset.rename_brain_run("milvus_index", "renamed")
    results = dataset.load_brain_results("renamed")
    assert results.total_index_size > 0


def test_the_guides_query_on_a_view(milvus, dataset):
    fob.compute_similarity(
        dataset, brain_key="milvus_index", backend="milvus", model=MODEL
    )
    view = dataset.take(8, seed=51)
    found = view.sort_by_similarity(dataset.first().id, brain_key="milvus_index", k=20)
    assert set(found.values("id")) == set(view.values("id"))


def test_the_guides_connection_to_an_existing_collection(milvus, dataset):
    made = fob.compute_similarity(
        dataset, brain_key="made", backend="milvus", embeddings=False
    )
    made.add_to_index(np.eye(20), dataset.values("id"))
    connected = fob.compute_similarity(
        dataset,
        brain_key="connected",
        backend="milvus",
        embeddings=False,
        collection_name=made.config.collection_name,
    )
    assert connected.total_index_size == 20
    dataset.delete_brain_run("connected")


def test_milvus_as_the_default_backend(milvus, dataset, monkeypatch):
    monkeypatch.setattr(fob.brain_config, "default_similarity_backend", "milvus")
    index = fob.compute_similarity(dataset, brain_key="default", embeddings=False)
    assert index.config.method == "milvus"


def test_connection_keywords_when_loading(milvus, dataset):
    fob.compute_similarity(
        dataset, brain_key="milvus_index", backend="milvus", embeddings=False
    )
    uri = milvus.uri or fo.config.default_dataset_dir + "/other.db"
    results = dataset.load_brain_results("milvus_index", cache=False, uri=uri)
    assert results.config.connection_settings.uri == uri
