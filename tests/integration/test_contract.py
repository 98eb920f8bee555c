"""Every call of the similarity interface, beside FiftyOne's sklearn backend.

Where sklearn's backend supports a call, the same call runs on it and must agree.
"""

from uuid import uuid4

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone import ViewField as F
from PIL import Image

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import CollectionError, InvalidRequest
from harness import datasets
from harness.oracle import distances, ranked

pytestmark = pytest.mark.on_cluster

COUNT = 300
URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
METRICS = ("cosine", "euclidean", "dotproduct")
VIEWS = {
    "match": lambda d: d.match(F("cluster") == 2),
    "take": lambda d: d.take(60, seed=51),
    "sorted": lambda d: d.sort_by("number", reverse=True),
    "skip": lambda d: d.skip(40).limit(100),
    "excluded fields": lambda d: d.exclude_fields("number"),
}
LABEL_VIEWS = {
    "patches": lambda d: d.to_patches("ground_truth"),
    "filtered labels": lambda d: d.filter_labels(
        "ground_truth", F("label") == "cluster 1"
    ),
    "filtered patches": lambda d: d.to_patches("ground_truth").limit(50),
    "matched": lambda d: d.match(F("cluster") == 3),
}


class Pair:
    """The same vectors in ours and in sklearn's."""

    def __init__(self, ours, theirs, ids, vectors):
        self.ours, self.theirs, self.ids, self.vectors = ours, theirs, ids, vectors


@pytest.fixture(scope="module")
def world(milvus_of_module):
    dataset = datasets.make_vectors_dataset(COUNT, dim=24, clusters=6, seed=3)
    yield _world(dataset)
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def _world(dataset):
    vectors = _centred(dataset.values("embeddings"))
    path = "ground_truth.detections.embedding"
    labels = _centred(dataset.values(path, unwind=True))
    rest = iter(labels)
    counts = [len(ids) for ids in dataset.values("ground_truth.detections.id")]
    dataset.set_values(path, [[next(rest) for _ in range(n)] for n in counts])
    made = {"dataset": dataset}
    for metric in METRICS:
        params = {"embeddings": vectors.copy(), "metric": metric}
        ours = fob.compute_similarity(
            dataset, brain_key=f"ours_{metric}", backend="milvus", **params
        )
        theirs = None
        if metric != "dotproduct":  # sklearn has no such metric
            theirs = fob.compute_similarity(
                dataset, brain_key=f"theirs_{metric}", backend="sklearn", **params
            )
        made[metric] = Pair(ours, theirs, dataset.values("id"), vectors)
    params = {
        "patches_field": "ground_truth",
        "embeddings": "embedding",
        "metric": "cosine",
    }
    made["patches"] = Pair(
        fob.compute_similarity(dataset, brain_key="ours_p", backend="milvus", **params),
        fob.compute_similarity(
            dataset, brain_key="theirs_p", backend="sklearn", **params
        ),
        dataset.values("ground_truth.detections.id", unwind=True),
        labels,
    )
    return made


def _centred(vectors):
    """sklearn's backend moves the vectors' mean to the origin, which changes cosine
    distances; with their mean there already, it changes nothing."""
    array = np.array(vectors, dtype=np.float64)
    return (array - array.mean(axis=0)).astype(np.float32)


# -- queries


@pytest.mark.parametrize("metric", METRICS[:2])
@pytest.mark.parametrize("aggregation", ["mean", "post-mean", "post-min", "post-max"])
def test_vectors_are_aggregated_as_sklearn_does(milvus, world, metric, aggregation):
    pair = world[metric]
    noise = np.random.default_rng(1).normal(size=(4, 24))
    queries = pair.vectors[:4] + 0.03 * noise
    kwargs = {"k": 12, "aggregation": aggregation, "return_dists": True}
    ids, _, dists = pair.ours._kneighbors(queries, **kwargs)
    expected, _, expected_dists = pair.theirs._kneighbors(queries, **kwargs)
    assert ids == expected
    np.testing.assert_allclose(dists, expected_dists, atol=1e-4)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("metric", METRICS[:2])
def test_sorting_agrees_with_sklearn(milvus, world, metric, reverse):
    pair, dataset = world[metric], world["dataset"]
    for query in (pair.ids[5], pair.ids[7:9], pair.vectors[11] * 1.1):
        views = [
            dataset.sort_by_similarity(
                query, brain_key=f"{who}_{metric}", k=20, reverse=reverse
            ).values("id")
            for who in ("ours", "theirs")
        ]
        assert views[0] == views[1]


def test_a_matrix_answers_row_by_row(milvus, world):
    pair = world["dotproduct"]
    queries = pair.vectors[[3, 50, 7]]
    ids, labels, dists = pair.ours._kneighbors(queries, k=5, return_dists=True)
    assert labels is None
    for row, found, near in zip(queries, ids, dists, strict=True):
        exact = distances("dotproduct", row, pair.vectors)
        assert found == ranked(exact, pair.ids)[:5]
        np.testing.assert_allclose(near, np.sort(exact)[:5], atol=1e-3)


def test_ties_come_in_the_order_of_their_ids(milvus, vectors_dataset):
    ids = vectors_dataset.values("id")[:40]
    index = fob.compute_similarity(
        vectors_dataset,
        brain_key="ties",
        backend="milvus",
        embeddings=False,
        metric="cosine",
    )
    index.add_to_index(np.ones((40, 4)), ids[::-1])
    for k in (None, 40):
        found, _ = index._kneighbors(np.ones(4), k=k)
        assert found == sorted(ids)
    index.delete()


@pytest.mark.parametrize("metric", METRICS[:2])
def test_neighbors_of_every_vector_agree_with_sklearn(milvus, world, metric):
    pair = world[metric]
    inds, dists = pair.ours._kneighbors(k=3, return_dists=True)
    expected, expected_dists = pair.theirs._kneighbors(k=3, return_dists=True)
    np.testing.assert_array_equal(np.array(inds), np.array(expected))
    np.testing.assert_allclose(np.array(dists), np.array(expected_dists), atol=1e-4)


def test_an_unknown_aggregation_is_refused(milvus, world):
    with pytest.raises(InvalidRequest, match="post-max"):
        world["cosine"].ours._kneighbors(np.ones(24), k=1, aggregation="sum")


# -- views


@pytest.mark.parametrize("name", VIEWS)
def test_views_agree_with_sklearn(milvus, world, name):
    pair, view = world["cosine"], VIEWS[name](world["dataset"])
    query = pair.ids[0]
    found = {}
    for who, index in (("ours", pair.ours), ("theirs", pair.theirs)):
        with index.use_view(view):
            found[who] = index.sort_by_similarity(query, k=15).values("id")
            assert index.index_size == len(view)
            assert not index.missing_size
    assert found["ours"] == found["theirs"]
    assert set(found["ours"]) <= set(view.values("id"))
    assert pair.ours.index_size == COUNT


@pytest.mark.parametrize("name", LABEL_VIEWS)
def test_views_of_labels_agree_with_sklearn(milvus, world, name):
    pair, view = world["patches"], LABEL_VIEWS[name](world["dataset"])
    query = pair.ids[4]
    found = {}
    for who, index in (("ours", pair.ours), ("theirs", pair.theirs)):
        with index.use_view(view):
            sample_ids, label_ids = index._kneighbors(query, k=9, aggregation="mean")
            found[who] = (sample_ids, label_ids, index.index_size)
    assert found["ours"] == found["theirs"]


def test_a_view_with_unindexed_samples_counts_them(milvus, world):
    dataset, pair = world["dataset"], world["cosine"]
    pair.ours.remove_from_index(sample_ids=pair.ids[:3])
    try:
        with pair.ours.use_view(dataset.limit(10)):
            assert pair.ours.index_size == 7
            assert pair.ours.missing_size == 3
    finally:
        pair.ours.add_to_index(pair.vectors[:3], pair.ids[:3])
    assert pair.ours.total_index_size == COUNT


def test_dist_field_on_labels_in_the_dataset_view(milvus, world):
    dataset, pair = world["dataset"], world["patches"]
    query = pair.ids[4]
    view = dataset.sort_by_similarity(
        query, brain_key="ours_p", k=6, dist_field="nearness"
    )
    path = "ground_truth.detections"
    found = dict(
        zip(
            view.values(f"{path}.id", unwind=True),
            view.values(f"{path}.nearness", unwind=True),
            strict=True,
        )
    )
    exact = distances("cosine", pair.vectors[4], pair.vectors)
    expected = {pair.ids[i]: exact[i] for i in np.argsort(exact, kind="stable")[:6]}
    assert found == pytest.approx(expected, abs=1e-5)


def test_frames_of_videos(milvus):
    dataset = fo.Dataset()
    for number in range(2):
        sample = fo.Sample(filepath=f"/videos/{number}.mp4")
        for frame in range(1, 6):
            vector = np.eye(5, dtype=np.float32)[frame - 1] + number * 0.1
            sample.frames[frame] = fo.Frame(
                filepath=f"/f/{number}-{frame}.jpg", e=vector
            )
        dataset.add_sample(sample)
    frames = dataset.to_frames(sample_frames=False)
    vectors = np.array(frames.values("e"))
    index = fob.compute_similarity(
        frames,
        brain_key="frames",
        backend="milvus",
        embeddings=vectors,
        metric="cosine",
    )
    try:
        query = frames.first().id
        found = frames.sort_by_similarity(query, brain_key="frames", k=2)
        exact = distances("cosine", vectors[0], vectors)
        assert found.values("id") == ranked(exact, frames.values("id"))[:2]
    finally:
        index.delete()
        dataset.delete()


def test_slices_of_groups(milvus):
    with datasets.paired_index(6, "group") as made:
        left = made.dataset.select_group_slices("left")
        found = left.sort_by_similarity(left.first().id, brain_key="groups", k=4)
        assert set(found.values("id")) <= set(left.values("id"))
        assert found.first().id == left.first().id
        assert len(found) == 4


# -- ids, embeddings


def test_ids_are_in_the_datasets_order(milvus, world):
    assert world["cosine"].ours.sample_ids.tolist() == world["cosine"].ids
    assert world["patches"].ours.label_ids.tolist() == world["patches"].ids
    assert world["cosine"].ours.label_ids is None


def test_embeddings_of_labels_agree_with_sklearn(milvus, world):
    pair = world["patches"]
    asked = [pair.ids[i] for i in (9, 2, 30)]
    mine = pair.ours.get_embeddings(label_ids=asked)
    theirs = pair.theirs.get_embeddings(label_ids=asked)
    np.testing.assert_allclose(mine[0], theirs[0], atol=1e-6)
    assert mine[1].tolist() == list(theirs[1])
    assert mine[2].tolist() == asked


def test_embeddings_are_computed_for_those_that_are_missing(milvus, world, tmp_path):
    pair = world["cosine"]
    view = world["dataset"].limit(5)
    fake = view.values("filepath")
    real = [str(tmp_path / f"{i}.png") for i in range(5)]
    for path in real:
        Image.new("RGB", (8, 8)).save(path)
    pair.ours.remove_from_index(sample_ids=pair.ids[:2])
    view.set_values("filepath", real)

    class Model(fo.core.models.Model):
        """Gives each image the same vector."""

        media_type = "image"
        has_embeddings = True
        can_embed_prompts = False
        ragged_batches = False
        transforms = None
        preprocess = False

        def embed(self, arg):
            return np.ones(24, np.float32)

        def embed_all(self, args):
            return np.ones((len(args), 24), np.float32)

    try:
        vectors, ids, _ = pair.ours.compute_embeddings(
            view, model=Model(), skip_existing=True
        )
        assert list(ids) == pair.ids[:2]
        assert np.array_equal(vectors, np.ones((2, 24)))
    finally:
        view.set_values("filepath", fake)
        pair.ours.add_to_index(pair.vectors[:2], pair.ids[:2])


def test_removing_by_sample_removes_all_its_patches(milvus, world):
    pair, dataset = world["patches"], world["dataset"]
    sample = dataset.skip(2).first()
    labels = [d.id for d in sample.ground_truth.detections]
    assert len(labels) == 3
    before = pair.ours.total_index_size
    kept = pair.ours.get_embeddings(label_ids=labels)[0]
    pair.ours.remove_from_index(sample_ids=[sample.id])
    try:
        assert pair.ours.total_index_size == before - 3
    finally:
        pair.ours.add_to_index(kept, [sample.id] * 3, label_ids=labels)
    assert pair.ours.total_index_size == before


# -- duplicates


def found_in(neighbors_map) -> dict[str, str]:
    return {str(dup): key for key, dups in neighbors_map.items() for dup, _ in dups}


def nearest_unique(pair, metric) -> dict[str, str]:
    """Each duplicate's nearest non-duplicate, by numpy."""
    at = {id_: i for i, id_ in enumerate(pair.ids)}
    unique = [str(id_) for id_ in pair.ours.unique_ids]
    among = pair.vectors[[at[id_] for id_ in unique]]
    return {
        str(id_): ranked(distances(metric, pair.vectors[at[id_]], among), unique)[0]
        for id_ in pair.ours.duplicate_ids
    }


@pytest.mark.parametrize("metric", METRICS[:2])
@pytest.mark.parametrize("kwargs", [{"fraction": 0.3}, {"thresh": "median"}], ids=str)
def test_duplicates_agree_with_sklearn(milvus, world, metric, kwargs):
    pair = world[metric]
    if "thresh" in kwargs:
        _, dists = pair.theirs._kneighbors(k=1, return_dists=True)
        kwargs = {"thresh": float(np.median([d[0] for d in dists]))}
    pair.ours.find_duplicates(**kwargs)
    pair.theirs.find_duplicates(**kwargs)
    assert pair.ours.thresh == pytest.approx(pair.theirs.thresh, rel=1e-3)
    assert set(pair.ours.unique_ids) == set(pair.theirs.unique_ids)
    assert pair.ours.duplicate_ids == pair.theirs.duplicate_ids
    # sklearn's map holds distances to the wrong neighbors, so the oracle judges
    assert found_in(pair.ours.neighbors_map) == nearest_unique(pair, metric)
    shown = pair.ours.duplicates_view().values("id")
    assert set(shown) >= set(pair.ours.duplicate_ids)


def test_unique_agrees_with_sklearn(milvus, world):
    pair = world["cosine"]
    pair.ours.find_unique(40)
    pair.theirs.find_unique(40)
    assert set(pair.ours.unique_ids) == set(pair.theirs.unique_ids)
    assert len(pair.ours.unique_view()) == 40


def test_duplicates_of_2000_vectors_agree_with_sklearn(milvus):
    dataset = fo.Dataset()
    vectors = _centred(datasets.clustered_vectors(2000, 32, 200, seed=9)[0])
    dataset.add_samples(
        [fo.Sample(filepath=f"/d/{i}.jpg") for i in range(2000)], progress=False
    )
    ours = fob.compute_similarity(
        dataset, brain_key="o", backend="milvus", embeddings=vectors, metric="cosine"
    )
    theirs = fob.compute_similarity(
        dataset, brain_key="t", backend="sklearn", embeddings=vectors, metric="cosine"
    )
    try:
        ours.find_duplicates(fraction=0.5)
        theirs.find_duplicates(thresh=ours.thresh)
        assert set(ours.unique_ids) == set(theirs.unique_ids)
        pair = Pair(ours, theirs, dataset.values("id"), vectors)
        assert found_in(ours.neighbors_map) == nearest_unique(pair, "cosine")
    finally:
        ours.delete()
        dataset.delete()


# -- configuration


@pytest.mark.parametrize("level", ["Strong", "Session", "Bounded", "Eventually"])
def test_the_consistency_level_is_what_milvus_reports(milvus, vectors_dataset, level):
    index = fob.compute_similarity(
        vectors_dataset,
        brain_key="level",
        backend="milvus",
        embeddings="embeddings",
        metric="cosine",
        consistency_level=level,
    )
    try:
        described = index.client.describe_collection(index.config.collection_name)
        if milvus.kind == "standalone":  # Milvus Lite says 0 whatever it was given
            order = ("Strong", "Session", "Bounded", "Eventually")
            assert order[described["consistency_level"]] == level
        assert index.total_index_size == 100  # exact at every level
        query = vectors_dataset.first().id
        view = vectors_dataset.sort_by_similarity(query, brain_key="level", k=1)
        if level in ("Strong", "Session"):
            assert view.values("id") == [query]
    finally:
        index.delete()


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"index_type": "FLAT"}, "FLAT"),
        (
            {
                "index_type": "HNSW",
                "index_params": {"M": 16, "efConstruction": 100},
                "search_params": {"ef": 200},
            },
            "HNSW",
        ),
        ({"index_type": "IVF_FLAT", "index_params": {"nlist": 8}}, "IVF_FLAT"),
        ({"index_type": "AUTOINDEX"}, "AUTOINDEX"),
    ],
    ids=str,
)
def test_index_types_are_what_milvus_reports(milvus, vectors_dataset, options, kind):
    index = fob.compute_similarity(
        vectors_dataset,
        brain_key="typed",
        backend="milvus",
        embeddings="embeddings",
        metric="cosine",
        **options,
    )
    try:
        described = index.client.describe_index(index.config.collection_name, "vector")
        assert described["index_type"] == kind
        params = described.get("params") or described
        for name, value in options.get("index_params", {}).items():
            assert int(params[name]) == value
        query = vectors_dataset.first().id
        view = vectors_dataset.sort_by_similarity(query, brain_key="typed", k=5)
        assert view.first().id == query
        reloaded = runs.load(vectors_dataset, "typed")
        assert reloaded.config.options.index_type == options["index_type"]
    finally:
        index.delete()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"index_type": "BTREE"}, "Supported values are"),
        ({"index_type": "HNSW", "index_params": {"nlist": 4}}, "efConstruction"),
        ({"index_params": {"M": 4}}, "needs an index_type"),
        ({"num_shards": 0}, "whole number from 1"),
        ({"replicas": "two"}, "whole number from 1"),
        ({"partition": "no spaces"}, "can't name"),
    ],
    ids=str,
)
def test_wrong_options_are_refused_by_name(milvus, vectors_dataset, options, words):
    with pytest.raises(InvalidRequest, match=words):
        fob.compute_similarity(
            vectors_dataset,
            brain_key="wrong",
            backend="milvus",
            embeddings="embeddings",
            **options,
        )
    assert vectors_dataset.list_brain_runs() == []


def test_an_index_type_that_the_server_lacks_is_reported(milvus, vectors_dataset):
    if milvus.kind == "lite":
        return  # Milvus Lite takes every name
    with pytest.raises(InvalidRequest, match="has no index type HNSW_SQ"):
        fob.compute_similarity(
            vectors_dataset,
            brain_key="missing_packages",
            backend="milvus",
            embeddings="embeddings",
            index_type="HNSW_SQ",
        )
    assert vectors_dataset.list_brain_runs() == []


def test_two_datasets_share_a_collection_by_partition(milvus, vectors_dataset):
    other = datasets.make_vectors_dataset(50, seed=5)
    params = {"backend": "milvus", "embeddings": "embeddings", "metric": "cosine"}
    first = fob.compute_similarity(
        vectors_dataset, brain_key="a", partition="first", **params
    )
    try:
        second = fob.compute_similarity(
            other,
            brain_key="b",
            collection_name=first.config.collection_name,
            partition="second",
            **{**params, "embeddings": False},
        )
        second.add_to_index(np.array(other.values("embeddings")), other.values("id"))
        assert (first.total_index_size, second.total_index_size) == (100, 50)
        found = other.sort_by_similarity(np.ones(16), brain_key="b", k=80)
        assert set(found.values("id")) == set(other.values("id"))
        second.cleanup()
        assert first.total_index_size == 100
        assert first.rows.collection.exists()
    finally:
        first.delete()  # its partition, where others may still put theirs
        first.client.drop_collection(first.config.collection_name)
        other.delete()


def test_two_datasets_on_one_collection_keep_to_their_own_rows(milvus, vectors_dataset):
    clone = vectors_dataset.clone()  # with the same ids
    if milvus.kind == "lite":  # keeps one row of an id: see below
        clone = datasets.make_vectors_dataset(100, seed=6)
    other = datasets.make_vectors_dataset(50, seed=5)
    params = {"backend": "milvus", "embeddings": "embeddings", "metric": "cosine"}
    name = f"shared_{uuid4().hex[:8]}"
    made = {}
    try:
        for key, dataset in (("a", vectors_dataset), ("b", clone), ("c", other)):
            made[key] = fob.compute_similarity(
                dataset, brain_key=key, collection_name=name, **params
            )
        a, b, c = made.values()
        b.add_to_index(np.ones((1, 16)), clone.values("id")[:1])
        b.remove_from_index(sample_ids=clone.values("id")[1:11])
        assert [i.total_index_size for i in made.values()] == [100, 90, 50]
        stored = np.array(vectors_dataset.values("embeddings"))
        assert np.allclose(a.get_embeddings(vectors_dataset.values("id"))[0], stored)
        for index, dataset in ((a, vectors_dataset), (c, other)):
            found = dataset.sort_by_similarity(np.ones(16), brain_key=index.key)
            assert sorted(found.values("id")) == sorted(dataset.values("id"))
        again = runs.load(other, "c")
        assert again.total_index_size == 50

        a.delete()
        assert [b.total_index_size, c.total_index_size] == [90, 50]
        runs.cleanup(other, "c")
        assert b.total_index_size == 90 and b.rows.collection.exists()
        assert other.list_brain_runs() == []
    finally:
        made["a"].client.drop_collection(name)
        clone.delete()
        other.delete()


def test_an_embedded_collection_keeps_one_row_of_an_id(monkeypatch, vectors_dataset):
    monkeypatch.delenv(URI, raising=False)
    clone = vectors_dataset.clone()
    params = {"backend": "milvus", "embeddings": "embeddings"}
    index = fob.compute_similarity(vectors_dataset, brain_key="a", **params)
    name = index.config.collection_name
    try:
        with pytest.raises(InvalidRequest, match="Choose another collection_name"):
            fob.compute_similarity(clone, brain_key="b", collection_name=name, **params)
        assert clone.list_brain_runs() == []
        assert index.total_index_size == 100
        assert index.client.list_partitions(name) == ["_default"]
    finally:
        index.delete()
        clone.delete()


def test_rows_of_another_dataset_are_read_but_not_changed(milvus, vectors_dataset):
    clone = vectors_dataset.clone()
    index = fob.compute_similarity(
        vectors_dataset, brain_key="a", backend="milvus", embeddings="embeddings"
    )
    try:
        reader = fob.compute_similarity(
            clone,
            brain_key="reads",
            backend="milvus",
            embeddings=False,
            collection_name=index.config.collection_name,
        )
        reader = runs.load(clone, "reads")
        assert reader.total_index_size == 100
        for change in (
            lambda: reader.add_to_index(np.ones((1, 16)), clone.values("id")[:1]),
            lambda: reader.remove_from_index(sample_ids=clone.values("id")[:1]),
        ):
            with pytest.raises(CollectionError, match="belong to the dataset"):
                change()
        assert index.total_index_size == 100
    finally:
        clone.delete()
        index.delete()  # not while another index uses the rows


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [({"metric": "euclidean"}, "Pass metric='cosine'")],
)
def test_a_collection_that_does_not_fit_is_explained(milvus, world, kwargs, words):
    dataset = world["dataset"]
    with pytest.raises(CollectionError, match=words):
        fob.compute_similarity(
            dataset,
            brain_key="misfit",
            backend="milvus",
            embeddings=False,
            collection_name=world["cosine"].ours.config.collection_name,
            **kwargs,
        )
    assert "misfit" not in dataset.list_brain_runs()


def test_an_unmanaged_collection_with_another_schema_is_explained(milvus, world):
    client = world["cosine"].ours.client
    client.create_collection("foreign_schema", dimension=8)
    try:
        with pytest.raises(CollectionError, match="a FiftyOne index needs 'pk'"):
            fob.compute_similarity(
                world["dataset"],
                brain_key="unmanaged",
                backend="milvus",
                embeddings=False,
                collection_name="foreign_schema",
            )
    finally:
        client.drop_collection("foreign_schema")
    assert "unmanaged" not in world["dataset"].list_brain_runs()
