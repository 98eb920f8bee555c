"""The *Indexes* tab in the real App: what a person does to indexes, and what is there
afterwards."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone.brain.similarity import Similarity
from playwright.sync_api import Locator, expect

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.indexes import build, parquet
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.store import embedded, settings
from harness import axe, environment, images, screen
from harness.app import App, AppServer
from harness.context import execute
from harness.ports import free_port
from harness.searching import search_index
from harness.waiting import wait_until
from harness.worker import DelegatedWorker

PANEL = "milvus_panel"
MODEL = "conse-lite0-minilm-offline"
WORDED = "worded"
FIRST = 20  # images that the waiting model embeds before it waits
WORK = 180_000
RESULTS = 25  # of a search, unless more are asked for
HEBREW, ARABIC = "מפתח_של_תמונות", "فهرس_الصور"


@pytest.fixture(scope="module")
def pace_file() -> Iterator[Path]:
    """Tells the counting model its pace, here and in processes started from here."""
    path = environment.HOME / "pace"
    images.set_pace(path, 0)
    images.install_counting_model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTING_MODEL_PACE", str(path))
        yield path


@pytest.fixture
def go_on(pace_file: Path) -> Iterator[Callable[[], None]]:
    """The counting model waits in the middle of a build, until this is called."""

    def do() -> None:
        images.set_pace(pace_file, 0)

    images.wait_after(pace_file, FIRST)
    yield do
    do()


@pytest.fixture(scope="module")
def loads() -> Iterator[Path]:
    """A pipe: processes started from here load the worded model once it is read."""
    path = environment.HOME / "loads"
    os.mkfifo(path)
    images.install_models(WORDED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDED_MODEL_LOADS", str(path))
        yield path


@pytest.fixture(scope="module")
def app_server(
    offline_models: None, pace_file: Path, loads: Path
) -> Iterator[AppServer]:
    """A server that knows the counting model and the worded one."""
    server = AppServer()
    yield server
    server.stop()


@pytest.fixture
def dataset(own_scenes: fo.Dataset) -> fo.Dataset:
    return own_scenes


@pytest.fixture
def indexed(dataset: fo.Dataset, give_index) -> fo.Dataset:
    """With an index of the images."""
    give_index(dataset, "images")
    return dataset


def opened(app: App) -> App:
    app.open(PANEL)
    app.open_tab("indexes")
    return app


def reloaded(app: App) -> App:
    app.load(PANEL)
    app.open_tab("indexes")
    return app


def choose(app: App, action: str, key: str = "images") -> None:
    """Chooses something from the menu of an index's card."""
    app.cy(f"milvus-actions-{key}").click()
    app.cy(f"milvus-{action}-{key}").click()


def lasso(app: App, canvas: Locator) -> None:
    """Draws around the left half of a map."""
    box = canvas.bounding_box()
    assert box is not None
    left, top = box["x"] + 2, box["y"] + 2
    middle, bottom = left + box["width"] / 2, top + box["height"] - 4
    mouse = app.page.mouse
    mouse.move(left, top)
    mouse.down()
    for x, y in ((middle, top), (middle, bottom), (left, bottom), (left, top + 1)):
        mouse.move(x, y, steps=8)
    mouse.up()


def choose_model(app: App, model: str) -> None:
    # not all of it, which may be there already
    app.cy("milvus-model").fill(model[:4])
    app.page.get_by_role("option", name=model).click()
    expect(app.cy("milvus-model")).to_have_value(model)


def start_build(app: App, key: str, delegate: bool = False) -> None:
    """Starts a build with the counting model."""
    app.cy("milvus-new-index").click()
    app.cy("milvus-brain-key").fill(key)
    choose_model(app, images.MODEL)
    app.cy("milvus-delegate").set_checked(delegate)
    app.cy("milvus-build").click()


def test_without_an_index_one_button_teaches_and_makes_one(app, dataset):
    opened(app)
    expect(app.cy("milvus-empty")).to_contain_text("No index yet")
    app.shot("indexes-empty")
    app.cy("milvus-new-index").click()
    app.cy("milvus-brain-key").fill("1 bad key")
    expect(app.cy("milvus-build")).to_be_disabled()
    app.cy("milvus-brain-key").fill("images")
    app.cy("milvus-model").fill("")
    app.shot("indexes-models")
    app.cy("milvus-model").fill(MODEL[:8])
    app.page.get_by_role("option", name=MODEL).click()
    app.cy("milvus-more").click()
    expect(app.cy("milvus-index-type")).to_be_visible()
    app.cy("milvus-filter-fields").fill("theme")
    app.page.get_by_role("option", name="theme").click()
    app.shot("indexes-new")
    app.cy("milvus-build").click()
    expect(app.cy("milvus-progress-bar")).to_be_visible()
    card = app.cy("milvus-index-images")
    expect(card).to_be_visible(timeout=WORK)
    expect(card).to_contain_text("60 indexed", timeout=WORK)
    expect(card).to_contain_text("compared just now")
    expect(app.cy("milvus-job")).to_have_attribute("data-state", "done")
    app.shot("indexes-card")
    dataset.reload()
    assert runs.load(dataset, "images").total_index_size == 60
    assert runs.describe(dataset, "images").filter_fields == ("theme",)


@pytest.fixture
def pairs(app: App, scenes: fo.Dataset) -> Iterator[fo.Dataset]:
    """What the App shows then: groups of two images each, with vectors, and an index of
    another backend."""
    dataset = fo.Dataset(f"pairs-{uuid.uuid4().hex[:6]}", persistent=True)
    dataset.add_group_field("group", default="left")
    paths = scenes.values("filepath")[:8]
    for number, path in enumerate(paths):
        if number % 2 == 0:
            group = fo.Group()
        slice_ = group.element("left" if number % 2 == 0 else "right")
        vector = np.array([number, 1, 0], np.float32)
        dataset.add_sample(fo.Sample(filepath=path, group=slice_, vector=vector))
    fob.compute_similarity(
        dataset.select_group_slices(),
        embeddings="vector",
        backend="sklearn",
        brain_key="another",
    )
    app.dataset = dataset
    yield dataset
    dataset.reload()
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def test_of_groups_what_works_is_offered_and_another_backends_index_is_named(
    app, pairs
):
    opened(app)
    empty = app.cy("milvus-empty")
    expect(empty).to_contain_text("No Milvus index yet")
    expect(empty).to_contain_text("another similarity index: another (sklearn)")
    app.cy("milvus-new-index").click()
    source, build_ = app.cy("milvus-source"), app.cy("milvus-build")
    expect(source).to_have_value("field")
    source.select_option("model")
    choose_model(app, images.MODEL)
    slices = app.page.get_by_role("combobox", name="Group slices")
    slices.focus()
    app.page.keyboard.press("Backspace")
    expect(app.cy("milvus-form")).to_contain_text("Choose a slice.")
    expect(build_).to_be_disabled()
    slices.fill("right")
    app.page.get_by_role("option", name="right", exact=True).click()
    app.cy("milvus-brain-key").fill("rights")
    app.shot("indexes-slices")
    build_.click()
    size = app.cy("milvus-index-rights").locator('[data-cy="milvus-size"]')
    expect(size).to_have_text("4 vectors", timeout=WORK)
    app.cy("milvus-new-index").click()
    source.select_option("field")
    app.cy("milvus-brain-key").fill("pairs")
    build_.click()
    card = app.cy("milvus-index-pairs")
    expect(card.locator('[data-cy="milvus-size"]')).to_have_text(
        "8 vectors", timeout=WORK
    )
    pairs.reload()
    assert runs.load(pairs, "pairs").total_index_size == 8


def test_a_build_is_paused_and_resumed_also_after_a_reload(app, dataset, go_on):
    opened(app)
    start_build(app, "slow")
    job = app.cy("milvus-job")
    expect(app.cy("milvus-progress")).to_contain_text("/s", timeout=WORK)
    expect(app.cy("milvus-progress")).to_contain_text("left")
    app.shot("indexes-progress")
    app.after_answer("pause", app.cy("milvus-pause").click)
    go_on()
    expect(job).to_have_attribute("data-state", "paused", timeout=WORK)
    expect(job).to_contain_text("Paused after")
    card = app.cy("milvus-index-slow")
    expect(card).to_contain_text("unfinished")
    expect(app.cy("milvus-form")).to_have_count(0)
    app.shot("indexes-paused")

    reloaded(app)
    expect(job).to_have_attribute("data-state", "paused")
    dataset.reload()
    assert 0 < runs.load(dataset, "slow").total_index_size < 60
    app.cy("milvus-resume").click()
    expect(job).to_have_attribute("data-state", "done", timeout=WORK)
    expect(card.locator('[data-cy="milvus-size"]')).to_have_text("60 vectors")
    expect(card).not_to_contain_text("unfinished")


def test_a_build_is_seen_and_cancelled_from_a_second_window(app, dataset, go_on):
    opened(app)
    start_build(app, "slow")
    expect(app.cy("milvus-progress")).to_contain_text("/s", timeout=WORK)
    other = App(app.page.context.new_page(), app.url, dataset)
    opened(other)
    job = other.cy("milvus-job")
    expect(job).to_have_attribute("data-state", "running")
    other.after_answer("cancel", other.cy("milvus-cancel").click)
    go_on()
    for each in (other, app):
        state = each.cy("milvus-job")
        expect(state).to_have_attribute("data-state", "cancelled", timeout=WORK)
    expect(app.cy("milvus-sync-slow")).to_have_text("Resume")
    other.page.close()
    assert other.errors == []


def test_a_build_on_a_worker_is_paused_and_resumed_also_after_a_reload(
    app, dataset, go_on, pace_file
):
    opened(app)
    start_build(app, "far", delegate=True)
    job = app.cy("milvus-job")
    expect(job).to_contain_text("waiting for a worker")
    expect(job).to_contain_text("fiftyone delegated launch")
    app.shot("indexes-queued")
    worker = DelegatedWorker()
    try:
        expect(job).to_contain_text("on a worker", timeout=WORK)
        reloaded(app)  # the state of the work is not the page's
        expect(job).to_have_attribute("data-state", "running")
        # a worker's first progress comes too quickly to be shown
        images.wait_after(pace_file, FIRST)
        expect(app.cy("milvus-progress")).to_contain_text("/s", timeout=WORK)
        app.after_answer("pause", app.cy("milvus-pause").click)
        go_on()
        expect(job).to_have_attribute("data-state", "paused", timeout=WORK)
        app.cy("milvus-resume").click()
        expect(job).to_have_attribute("data-state", "done", timeout=WORK)
    finally:
        worker.stop()
    dataset.reload()
    assert runs.load(dataset, "far").total_index_size == 60


def test_sync_says_what_it_would_do_and_does_it(app, indexed):
    indexed.delete_samples(indexed.values("id")[:2])
    build.build(indexed.limit(1), "unused", build.Source(model=MODEL))
    runs.cleanup(indexed, "unused")
    opened(app)
    card = app.cy("milvus-index-images")
    expect(card).to_contain_text("not compared yet")
    app.cy("milvus-sync-images").click()
    expect(app.cy("milvus-plan")).to_have_text("Sync would delete 2 orphaned.")
    app.shot("indexes-sync")
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-confirm")).to_have_count(0)
    expect(card).to_contain_text("58 indexed", timeout=WORK)
    expect(card).not_to_contain_text("orphaned")
    assert runs.load(indexed, "images").total_index_size == 58


def test_rename_keeps_what_is_known(app, indexed):
    opened(app)
    choose(app, "check")
    card = app.cy("milvus-index-images")
    expect(card).to_contain_text("compared just now")
    choose(app, "rename")
    app.cy("milvus-new-key").fill("not a key")
    expect(app.cy("milvus-confirm-button")).to_be_disabled()
    app.cy("milvus-new-key").fill("scenes_by_look")
    app.shot("indexes-rename")
    app.cy("milvus-new-key").press("Enter")
    renamed = app.cy("milvus-index-scenes_by_look")
    expect(renamed).to_contain_text("60 indexed")
    expect(card).to_have_count(0)
    indexed.reload()
    assert runs.load(indexed, "scenes_by_look").rows.collection.owner().brain_key == (
        "scenes_by_look"
    )


def test_an_index_is_exported_and_imported(app, indexed):
    path = environment.HOME / "datasets/milvus-exports" / f"{uuid.uuid4().hex}.parquet"
    opened(app)
    choose(app, "export")
    app.cy("milvus-export-to").select_option("server")
    app.cy("milvus-export-path").fill("/no/such/folder/x.parquet")
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-problem")).to_be_visible()
    app.cy("milvus-export-path").fill(path.name)
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-confirm")).to_have_count(0)
    done = app.cy("milvus-job").filter(has_text="Wrote 60 vectors")
    expect(done).to_have_attribute("data-state", "done")
    assert path.stat().st_size > 60 * 4

    app.cy("milvus-import").click()
    app.cy("milvus-import-from").select_option("server")
    app.cy("milvus-import-path").fill(str(path))
    app.cy("milvus-import-key").fill("again")
    app.cy("milvus-confirm-button").click()
    card = app.cy("milvus-index-again")
    expect(card.locator('[data-cy="milvus-size"]')).to_have_text("60 vectors")
    indexed.reload()
    assert runs.load(indexed, "again").total_index_size == 60
    # what went well disappears by itself, here and after a reload
    expect(app.cy("milvus-job")).to_have_count(0, timeout=30_000)
    reloaded(app)
    expect(card).to_be_visible()
    expect(app.cy("milvus-job")).to_have_count(0)


def test_an_export_is_downloaded_and_uploaded_again(app, indexed, tmp_path):
    def nearest(key: str) -> list[str]:
        return search_index(
            runs.load(indexed, key), Query.of(ids=indexed.first().id), 10
        ).ids

    before = nearest("images")
    opened(app)
    choose(app, "export")
    expect(app.cy("milvus-export-to")).to_have_value("computer")
    app.shot("indexes-export")
    with app.page.expect_download() as download:
        app.cy("milvus-confirm-button").click()
    assert download.value.suggested_filename == "images.parquet"
    path = tmp_path / "mine.parquet"
    download.value.save_as(path)
    with parquet.Reader(path) as file:
        assert (file.rows, file.header.dataset) == (60, indexed.name)
    expect(app.cy("milvus-confirm")).to_have_count(0)
    expect(app.cy("milvus-job").filter(has_text="to download")).to_have_attribute(
        "data-state", "done"
    )
    wait_until(lambda: on_their_way() == [])
    runs.cleanup(indexed, "images")

    reloaded(app)
    app.cy("milvus-import").click()
    app.cy("milvus-import-file").set_input_files(path)
    expect(app.cy("milvus-chosen-file")).to_contain_text("mine.parquet")
    app.cy("milvus-import-key").fill("again")
    app.shot("indexes-import")
    app.cy("milvus-confirm-button").click()
    card = app.cy("milvus-index-again")
    expect(card.locator('[data-cy="milvus-size"]')).to_have_text("60 vectors")
    indexed.reload()
    assert nearest("again") == before
    assert on_their_way() == []

    # what is no export is refused, and says so without a path of the server
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"no Parquet file")
    app.cy("milvus-import").click()
    app.cy("milvus-import-file").set_input_files(bad)
    app.cy("milvus-import-key").fill("bad")
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-problem")).to_contain_text("the uploaded file")
    assert axe.violations(app.page, '[data-cy="milvus-confirm"]') == []
    assert on_their_way() == []


def on_their_way() -> list[Path]:
    """What of exports and imports is still on the server."""
    folder = embedded.home(settings.Settings()).state / "transfers"
    return list(folder.iterdir())


def test_an_index_is_moved_and_its_login_is_never_typed(app, indexed):
    target = str(environment.HOME / f"{uuid.uuid4().hex}.db")
    opened(app)
    choose(app, "move")
    app.cy("milvus-move-uri").fill("http://root:secret@db:19530")
    expect(app.cy("milvus-confirm")).to_contain_text("Remove the user and password")
    expect(app.cy("milvus-confirm-button")).to_be_disabled()
    app.cy("milvus-move-uri").fill("http://milvus.example:19530")
    app.shot("indexes-move")
    nobody = f"http://127.0.0.1:{free_port()}"
    app.cy("milvus-move-uri").fill(nobody)
    app.cy("milvus-confirm-button").click()
    problem = app.cy("milvus-confirm").get_by_role("alert")
    expect(problem).to_contain_text(f"Milvus at {nobody} does not answer")
    expect(problem).to_contain_text("this is its address")
    expect(problem).not_to_contain_text("MILVUS_URI")
    app.cy("milvus-move-uri").fill(target)
    app.cy("milvus-confirm-button").click()
    done = app.cy("milvus-job").filter(has_text="Moved 60 vectors")
    expect(done).to_have_attribute("data-state", "done", timeout=WORK)
    expect(app.cy("milvus-confirm")).to_have_count(0)
    size = app.cy("milvus-index-images").locator('[data-cy="milvus-size"]')
    expect(size).to_have_text("60 vectors")
    expect(app.cy("milvus-server")).to_have_text(target)
    indexed.reload()
    index = runs.load(indexed, "images")
    assert index.rows.collection.connection.settings.address == target


def test_an_index_that_was_deleted_elsewhere_is_no_longer_in_the_header(app, indexed):
    app.open(PANEL)
    app.open_tab("search")
    expect(app.cy("milvus-coverage")).to_have_text("60 samples")
    runs.cleanup(indexed, "images")
    app.cy("milvus-query").fill("bird")
    app.cy("milvus-query").press("Enter")
    expect(app.cy("milvus-coverage")).to_have_count(0)
    expect(app.cy("milvus-index-select")).to_have_count(0)
    expect(app.cy("milvus-make-index")).to_be_visible()


def test_clean_up_shows_first_what_goes(app, indexed):
    name = runs.describe(indexed, "images").collection_name
    opened(app)
    choose(app, "cleanup")
    expect(app.cy("milvus-confirm")).to_contain_text(f"'{name}' with its 60 vectors")
    app.shot("indexes-clean-up")
    app.page.keyboard.press("Escape")
    expect(app.cy("milvus-confirm")).to_have_count(0)
    choose(app, "cleanup")
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-empty")).to_be_visible()
    indexed.reload()
    assert indexed.list_brain_runs() == []


def test_a_map_of_its_vectors_opens_and_a_lasso_there_is_a_view_to_search_in(
    app, indexed
):
    opened(app)
    choose(app, "map")
    embeddings = app.cy("panel-content-Embeddings")
    map_of_images = embeddings.get_by_role("button").filter(has_text="images_map")
    map_of_images.first.click(timeout=WORK)
    embeddings.get_by_role("button", name="Select", exact=True).click()
    expect(embeddings.get_by_text("60 points")).to_be_visible()
    app.settle()
    with app.page.expect_response(re.compile("/lasso-stage$")) as answer:
        lasso(app, embeddings.locator("canvas"))
    lassoed = answer.value.json()["kwargs"]["sample_ids"]
    assert 0 < len(lassoed) < 60
    app.open_tab("search")
    in_view = app.cy("milvus-scope-view")
    expect(in_view).to_have_text(f"View {len(lassoed)}")
    app.cy("milvus-scope").select_option("view")
    app.cy("milvus-query").fill("bird")
    results = app.results_after(lambda: app.cy("milvus-query").press("Enter"))
    assert results and set(results) <= set(lassoed)
    shown = min(len(lassoed), RESULTS)
    expect(app.cy("entry-counts")).to_have_text(f"{shown} samples")
    app.shot("map")


# -- how it looks


@pytest.fixture
def kinds(indexed: fo.Dataset, give_index) -> fo.Dataset:
    """With an index of each kind: true, not true any more, unfinished, of patches."""
    source = build.Source(model=MODEL)
    give_index(indexed, "objects")
    done: list[int] = []
    with pytest.raises(Cancelled):
        build.build(
            indexed,
            "stopped",
            source,
            progress=lambda now: done.append(now.done),
            cancelled=lambda: done[-1] > 20,
        )
    execute("index_health", indexed, brain_key="images")
    indexed.delete_samples(indexed.values("id")[:3])
    execute("index_health", indexed, brain_key="objects")
    indexed.reload()
    return indexed


def test_it_is_at_home_in_every_theme_and_width(app, kinds):
    opened(app)
    expect(app.cy("milvus-index-stopped")).to_contain_text("unfinished")
    for look in screen.each_look(app):
        app.shot(f"indexes-{look}")
        assert screen.problems(app) == [], look


def test_the_dialogs_are_accessible_and_fit_a_narrow_window(app, indexed):
    opened(app)
    for action in ("sync", "rename", "move", "export", "cleanup"):
        if action == "sync":
            app.cy("milvus-sync-images").click()
            expect(app.cy("milvus-plan")).to_contain_text("Nothing to do")
        else:
            choose(app, action)
        if action == "cleanup":
            expect(app.cy("milvus-confirm-button")).to_be_enabled()
        assert screen.dialog_problems(app) == [], action


def test_the_form_is_accessible_and_goes_by_keyboard(app, dataset):
    opened(app)
    app.cy("milvus-new-index").press("Enter")
    app.cy("milvus-brain-key").wait_for()
    app.cy("milvus-more").press("Enter")
    expect(app.cy("milvus-index-type")).to_be_visible()
    app.cy("milvus-brain-key").fill("1 bad key")
    expect(app.cy("milvus-build")).to_be_disabled()
    for look in screen.each_look(app):
        app.shot(f"indexes-form-{look}")
        assert screen.problems(app) == [], look
    app.cy("milvus-model").focus()
    app.page.keyboard.press("ArrowDown")
    expect(app.page.get_by_role("listbox")).to_be_visible()
    app.page.keyboard.press("Escape")
    app.cy("milvus-form-cancel").press("Enter")
    expect(app.cy("milvus-form")).to_have_count(0)


@pytest.fixture
def many(indexed: fo.Dataset) -> Iterator[fo.Dataset]:
    """With 199 indexes, some of them of long and of right-to-left names."""
    run = indexed.get_brain_info("images").config.build()
    keys = [HEBREW, ARABIC, *(f"index_{n:03}" for n in range(2, 196))]
    keys += ["a" * 120, "an_index_of_all_that_the_" + "very_" * 20 + "long_name_says"]
    for key in keys:
        Similarity.register_run(run, indexed, key, overwrite=False)
    indexed.reload()
    yield indexed
    for key in runs.keys(indexed):
        if key != "images":
            indexed.delete_brain_run(key)


def test_two_hundred_indexes_with_long_and_right_to_left_names(app, many):
    opened(app)
    expect(app.cy("milvus-index-index_002")).to_be_attached(timeout=WORK)
    expect(app.cy("milvus-contents-indexes")).to_contain_text("Indexes (199)")
    app.shot("indexes-many")
    app.cy("milvus-find-index").fill(HEBREW[-3:])
    expect(app.cy(f"milvus-index-{HEBREW}")).to_be_visible()
    expect(app.cy("milvus-index-index_002")).to_have_count(0)
    app.cy("milvus-find-index").fill("a")
    app.widen_panel(PANEL, 320)
    app.shot("indexes-many-narrow")
    assert screen.problems(app) == []


def test_a_search_says_which_model_it_waits_for(app, dataset, loads, monkeypatch):
    monkeypatch.delenv("WORDED_MODEL_LOADS")  # here it is loaded at once
    build.build(dataset, "texts", build.Source(model=WORDED))
    app.open(PANEL)
    app.open_tab("search")
    app.cy("milvus-query").fill("a tree")
    app.cy("milvus-query").press("Enter")
    loading = app.cy("milvus-loading-model")
    expect(loading).to_have_text(re.compile(rf"^Loading {WORDED}, \d+ s$"))
    app.shot("search-loading")
    reader = os.open(loads, os.O_RDONLY | os.O_NONBLOCK)
    expect(app.cy("milvus-result-line")).to_contain_text("of 60")
    expect(loading).to_have_count(0)
    os.close(reader)
