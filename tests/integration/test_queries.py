"""Queries of each kind of term, and the operators that search."""

import base64
import io
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fiftyone import ViewField as F
from PIL import Image

from fiftyone_milvus import metrics
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Crop, Query, Term
from fiftyone_milvus.searches.query_vector import resolve
from fiftyone_milvus.searches.request import SearchRequest
from harness import datasets, images
from harness.context import execute, make_context
from harness.searching import search_index
from plugin.app import searches

COUNT = 240
METRICS = ("cosine", "euclidean")


@pytest.fixture(scope="module")
def world(milvus_of_module):
    dataset = datasets.make_vectors_dataset(COUNT, dim=12, clusters=6, seed=5)
    field = build.Source(embeddings_field="embeddings")
    for metric in METRICS:
        build.build(dataset, metric, field, metric=metric)
    own = build.Source(embeddings_field="embedding")
    build.build(dataset, "patches", own, patches_field="ground_truth")
    yield SimpleNamespace(
        dataset=dataset,
        ids=dataset.values("id"),
        clusters=dict(zip(*dataset.values(["id", "cluster"]), strict=True)),
    )
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


# -- terms


def test_a_sample_stands_for_all_its_patches(milvus, world):
    index = runs.load(world.dataset, "patches")
    sample = world.dataset.skip(2).first()
    labels = [d.id for d in sample.ground_truth.detections]
    assert len(labels) == 3
    one = search_index(index, Query((Term(sample_id=sample.id),)), 20)
    several = search_index(index, Query.of(ids=labels), 20)
    assert one.ids == several.ids
    np.testing.assert_allclose(one.scores, several.scores, atol=1e-6)


def test_an_earlier_result_is_a_query(milvus, world):
    index = runs.load(world.dataset, "cosine")
    first = search_index(index, Query.of(ids=world.ids[:1]), 5)
    again = search_index(index, Query((Term(result_ids=tuple(first.ids)),)), 5)
    wanted = search_index(index, Query.of(ids=first.ids), 5)
    assert again.ids == wanted.ids


@pytest.mark.parametrize(
    ("group_by", "words"),
    [
        ("nope", "no field 'nope'"),
        ("cluster') or ('1", "no field"),
        ("$where", "no field"),
        ("embeddings", "doesn't have one text"),
        ("ground_truth", "doesn't have one text"),
        ("ground_truth.detections.label", "doesn't have one text"),
    ],
)
def test_what_cannot_be_grouped_by_is_reported(milvus, world, group_by, words):
    index = runs.load(world.dataset, "cosine")
    with pytest.raises(InvalidRequest, match=words):
        search_index(index, Query.of(ids=world.ids[:1]), 5, group_by=group_by)


def test_ids_of_another_dataset_are_reported(milvus, world):
    index = runs.load(world.dataset, "cosine")
    with pytest.raises(InvalidRequest, match="are not in the index"):
        search_index(index, Query.of(ids=["0" * 24]), 5)


# -- the operators


@pytest.fixture
def dataset(milvus, world):
    yield world.dataset
    searches.clear_history(make_context(world.dataset))
    for name in searches.saved_names(make_context(world.dataset)):
        searches.delete_saved(make_context(world.dataset), name)


def test_search_takes_restrictions(dataset, world):
    found = execute(
        "search",
        dataset,
        brain_key="cosine",
        ids=[world.ids[0]],
        k=4,
        group_by="cluster",
        exclude_query=True,
        max_score=0.9,
    )
    assert len({world.clusters[id_] for id_ in found["ids"]}) == len(found["ids"]) == 4
    assert max(found["scores"]) <= 0.9


def test_search_takes_a_whole_query(dataset, world):
    query = Query.of(ids=world.ids[:2]).with_feedback(less=[world.ids[9]])
    found = execute("search", dataset, brain_key="cosine", query=query.to_dict(), k=9)
    index = runs.load(dataset, "cosine")
    assert found["ids"] == search_index(index, query, 9).ids
    assert [term["label"] for term in found["terms"]][-1].startswith("not like ")
    # 0.9 the first, -0.1 not like the last
    assert np.shape(found["term_scores"]) == (9, 3)


def test_what_is_selected_can_be_negative(dataset, world):
    found = execute(
        "search",
        dataset,
        context={"selected": world.ids[:1]},
        brain_key="cosine",
        query=None,
        selection="wanted",
        k=3,
    )
    assert found["ids"][0] == world.ids[0]
    with pytest.raises(Exception, match="only negative examples"):
        execute(
            "search",
            dataset,
            context={"selected": world.ids[:1]},
            brain_key="cosine",
            selection="negative",
        )


def test_images_are_found_by_their_objects(dataset, world):
    sample = dataset.skip(2).first()
    label = sample.ground_truth.detections[0].id
    found = execute(
        "search", dataset, brain_key="patches", ids=[label], k=5, min_matches=2
    )
    assert len(found["ids"]) == 5 == len(set(found["ids"]))
    assert found["ids"] == found["sample_ids"] and found["patches_field"] is None
    for id_, labels in zip(found["ids"], found["matched"], strict=True):
        own = [d.id for d in dataset[id_].ground_truth.detections]
        assert len(labels) == 2 and set(labels) <= set(own)


def test_two_indexes_are_merged(dataset, world):
    found = execute(
        "search",
        dataset,
        brain_key="cosine",
        fuse_with="euclidean",
        ids=world.ids[:1],
        k=5,
    )
    assert found["score"] == "rank" and found["ids"][0] == world.ids[0]
    assert found["scores"][0] == pytest.approx(2 / 61, abs=1e-6)


def test_indexes_are_compared(dataset, world):
    found = execute(
        "compare_indexes",
        dataset,
        brain_key="cosine",
        other="euclidean",
        ids=world.ids[:1],
        k=10,
    )
    assert found["rows"][0] == [world.ids[0], 1, 1]
    assert 0 < found["overlap"] <= 1 and "share" in found["message"]
    assert found["first"]["ids"] != [] and len(found["table"]) == len(found["rows"])


def test_more_like_these_leaves_them_out(dataset, world):
    found = execute(
        "more_like_these",
        dataset,
        context={"selected": world.ids[:2]},
        brain_key="cosine",
        k=5,
    )
    assert len(found["ids"]) == 5 and not set(found["ids"]) & set(world.ids[:2])


def test_a_saved_search_runs_again_exactly(dataset, world):
    query = Query(
        (Term(id=world.ids[0], weight=2), Term(id=world.ids[7], negative=True))
    )
    view = dataset.match(F("cluster") < 4)
    params = {
        "brain_key": "cosine",
        "query": query.to_dict(),
        "k": 11,
        "scope": "view",
        "exclude": world.ids[3:5],
        "min_score": -0.5,
    }
    first = execute("search", dataset, context={"view": view}, **params)
    saved = execute("save_search", dataset, name="birds, not fish")
    assert "birds, not fish" in saved["message"]
    again = execute("run_saved_search", dataset, name="birds, not fish")
    for name in ("ids", "scores", "term_scores"):
        assert again[name] == first[name]
    [kept] = execute("search_history", dataset, count=1)["searches"]
    assert kept["results"] == 11 and kept["params"]["query"] == query.to_dict()
    execute("delete_saved_search", dataset, name="birds, not fish")
    with pytest.raises(Exception, match=r"no 'birds, not fish' here|no saved search"):
        execute("run_saved_search", dataset, name="birds, not fish")


def test_rounds_of_feedback_are_searches_that_can_be_stepped_back_to(dataset, world):
    first = execute("search", dataset, brain_key="cosine", ids=world.ids[:1], k=20)
    selected = {"selected": [first["ids"][7]]}
    second = execute("refine_search", dataset, context=selected, mark="less")
    assert [t["label"] for t in second["terms"]] == [
        f"image {world.ids[0]}",
        f"not like image {first['ids'][7]}",
    ]
    assert len(second["ids"]) == 20
    third = execute("refine_search", dataset, more=second["ids"][1:3])
    assert len(third["terms"]) == 4
    made = execute("search_history", dataset)["searches"]
    assert [s["results"] for s in made] == [20, 20, 20]
    execute("search_history", dataset, again=made[2]["id"])  # a step back
    [last] = execute("search_history", dataset, count=1)["searches"]
    assert last["params"] == made[2]["params"]


@pytest.mark.parametrize("searched", [False, True])
def test_what_cannot_be_refined_is_reported(dataset, world, searched):
    words = "There is no search in the history"
    if searched:
        execute("search", dataset, brain_key="cosine", ids=world.ids[:1], k=1)
        words = "Nothing is selected"
    with pytest.raises(Exception, match=words):
        execute("refine_search", dataset)


def test_the_history_can_be_paged_and_cleared(dataset, world):
    for id_ in world.ids[:3]:
        execute("search", dataset, brain_key="cosine", ids=[id_], k=1)
    found = execute("search_history", dataset, count=2)
    assert found["total"] == 3
    assert [s["params"]["query"]["terms"][0]["id"] for s in found["searches"]] == [
        world.ids[2],
        world.ids[1],
    ]
    found = execute("search_history", dataset, count=2, skip=2)
    assert len(found["searches"]) == 1
    assert execute("search_history", dataset, clear=True)["total"] == 0


@pytest.mark.on_lite
def test_the_history_keeps_the_last_thousand(dataset, world):
    ctx = make_context(dataset)
    store = ctx.store(searches.HISTORY)
    for number in range(searches.MAX_HISTORY):
        search = searches.StoredSearch(f"2025-{number:04}", "before", "2025", {}, 1)
        store.set(search.id, search.to_dict())
    request = SearchRequest("cosine", Query.of(ids=world.ids[:1]))
    searches.add_to_history(ctx, request, 1)
    found, total = searches.history(ctx, searches.MAX_HISTORY)
    assert total == len(found) == searches.MAX_HISTORY
    assert world.ids[0] in found[0].label and found[-1].id == "2025-0001"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"k": 10_001}, "name a score field"),
        ({"query": {"terms": []}}, "there is none"),
        ({"query": {"terms": [{"text": "a"}] * 5000}}, "too many"),
        ({"query": {"terms": [{"id": "x", "weight": float("nan")}]}}, "above 0"),
        ({"query": {"terms": [{"image": "AAAA"}]}}, "no image that can be read"),
        ({"query": {"terms": [{"text": "a bird"}]}}, "can't embed text"),
        ({"min_score": 2.0, "max_score": 1.0}, "No score is at least"),
        ({"group_by": "nope"}, "no 'nope' here|no field 'nope'"),
        ({"score_field": "number"}, "exists, and no search wrote it"),
        ({"fuse_with": "nope"}, "no 'nope' here|no Milvus index"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_search_that_cannot_be_says_so(dataset, world, params, words):
    given = {"brain_key": "cosine", "ids": world.ids[:1], "k": 5, **params}
    with pytest.raises(Exception, match=words):
        execute("search", dataset, **given)


def test_more_matches_than_a_view_can_name_need_a_score_field(dataset, world):
    found = execute(
        "search",
        dataset,
        brain_key="cosine",
        ids=world.ids[:1],
        k=20_000,
        score_field="milvus_score",
    )
    try:
        assert len(found["ids"]) == COUNT
        assert dataset.count("milvus_score") == COUNT
    finally:
        dataset.delete_sample_field("milvus_score")


# -- images and texts, by the model that the index was made with


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """Images and their boxes, by the model that counts, embedded."""
    images.install_counting_model()
    folder = tmp_path_factory.mktemp("painted")
    dataset = images.make_images_dataset(folder, 30, patches=True)
    model = build.Source(model=images.MODEL)
    build.build(dataset, "images", model)
    build.build(dataset, "objects", model, patches_field="objects")
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def test_an_uploaded_image_finds_itself(painted):
    sample = painted.skip(7).first()
    with open(sample.filepath, "rb") as file:
        term = Term(image=file.read())
    found = search_index(runs.load(painted, "images"), Query((term,)), 3)
    assert found.ids[0] == sample.id
    assert found.scores[0] == pytest.approx(1, abs=1e-5)


def test_an_uploaded_image_comes_through_the_operator_and_is_saved(painted):
    sample = painted.skip(3).first()
    file = io.BytesIO()
    Image.open(sample.filepath).save(file, "BMP")
    image = base64.b64encode(file.getvalue()).decode()
    asked = {"brain_key": "images", "query": {"terms": [{"image": image}]}}
    assert execute("search", painted, **asked, k=1)["ids"] == [sample.id]
    execute("save_search", painted, name="it")
    ctx = make_context(painted)
    kept = ctx.store(searches.IMAGES).list_keys()
    assert len(kept) == 1  # once, for the history and the saved one
    execute("search_history", painted, clear=True)
    assert execute("run_saved_search", painted, name="it")["ids"] == [sample.id]
    execute("search_history", painted, clear=True)
    execute("delete_saved_search", painted, name="it")
    assert ctx.store(searches.IMAGES).list_keys() == []


def test_the_crop_of_a_patch_finds_the_patch(painted):
    sample = painted.skip(5).first()
    patch = sample.objects.detections[1]
    crop = {"sample_id": sample.id, "box": patch.bounding_box}
    query = Query.from_dict({"terms": [{"crop": crop}]})
    found = search_index(runs.load(painted, "objects"), query, 2)
    assert found.ids[0] == patch.id
    assert found.scores[0] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("crop", "words"),
    [
        ({"sample_id": "0" * 24, "box": [0, 0, 1, 1]}, "has no sample"),
        ({"sample_id": "no id", "box": [0, 0, 1, 1]}, "has no sample"),
    ],
)
def test_a_crop_of_nothing_is_reported(painted, crop, words):
    query = Query.from_dict({"terms": [{"crop": crop}]})
    with pytest.raises(InvalidRequest, match=words):
        search_index(runs.load(painted, "objects"), query, 2)


def test_a_model_that_embeds_no_text_says_so(painted):
    with pytest.raises(InvalidRequest, match="can't embed text"):
        search_index(runs.load(painted, "images"), Query.of(text="a bird"), 2)


def test_searches_and_a_build_take_turns_with_a_model(painted, monkeypatch):
    index = runs.load(painted, "images")
    model = index.get_model()
    embed, users, most = model.embed, [], []

    def embed_slowly(pixels):
        users.append(pixels)
        time.sleep(0.01)
        most.append(len(users))
        users.pop()
        return embed(pixels)

    monkeypatch.setattr(model, "embed", embed_slowly)
    term = Term(image=Path(painted.first().filepath).read_bytes())
    source = build.Source(model=images.MODEL)
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(build.build, painted, "more", source)]
        work += [pool.submit(resolve, index, Query((term,))) for _ in range(12)]
        for one in work:
            one.result()
    assert len(most) == 12 + len(painted) and max(most) == 1


@pytest.fixture(scope="module")
def seen(scenes, offline_models):
    """Real images by a torch model that embeds text as well."""
    view = scenes.limit(8)
    model = build.Source(model="conse-lite0-minilm-offline")
    build.build(view, "seen", model)
    build.build(view, "seen_objects", model, patches_field="ground_truth")
    yield view
    for key in ("seen", "seen_objects"):
        runs.cleanup(scenes, key)


def test_uploads_and_crops_are_embedded_as_the_index_was(seen):
    sample = seen.skip(3).first()
    term = Term(image=Path(sample.filepath).read_bytes())
    found = search_index(runs.load(seen, "seen"), Query((term,)), 2)
    assert found.ids[0] == sample.id and found.scores[0] >= 0.999
    patch = sample.ground_truth.detections[0]
    crop = Crop(sample.id, tuple(patch.bounding_box))
    found = search_index(runs.load(seen, "seen_objects"), Query((Term(crop=crop),)), 2)
    assert found.ids[0] == patch.id and found.scores[0] >= 0.999


def test_phrasings_are_averaged(seen):
    index = runs.load(seen, "seen")
    texts = ("a bird", "an animal with wings")
    vectors = np.asarray(index.get_model().embed_prompts(list(texts)))
    found = resolve(index, Query((Term(text=texts),))).vector[0]
    np.testing.assert_allclose(
        found, metrics.unit(metrics.unit(vectors).mean(0)[None])[0], atol=1e-5
    )
