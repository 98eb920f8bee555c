"""What is marked for deletion in a review, and deleted as it was shown."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import numpy as np
import pytest

from fiftyone_milvus.analysis import deletion
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build, health
from harness import contract, datasets
from harness.context import PLUGIN, execute, make_context, triggered
from harness.panel import CheckedPanel

pytestmark = pytest.mark.on_lite
panel = CheckedPanel()
DUPLICATES = {"thresh": 0.1}
LEAKS = {"thresh": 0.1, "field": "split"}


@pytest.fixture
def pairs(milvus):
    """Six samples, of which each two are alike, and so are their patches, in the
    indexes ``samples`` and ``patches``."""
    dataset = datasets.make_vectors_dataset(6, 4, 1)
    dataset.add_sample_field("split", fo.StringField)
    for number, sample in enumerate(dataset.iter_samples(autosave=True)):
        vector = np.eye(4, dtype=np.float32)[number // 2] + 0.001 * number
        sample["embeddings"] = vector
        sample["split"] = "train" if number % 2 else "test"
        for patch in sample.ground_truth.detections:
            patch["embedding"] = vector
    source = build.Source(embeddings_field="embeddings")
    build.build(dataset, "samples", source)
    source = build.Source(embeddings_field="embedding")
    build.build(dataset, "patches", source, patches_field="ground_truth")
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def find(
    dataset: fo.Dataset, name: str, key: str = "samples", **params: Any
) -> dict[str, Any]:
    """What an operator finds, as the panel asks for it."""
    context, params = {"dataset": dataset}, {"brain_key": key, **params}
    foo.execute_operator(f"{PLUGIN}/{name}", ctx=context, params=params)
    return panel.find_result(make_context(dataset, operator=name))["found"]


def decide(
    dataset: fo.Dataset,
    name: str,
    found: dict[str, Any],
    action: str,
    groups: list[int],
    **params: Any,
) -> Any:
    given = {"operator": name, "found_id": found["found_id"], "action": action}
    return panel.decide_found(make_context(dataset, **given, groups=groups, **params))


def plan(dataset: fo.Dataset, name: str = "find_duplicates") -> dict[str, Any]:
    """What the panel shows of what is marked."""
    params = {"operator": name, "dry_run": True}
    found = execute("delete_marked", dataset, **params)
    contract.check_operator("delete_marked", params, found)
    return dict(found)


def delete(
    dataset: fo.Dataset,
    plan_id: str,
    name: str = "find_duplicates",
    more: dict[str, Any] | None = None,
    **context: Any,
) -> tuple[dict[str, Any], Any]:
    """Deletes as the panel does; the answer, and the context."""
    params = {"operator": name, "dry_run": False, "plan_id": plan_id, **(more or {})}
    ctx = make_context(dataset, **context, **params)
    return foo.get_operator(f"{PLUGIN}/delete_marked").answer(ctx), ctx


def decisions(dataset: fo.Dataset, name: str = "find_duplicates") -> Any:
    return panel.find_result(make_context(dataset, operator=name))["decisions"]


def test_what_is_marked_is_shown_and_deleted_with_its_rows(pairs):
    found = find(pairs, "find_duplicates", **DUPLICATES)
    name, first, second = "find_duplicates", *(g["ids"] for g in found["groups"][:2])
    [made] = decide(pairs, name, found, "mark", [0])["decisions"]
    assert (made["tag"], made["deletion"], made["deleted"]) == ("delete", True, 0)
    decide(pairs, name, found, "mark", [1], keeps=[1])
    assert set(pairs.match_tags("delete").values("id")) == {first[1], second[0]}
    shown = plan(pairs)
    assert set(shown["ids"]) == set(shown["sample_ids"]) == {first[1], second[0]}
    assert shown["indexes"] == ["patches", "samples"]
    assert "Deletes 2 samples" in shown["message"]
    assert "can't be undone" in shown["message"] and pairs.count() == 6
    patches = [p.id for i in shown["ids"] for p in pairs[i].ground_truth.detections]
    answer, ctx = delete(pairs, shown["plan_id"], selected=shown["ids"])
    assert answer["message"].startswith(
        f"Deleted 2 samples, and {2 + len(patches)} of their rows"
    )
    pairs.reload()
    assert pairs.count() == 4 and not set(shown["ids"]) & set(pairs.values("id"))
    of_samples = runs.load(pairs, "samples").rows.all_ids()[0]
    assert set(of_samples) == set(pairs.values("id"))
    of_patches = runs.load(pairs, "patches").rows.all_ids()[0]
    there = pairs.values("ground_truth.detections.id", unwind=True)
    assert set(of_patches) == set(there)
    for key in ("samples", "patches"):
        assert health.health(pairs, key).orphaned == 0
    assert triggered(ctx, "reload_samples")
    assert triggered(ctx, "clear_selected_samples")


def test_what_was_deleted_stays_so_and_is_not_asked_for_again(pairs):
    found = find(pairs, "find_duplicates", **DUPLICATES)
    decide(pairs, "find_duplicates", found, "mark", [0])
    delete(pairs, plan(pairs)["plan_id"])
    [made] = decide(pairs, "find_duplicates", found, "undo", [0])["decisions"]
    assert made["deleted"] == 1
    assert decisions(pairs) == [made]
    shown = plan(pairs)
    assert (shown["ids"], shown["untagged"]) == ([], 0)
    with pytest.raises(InvalidRequest, match="Nothing is marked"):
        delete(pairs, shown["plan_id"])
    assert pairs.count() == 5


def test_nothing_is_deleted_that_was_not_shown(pairs):
    found = find(pairs, "find_duplicates", **DUPLICATES)
    decide(pairs, "find_duplicates", found, "mark", [0])
    shown = plan(pairs)
    for plan_id in ("", shown["ids"][0], "f" * 64):
        with pytest.raises(InvalidRequest, match="has changed since it was shown"):
            delete(pairs, plan_id)
    # another window marks more
    decide(pairs, "find_duplicates", found, "mark", [1])
    with pytest.raises(InvalidRequest, match="has changed since it was shown"):
        delete(pairs, shown["plan_id"])
    decide(pairs, "find_duplicates", found, "undo", [1])
    # or finds something else
    find(pairs, "find_duplicates", **DUPLICATES)
    with pytest.raises(InvalidRequest, match="has changed since it was shown"):
        delete(pairs, shown["plan_id"])
    # ids are no parameter
    ids = {"ids": pairs.values("id"), "sample_ids": pairs.values("id")}
    with pytest.raises(InvalidRequest, match="has changed since it was shown"):
        delete(pairs, "f" * 64, more=ids)
    assert pairs.count() == 6


def test_what_lost_the_tag_stays(pairs):
    found = find(pairs, "find_duplicates", **DUPLICATES)
    decide(pairs, "find_duplicates", found, "mark", [0, 1])
    saved, gone = plan(pairs)["ids"]
    pairs.select(saved).untag_samples("delete")
    shown = plan(pairs)
    assert (shown["ids"], shown["untagged"]) == ([gone], 1)
    assert "1 that lost the tag 'delete'" in shown["message"]
    delete(pairs, shown["plan_id"])
    assert saved in pairs.values("id") and gone not in pairs.values("id")


def test_the_tag_alone_marks_nothing(pairs):
    found = find(pairs, "find_duplicates", **DUPLICATES)
    pairs.tag_samples("delete")
    decide(pairs, "find_duplicates", found, "tag", [0], tag="delete")
    assert plan(pairs)["ids"] == []


def test_what_another_decision_keeps_stays(pairs):
    pairs.set_values("embeddings", [np.ones(4, np.float32)] * 6)
    build.build(pairs, "same", build.Source(embeddings_field="embeddings"))
    found = find(pairs, "find_leaks", "same", **LEAKS)
    first = found["leaks"][0]["ids"]
    with_same = [n for n, one in enumerate(found["leaks"]) if first[0] in one["ids"]]
    decide(pairs, "find_leaks", found, "mark", [0])
    assert plan(pairs, "find_leaks")["ids"] == [first[0]]
    decide(pairs, "find_leaks", found, "leave", with_same[1:2])
    assert plan(pairs, "find_leaks")["ids"] == []


def test_of_patches_the_labels_are_deleted_and_the_grid_shows_the_rest(pairs):
    found = find(pairs, "find_duplicates", "patches", **DUPLICATES)
    view = pairs.to_patches("ground_truth")
    before = view.values("id")
    decide(pairs, "find_duplicates", found, "mark", [0])
    shown = plan(pairs)
    assert len(shown["ids"]) == len(found["groups"][0]["ids"]) - 1
    assert (shown["patches_field"], shown["indexes"]) == ("ground_truth", ["patches"])
    assert (
        f"{len(shown['ids'])} patches of the field 'ground_truth'" in shown["message"]
    )
    _, ctx = delete(pairs, shown["plan_id"], view=view)
    pairs.reload()
    there = pairs.values("ground_truth.detections.id", unwind=True)
    assert pairs.count() == 6 and set(there) == set(before) - set(shown["ids"])
    assert set(runs.load(pairs, "patches").rows.all_ids()[0]) == set(there)
    assert len(runs.load(pairs, "samples").rows.all_ids()[0]) == 6
    again = fo.DatasetView._build(pairs, ctx.request_params["view"])
    assert set(again.values("id")) == set(there)
    [left] = triggered(ctx, "set_view")
    of_groups = {id_ for group in found["groups"] for id_ in group["ids"]}
    left = fo.DatasetView._build(pairs, left["view"]).values("id")
    assert set(left) == of_groups - set(shown["ids"])


def test_rows_that_another_dataset_has_too_stay(pairs):
    clone = pairs.clone()
    try:
        found = find(clone, "find_duplicates", **DUPLICATES)
        decide(clone, "find_duplicates", found, "mark", [0])
        answer, _ = delete(clone, plan(clone)["plan_id"])
        assert clone.count() == 5 and pairs.count() == 6
        assert "rows in 'samples' stay" in answer["message"]
        assert len(runs.load(pairs, "samples").rows.all_ids()[0]) == 6
    finally:
        clone.delete()


def test_a_form_shows_what_it_deletes(pairs):
    operator = foo.get_operator(f"{PLUGIN}/delete_marked")
    form = operator.resolve_input(make_context(pairs, dry_run=False)).type.properties
    assert form["plan_id"].invalid
    found = find(pairs, "find_duplicates", **DUPLICATES)
    decide(pairs, "find_duplicates", found, "mark", [0])
    form = operator.resolve_input(make_context(pairs, dry_run=False)).type.properties
    assert form["plan_id"].default == plan(pairs)["plan_id"]
    assert "Deletes 1 sample " in form["notice"].view.label


def test_frames_and_read_only_labels_are_not_marked(pairs):
    field = pairs.get_field("ground_truth")
    field.read_only = True
    field.save()
    found = find(pairs, "find_duplicates", "patches", **DUPLICATES)
    answer = decide(pairs, "find_duplicates", found, "mark", [0])
    assert "read-only" in answer["error"]["message"]
    assert decisions(pairs) == []
    field.read_only = False
    field.save()
    video = fo.Sample("/videos/one.mp4")
    video.frames[1] = fo.Frame(filepath="/videos/one.png")
    videos = fo.Dataset()
    videos.add_sample(video)
    with pytest.raises(InvalidRequest, match="delete their videos"):
        deletion.check(videos.to_frames(sample_frames=False), None)
    videos.delete()
