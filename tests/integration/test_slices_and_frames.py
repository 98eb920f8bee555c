"""What an index holds beyond the samples that a dataset shows: other slices of groups,
frames, clips, and patches of them. All of it can be shown, tagged, saved and compared,
by indexes that FiftyOne's compute_similarity made as well as by built ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone.operators.executor import ExecutionError

from fiftyone_milvus.analysis import label_outliers, leaks, tagging
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Query
from harness import label_kinds
from harness.context import execute, make_context, triggered
from harness.label_kinds import GROUPS, ROWS, VIDEOS, Kind
from harness.panel import CheckedPanel
from harness.searching import search_index

pytestmark = pytest.mark.on_lite

K, NEAR = 10, 1e-4
URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
QUERY = {"terms": [{"vector": [1.0, 0.0]}]}

panel = CheckedPanel()


def make_indexes(kind: Kind) -> None:
    """One by FiftyOne's own call, and one that is built."""
    field = kind.patches_field
    fob.compute_similarity(
        kind.view,
        brain_key="theirs",
        backend="milvus",
        metric="cosine",
        embeddings=label_kinds.vectors() if field is None else "vector",
        patches_field=field,
    )
    source = build.Source(embeddings_field="vector")
    build.build(kind.view, "ours", source, patches_field=field)


def drop(kind: Kind) -> None:
    for key in runs.keys(kind.dataset):
        runs.cleanup(kind.dataset, key)
    kind.dataset.delete()


@pytest.fixture(scope="module")
def kind_of() -> Iterator[Callable[[str], Kind]]:
    """A kind by its name, with both indexes; made once."""
    made: dict[tuple[str, str | None], Kind] = {}

    def get(name: str) -> Kind:
        found = (name, os.environ.get(URI))
        if found not in made:
            made[found] = label_kinds.KINDS[name]()
            make_indexes(made[found])
        return made[found]

    yield get
    for kind in made.values():
        drop(kind)


@pytest.fixture(params=label_kinds.KINDS)
def kind(request, kind_of) -> Iterator[Kind]:
    kind = kind_of(request.param)
    yield kind
    kind.dataset.delete_saved_views()


@pytest.fixture
def kind_on_each(milvus, kind) -> Kind:
    """Each kind, on each kind of Milvus."""
    return kind


@pytest.fixture(params=["theirs", "ours"])
def key(request) -> str:
    return request.param


def by_distance(kind: Kind) -> list[str]:
    """The ids of the rows, the nearest to the query first."""
    order = np.argsort(-label_kinds.vectors()[:, 0], kind="stable")
    return [kind.ids[row] for row in order]


def shown(ctx: Any) -> fo.DatasetView:
    """The view that was put into the grid."""
    params = triggered(ctx, "set_view")[-1]
    return fo.DatasetView._build(ctx.dataset, params["view"])


def tagged_in(view: fo.DatasetView, field: str | None, tag: str) -> int:
    """How many samples, or patches of a field, have a tag."""
    has = fo.ViewField("tags").contains(tag)
    return (
        view.match(has) if field is None else view.filter_labels(field, has)
    ).count()


def asked(method: Any, ctx: Any) -> dict[str, Any]:
    found = method(ctx)
    assert "error" not in found, found
    return found


def searched(kind: Kind, key: str, **params: Any) -> tuple[Any, dict[str, Any]]:
    ctx = make_context(kind.dataset, query=QUERY, brain_key=key, k=K, **params)
    return ctx, asked(panel.search, ctx)


def test_the_grid_shows_all_that_a_search_found(kind_on_each, key):
    kind = kind_on_each
    ctx, found = searched(kind, key)
    ids = by_distance(kind)[:K]
    assert shown(ctx).values("id") == [match["id"] for match in found["results"]] == ids
    assert found["total"] == K
    cut = make_context(kind.dataset, token=found["token"], keep=3)
    asked(panel.keep_results, cut)
    assert shown(cut).values("id") == ids[:3]


def test_what_was_found_is_tagged_and_counted(kind_on_each, key):
    kind = kind_on_each
    ctx, found = searched(kind, key)
    again = {"token": found["token"], "keep": K}
    what = "samples" if kind.patches_field is None else "patches"

    def tag(**params: Any) -> str:
        ctx = make_context(kind.dataset, tag=key, **again, **params)
        return asked(panel.tag_results, ctx)["message"]

    assert tag() == f"Tagged '{key}': {K} of {K} {what}"
    assert tagged_in(shown(ctx), kind.patches_field, key) == K
    assert tag() == f"Tagged '{key}': 0 of {K} {what}; the others had it"
    params = {"ids": [match["id"] for match in found["results"]], "brain_key": key}
    took = execute("tag_results", kind.dataset, tag=key, remove=True, **params)
    assert took["changed"] == K


def test_what_was_found_is_saved_as_a_view(kind, key):
    _, found = searched(kind, key)
    name = f"near {key}"
    ctx = make_context(kind.dataset, token=found["token"], keep=K, name=name)
    asked(panel.save_view, ctx)
    saved = kind.dataset.load_saved_view(name)
    assert saved.values("id") == by_distance(kind)[:K]


def test_a_search_of_the_history_is_shown_again(kind, key):
    searched(kind, key, exclude=[])
    kept = asked(panel.search_history, make_context(kind.dataset))["searches"][0]
    ctx = make_context(kind.dataset, id=kept["id"])
    found = asked(panel.rerun_search, ctx)
    assert found["brain_key"] == key and kept["results"] == K
    assert shown(ctx).values("id") == by_distance(kind)[:K]


def test_a_selected_match_is_searched_with(kind, key):
    ctx, found = searched(kind, key)
    chosen = found["results"][4]["id"]
    with_it = make_context(
        kind.dataset, view=shown(ctx), selected=[chosen], brain_key=key, k=2
    )
    [chip] = asked(panel.selection, with_it)["chips"]
    assert chip["term"] == {"id": chosen} and chip["media"] is not None
    query = {"terms": [chip["term"]]}
    with_it = make_context(kind.dataset, brain_key=key, k=2, query=query)
    matches = asked(panel.search, with_it)["results"]
    row = kind.ids.index(chosen)
    assert [match["id"] for match in matches] == [
        chosen,
        kind.ids[(row + GROUPS) % ROWS],
    ]


def test_scores_are_written_for_all(kind, key):
    found = search_index(runs.load(kind.dataset, key), Query.of(vector=[1, 0]), K)
    field = f"near_{key}"
    result = execute(
        "search", kind.dataset, query=QUERY, brain_key=key, k=K, score_field=field
    )
    assert result["ids"] == found.ids
    path = field if kind.patches_field is None else f"{kind.patches_field}.{field}"
    assert found.view.values(path) == pytest.approx(found.scores.tolist())


def test_both_indexes_find_the_same(kind):
    query = {"query": QUERY, "k": ROWS, "brain_key": "theirs"}
    found = execute("compare_indexes", kind.dataset, other="ours", **query)
    assert found["overlap"] == 1 and found["mean_difference"] == 0
    merged = execute("search", kind.dataset, fuse_with="ours", **query)
    assert merged["ids"] == by_distance(kind)


@pytest.mark.parametrize(
    ("name", "params", "count", "tagged"),
    [
        ("find_duplicates", {"thresh": NEAR}, ROWS, GROUPS),
        ("find_leaks", {"thresh": NEAR, "field": "split"}, ROWS, ROWS),
        ("find_label_outliers", {"k": 1, "label_field": "kind"}, 2, 2),
        ("find_unique", {"count": 5}, 5, 5),
    ],
)
def test_all_rows_take_part_in_what_is_found(kind, key, name, params, count, tagged):
    tag = f"{name} {key}"
    found = execute(name, kind.dataset, brain_key=key, tag=tag, save_view=tag, **params)
    assert found["tagged"] == tagged and found["orphaned"] == 0
    saved = kind.dataset.load_saved_view(tag)
    assert len(saved.values("id")) == count
    assert set(saved.values("id")) <= set(kind.ids)
    assert tagged_in(saved, kind.patches_field, tag) == tagged


# -- groups


def test_a_sorted_dataset_has_as_many_of_its_slice(kind_of):
    kind = kind_of("both slices")
    left = [id_ for id_ in by_distance(kind) if id_ in kind.dataset.values("id")]
    query = np.array([1, 0], np.float32)
    found = kind.dataset.sort_by_similarity(query, k=4, brain_key="theirs")
    assert found.values("id") == left[:4]
    both = kind.view.sort_by_similarity(query, k=4, brain_key="theirs")
    assert both.values("id") == by_distance(kind)[:4]


def test_a_view_of_a_slice_is_searched_alone(kind_of):
    kind = kind_of("both slices")
    view = kind.dataset.match(fo.ViewField("split") == "train")
    inside = set(view.values("id"))
    ctx = make_context(
        kind.dataset, view=view, query=QUERY, brain_key="ours", k=K, scope="view"
    )
    found = asked(panel.search, ctx)
    assert [match["id"] for match in found["results"]] == shown(ctx).values("id")
    assert set(shown(ctx).values("id")) == inside
    assert found["searched"] == len(inside)


def test_tags_go_to_all_slices_and_say_what_is_not_there(kind_of):
    kind = kind_of("both slices")
    assert tagging.tag(kind.dataset, kind.ids, "seen") == ROWS
    assert tagging.untag(kind.dataset, kind.ids, "seen") == ROWS
    ids = [*kind.ids[:2], "0" * 24]
    execute("tag_results", kind.dataset, tag="seen", ids=ids[:1])
    found = execute("tag_results", kind.dataset, tag="seen", ids=ids)
    text = "Tagged 'seen': 1 of 3 samples; 1 had it; 1 aren't in the dataset any more"
    assert (found["changed"], found["message"]) == (1, text)
    tagging.untag(kind.dataset, ids, "seen")


# -- frames


def test_frames_are_found_in_a_view_of_videos_and_grouped_by_them(kind_of):
    kind = kind_of("frames")
    index = runs.load(kind.dataset, "ours")
    videos = kind.dataset.limit(2)
    inside = dict(zip(*kind.view.values(["id", "sample_id"]), strict=True))
    found = search_index(index, Query.of(vector=[1, 0]), K, samples=videos)
    assert {inside[id_] for id_ in found.ids} == set(videos.values("id"))
    assert len(found.ids) == 8
    assert found.view.values("id") == found.ids
    groups = search_index(index, Query.of(vector=[1, 0]), K, group_by="sample")
    assert len({inside[id_] for id_ in groups.ids}) == len(groups.ids) == VIDEOS


def test_frames_are_in_the_splits_and_have_the_labels_of_their_videos(kind_of):
    kind = kind_of("frames")
    index = runs.load(kind.dataset, "theirs")
    found = leaks.find_leaks(index, NEAR, tags=["train", "test"])
    assert dict(found.sizes) == {"train": 8, "test": 4}
    assert found.total == 4
    labelled = label_outliers.find_outliers(index, "day", k=1)
    assert labelled.labelled == ROWS and labelled.total == ROWS


def test_frames_that_were_removed_are_gone(milvus):
    kind = label_kinds.frames()
    make_indexes(kind)
    try:
        ids = by_distance(kind)
        sample = kind.dataset.first()
        del sample.frames[1]
        sample.save()
        assert kind.ids[0] == ids[0]  # the view is a copy
        for key in ("theirs", "ours"):
            ctx, found = searched(kind, key)
            assert shown(ctx).values("id") == ids[1 : K + 1] and found["total"] == K
            done = execute("find_duplicates", kind.dataset, brain_key=key, thresh=NEAR)
            assert (done["compared"], done["orphaned"]) == (ROWS - 1, 1)
    finally:
        drop(kind)


def test_frames_that_came_later_are_shown(milvus):
    kind = label_kinds.frames()
    make_indexes(kind)
    try:
        sample = kind.dataset.last()
        sample.frames[label_kinds.FRAMES + 1] = fo.Frame(filepath="/f/new.png")
        sample.save()
        new = str(sample.frames[label_kinds.FRAMES + 1].id)
        for key in ("theirs", "ours"):
            index = kind.dataset.load_brain_results(key)
            index.add_to_index(np.array([[1, -0.001]], np.float32), [new])
            ctx, found = searched(kind, key)
            assert new in shown(ctx).values("id") and found["total"] == K
    finally:
        drop(kind)


def test_frames_are_not_merged_with_what_is_no_frame(kind_of):
    kind = kind_of("frames")
    vectors = label_kinds.vectors()[:VIDEOS]
    options = {"backend": "milvus", "metric": "cosine", "embeddings": vectors}
    fob.compute_similarity(kind.dataset, brain_key="videos", **options)
    for name, params in (
        ("search", {"fuse_with": "videos"}),
        ("compare_indexes", {"other": "videos"}),
    ):
        with pytest.raises(ExecutionError, match="index of frames"):
            execute(name, kind.dataset, query=QUERY, brain_key="ours", **params)
    with pytest.raises(InvalidRequest, match="has frames"):
        kind.dataset.sort_by_similarity([1.0, 0.0], k=2, brain_key="ours")
    runs.cleanup(kind.dataset, "videos")


# -- clips


@pytest.fixture(scope="module")
def clips(kind_of) -> Kind:
    label_kinds.KINDS.setdefault("clips", label_kinds.clips)
    return kind_of("clips")


def test_clips_are_found_and_tagged_in_their_view(clips, key):
    ids = by_distance(clips)
    query = np.array([1, 0], np.float32)
    view = clips.view.sort_by_similarity(query, k=K, brain_key=key)
    assert view.values("id") == ids[:K]
    _, found = searched(clips, key, view=clips.view, scope="view")
    assert [match["id"] for match in found["results"]] == ids[:K]
    assert found["searched"] == ROWS
    where = {"brain_key": key, "scope": "view", "context": {"view": clips.view}}
    tag = f"near {key}"
    done = execute("find_duplicates", clips.dataset, thresh=NEAR, tag=tag, **where)
    assert (done["duplicates"], done["tagged"]) == (GROUPS, GROUPS)
    assert tagged_in(clips.view, None, tag) == GROUPS


def test_clips_of_a_view_that_the_run_names_are_found_in_the_dataset(clips):
    ctx, found = searched(clips, "ours")
    assert shown(ctx).values("id") == by_distance(clips)[:K] and found["total"] == K


def test_clips_of_a_view_that_the_run_lacks_are_refused_outside_it(clips):
    for name, params in (
        ("search", {"query": QUERY, "k": K}),
        ("find_duplicates", {"thresh": NEAR}),
    ):
        with pytest.raises(ExecutionError, match="Open that view"):
            execute(name, clips.dataset, brain_key="theirs", **params)
