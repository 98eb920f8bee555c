"""The Find tab in the real App: what is found is what the library finds, and what a
person decides is in the dataset."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import fiftyone as fo
import fiftyone.brain as fob
import pytest
from playwright.sync_api import expect

from fiftyone_milvus.analysis import duplicates, label_outliers, leaks, unique
from fiftyone_milvus.backend import runs
from harness import axe, screen
from harness.app import App
from harness.search_tab import search_text

PANEL = "milvus_panel"


@pytest.fixture
def tab(app, indexes, scenes):
    app.open(PANEL)
    app.cy("milvus-index-select").select_option("images")
    app.open_tab("find")
    expect(app.cy("milvus-find-kind")).to_be_visible()
    yield app
    scenes.reload()
    scenes.untag_samples(
        ["duplicate", "leak", "wrong label", "unique", "train", "test"]
    )


def run(app, kind: str, **inputs: str) -> list[str]:
    """Finds something; the ids that the grid then shows first."""
    app.cy("milvus-find-kind").select_option(kind)
    for name, value in inputs.items():
        app.cy(f"milvus-find-{name}").fill(value)
    return app.results_after(app.cy("milvus-find").click)


def label_of(dataset: fo.Dataset, id_: str) -> str:
    found = dataset[id_]["theme"]
    return found if isinstance(found, str) else found.label


def tiles(app, group: int) -> list[str]:
    """The ids of a group's members."""
    listed = app.cy("milvus-found-group").nth(group).locator("[data-id]")
    return [tile.get_attribute("data-id") for tile in listed.all()]


def test_near_duplicates_are_reviewed_group_by_group_with_keys(
    tab, indexes, scenes, near
):
    found = duplicates.find_groups(indexes["images"], near)
    groups = [list(group.ids) for group in found.groups]
    assert len(groups) > 1
    shown = run(tab, "find_duplicates", thresh=str(near))
    assert shown == found.ids[: len(shown)]
    expect(tab.cy("milvus-found")).to_have_text(found.message)
    expect(tab.cy("milvus-found-group")).to_have_count(min(20, len(groups)))
    assert [tiles(tab, n) for n in range(2)] == groups[:2]
    keyboard = tab.page.keyboard
    second = tab.cy("milvus-found-group").first.locator("[data-member='1']")
    tab.cy("milvus-found-group").first.locator("[data-member='0']").focus()
    keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    keyboard.press("k")
    tab.shot("find-duplicates")
    tab.after_answer("decide_found", lambda: keyboard.press("t"))
    expect(tab.cy("milvus-reviewed")).to_contain_text(f"1 of {len(groups)} groups")
    tagged = set(groups[0]) - {groups[0][1]}
    assert set(scenes.match_tags("duplicate").values("id")) == tagged
    following = tab.cy("milvus-found-group").nth(1).locator("[data-member='0']")
    expect(following).to_be_focused()
    tab.after_answer("decide_found", lambda: keyboard.press("s"))
    expect(tab.cy("milvus-reviewed")).to_contain_text(f"2 of {len(groups)} groups")
    # a reload loses nothing of it
    tab.load(PANEL)
    tab.open_tab("find")
    expect(tab.cy("milvus-reviewed")).to_contain_text(f"2 of {len(groups)} groups")
    expect(tab.cy("milvus-found")).to_contain_text(found.message)
    assert [tiles(tab, n) for n in range(2)] == groups[:2]
    only = tab.results_after(tab.cy("milvus-show-tagged").click)
    assert set(only) == tagged
    expect(tab.cy("entry-counts")).to_contain_text(f"{len(tagged)} sample")
    tab.after_answer("decide_found", tab.cy("milvus-found-undo").first.click)
    expect(tab.cy("milvus-reviewed")).to_contain_text(f"1 of {len(groups)} groups")
    assert scenes.match_tags("duplicate").count() == 0
    # what was found is there when the tab is opened again, and the view comes back
    tab.open_tab("search")
    tab.view_after(tab.cy("milvus-clear").click)
    expect(tab.cy("entry-counts")).to_have_text("60 samples")
    tab.open_tab("find")
    expect(tab.cy("milvus-reviewed")).to_contain_text(f"1 of {len(groups)} groups")


def test_leaks_are_pairs_of_which_one_side_is_tagged(tab, indexes, scenes, near):
    scenes[:30].tag_samples("train")
    scenes[30:].tag_samples("test")
    found = leaks.find_leaks(indexes["images"], near, tags=["train", "test"])
    assert found.total > 0
    run(tab, "find_leaks", thresh=str(near))
    assert tiles(tab, 0) == list(found.leaks[0].ids)
    group = tab.cy("milvus-found-group").first
    expect(group).to_contain_text("train and test")
    tab.shot("find-leaks")
    tab.after_answer("decide_found", tab.cy("milvus-tag-rest").click)
    expect(tab.cy("milvus-tag-rest")).to_have_count(0)
    of_train = {leak.ids[0] for leak in found.leaks}
    assert set(scenes.match_tags("leak").values("id")) == of_train


def test_outliers_are_beside_their_neighbors_and_unique_ones_are_tagged(
    tab, indexes, scenes
):
    found = label_outliers.find_outliers(indexes["images"], "theme", k=5)
    tab.cy("milvus-find-kind").select_option("find_label_outliers")
    tab.cy("milvus-find-label_field").select_option("theme")
    run(tab, "find_label_outliers", k="5")
    first = found.outliers[0]
    assert tiles(tab, 0) == [first.id, *(one.id for one in first.neighbors)]
    expect(tab.cy("milvus-found-group").first).to_contain_text(
        f"most are {first.suggested}"
    )
    tab.shot("find-outliers")
    group = tab.cy("milvus-found-group").first
    group.locator("[data-member='0']").focus()
    tab.after_answer("decide_found", lambda: tab.page.keyboard.press("a"))
    expect(tab.cy("milvus-decision")).to_have_text(f"relabeled {first.suggested}")
    scenes.reload()
    assert label_of(scenes, first.id) == first.suggested
    tab.shot("find-relabeled")
    tab.after_answer("decide_found", tab.cy("milvus-found-undo").first.click)
    expect(tab.cy("milvus-decision")).to_have_count(0)
    assert label_of(scenes, first.id) == first.label
    tab.after_answer("decide_found", tab.cy("milvus-found-tag-group").first.click)
    assert scenes.match_tags("wrong label").values("id") == [first.id]

    ids = list(unique.most_unique(indexes["images"], 6).ids)
    assert run(tab, "find_unique", count="6") == ids
    expect(tab.cy("milvus-found-group")).to_have_count(6)
    expect(tab.cy("milvus-spread")).to_contain_text("Distance to the nearest")
    tab.after_answer("decide_found", tab.cy("milvus-tag-rest").click)
    assert set(scenes.match_tags("unique").values("id")) == set(ids)
    tab.shot("find-unique")


@pytest.fixture
def archive(scenes, indexes) -> Iterator[fo.Dataset]:
    """Another dataset, with every tenth of the scenes."""
    dataset = fo.Dataset(f"archive-{uuid.uuid4().hex[:6]}", persistent=True)
    dataset.add_samples([fo.Sample(path) for path in scenes.values("filepath")[::10]])
    vectors = indexes["images"].vectors_of(scenes.values("id")[::10])
    to = {"backend": "milvus", "brain_key": "kept", "metric": "cosine"}
    fob.compute_similarity(dataset, embeddings=vectors, **to)
    yield dataset
    runs.cleanup(dataset, "kept")
    dataset.delete()


def test_what_another_dataset_has_too_is_beside_its_own_and_tagged(
    tab, scenes, archive
):
    tab.cy("milvus-find-kind").select_option("find_duplicates_in_dataset")
    tab.cy("milvus-find-other_dataset").select_option(archive.name)
    expect(tab.cy("milvus-find-other_key")).to_have_value("kept")
    ids = scenes.values("id")[::10]
    shown = tab.results_after(tab.cy("milvus-find").click)
    assert set(shown) >= set(ids)
    group = tab.cy("milvus-found-group").first
    expect(group).to_contain_text(f"also in {archive.name}")
    expect(group.locator("img")).to_have_count(2)
    tab.shot("find-other-dataset")
    tab.after_answer("decide_found", tab.cy("milvus-tag-rest").click)
    assert set(scenes.match_tags("duplicate").values("id")) == set(shown)
    assert archive.distinct("tags") == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_is_at_home_at_every_width(tab, near, theme):
    tab.theme(theme)
    run(tab, "find_duplicates", thresh=str(near))
    expect(tab.cy("milvus-found-group").first.locator("img").first).to_be_visible()
    found = {}
    for width in (320, 480, 900):
        tab.widen_panel(PANEL, width)
        tab.shot(f"find-{theme}-{width}")
        found[width] = axe.violations(tab.page, '[data-cy="milvus-panel"]')
        assert screen.sideways(tab) == [], width
    tab.theme("dark")
    assert {width: what for width, what in found.items() if what} == {}


@pytest.fixture
def own_tab(window, app_server, own_scenes, give_index, lobby):
    """The tab on a dataset from which a test may delete."""
    own_scenes.delete_brain_runs()  # a clone's are of its source
    for key in ("images", "objects"):
        give_index(own_scenes, key)
    app = App(window.page, app_server.url, own_scenes)
    app.open(PANEL)
    app.cy("milvus-index-select").select_option("images")
    app.open_tab("find")
    expect(app.cy("milvus-find-kind")).to_be_visible()
    yield app
    app.leave(lobby)
    assert app.errors == []


def test_what_is_marked_is_shown_and_then_deleted(own_tab, own_scenes, near):
    app, dataset = own_tab, own_scenes
    paths = dict(zip(*dataset.values(["id", "filepath"]), strict=True))
    app.open_tab("search")
    search_text(app, "sea")
    expect(app.cy("milvus-result").first).to_be_visible()
    app.open_tab("find")
    found = run(app, "find_duplicates", thresh=str(near))
    group = app.cy("milvus-found-group").first
    members = tiles(app, 0)
    group.locator("[data-member='0']").focus()
    app.after_answer("decide_found", lambda: app.page.keyboard.press("d"))
    others = members[1:]
    expect(app.cy("milvus-decision").first).to_have_text(
        f"{len(others)} marked for deletion"
    )
    assert set(dataset.match_tags("delete").values("id")) == set(others)

    # all of it is shown before anything is deleted: here, and in the grid
    app.cy("milvus-delete-marked").click()
    expect(app.cy("milvus-plan")).to_contain_text("can't be undone")
    expect(app.cy("milvus-to-delete").locator("img")).to_have_count(len(others))
    listed = app.cy("milvus-to-delete").all()
    assert {one.get_attribute("data-id") for one in listed} == set(others)
    app.shot("find-delete")
    shown = app.results_after(app.cy("milvus-show-marked").click)
    assert set(shown) == set(others)
    app.results_after(app.cy("milvus-show-found").click)
    app.cy("milvus-delete-marked").click()
    expect(app.cy("milvus-confirm-button")).to_be_disabled()
    assert dataset.count() == len(paths)

    app.cy("milvus-confirm-deletion").check()
    left = app.results_after(app.cy("milvus-confirm-button").click)
    kept = [id_ for id_ in found if id_ not in others]
    assert left[: len(kept)] == kept
    expect(app.cy("milvus-confirm")).to_have_count(0)
    dataset.reload()
    assert set(dataset.values("id")) == set(paths) - set(others)
    assert all(Path(path).exists() for path in paths.values())
    rows = runs.load(dataset, "images").rows.all_ids()[0]
    assert set(rows) == set(dataset.values("id"))
    expect(group.locator("[data-id]")).to_have_count(1)
    expect(app.cy("milvus-decision").first).to_have_text(f"{len(others)} deleted")
    expect(app.cy("milvus-delete-marked")).to_have_count(0)
    app.shot("find-deleted")

    # results from before are searched for again
    again = app.results_after(lambda: app.open_tab("search"))
    assert again and not set(again) & set(others)
    every = app.view_after(app.cy("milvus-clear").click)
    assert every and not set(every) & set(others)
    app.load(PANEL)
    app.open_tab("find")
    expect(app.cy("milvus-decision").first).to_have_text(f"{len(others)} deleted")
    expect(app.cy("milvus-found-group").first.locator("[data-id]")).to_have_count(1)
    expect(app.cy("entry-counts")).to_have_text(f"{len(rows)} samples")


def test_marked_patches_are_deleted_and_their_images_stay(own_tab, own_scenes):
    app, dataset = own_tab, own_scenes
    app.cy("milvus-index-select").select_option("objects")
    before = dataset.values("ground_truth.detections.id", unwind=True)
    run(app, "find_unique", count="3")
    first = tiles(app, 0)
    app.after_answer("decide_found", app.cy("milvus-found-mark").first.click)
    app.cy("milvus-delete-marked").click()
    expect(app.cy("milvus-plan")).to_contain_text("1 patch of the field 'ground_truth'")
    app.cy("milvus-confirm-deletion").check()
    left = app.results_after(app.cy("milvus-confirm-button").click)
    dataset.reload()
    there = dataset.values("ground_truth.detections.id", unwind=True)
    assert set(there) == set(before) - set(first) and dataset.count() == 60
    assert len(left) == 2 and not set(left) & set(first)
