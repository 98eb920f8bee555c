"""The panel's Python half: what React asks, and what it gets."""

import asyncio
import itertools
import threading
import time
from types import SimpleNamespace
from unittest.mock import ANY

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import jsonschema
import numpy as np
import pytest
from fiftyone.operators.delegated import DelegatedOperationService

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled, InvalidRequest, ServerUnavailable
from fiftyone_milvus.indexes import archive, build, move
from fiftyone_milvus.progress import Progress
from fiftyone_milvus.store import settings
from harness import contract, environment
from harness.context import PLUGIN, execute, make_context, triggered
from harness.panel import CheckedPanel
from plugin.app import export_folders, jobs
from plugin.panels.milvus_panel import METHODS, MilvusPanel

panel = CheckedPanel()


def test_the_view_names_reacts_component_and_its_methods():
    own = MilvusPanel()
    own.plugin_name = "@milvus/vector-search"
    view = own.render(None).to_json()["view"]
    assert view["component"] == "MilvusPanel"
    assert set(METHODS) == contract.methods()
    for method in METHODS:
        assert view[method] == f"@milvus/vector-search/milvus_panel#{method}"


@pytest.mark.parametrize(
    "broken",
    [
        {"count": "1", "shows_results": True},
        {"count": 1},
        {"count": 1, "shows_results": True, "more": 1},
    ],
    ids=["another type", "one too few", "one too many"],
)
def test_an_answer_that_react_does_not_expect_is_noticed(broken):
    contract.check_answer("view_count", {"count": 1, "shows_results": True})
    with pytest.raises(jsonschema.ValidationError):
        contract.check_answer("view_count", broken)


def test_overview_says_server_indexes_and_jobs(milvus, indexed):
    found = panel.overview(make_context(indexed))
    assert found["dataset"] == {"name": indexed.name, "samples": 100}
    assert found["server"]["reachable"]
    assert found["server"]["kind"] == ("server" if milvus.uri else "embedded")
    [index] = found["indexes"]
    assert index["brain_key"] == "idx" and index["size"] == 100 and index["owned"]
    [job] = found["jobs"]
    assert job["state"] == "done" and job["message"].startswith("Indexed 100 vectors")


def test_overview_says_where_an_index_is_that_is_not_on_the_milvus_in_use(
    indexed, tmp_path
):
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["other_server"] is None
    moved = move.move(indexed, "idx", {"uri": str(tmp_path / "other.db")})
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert (index["other_server"], index["size"]) == (moved.address, 100)


@pytest.mark.parametrize("method", ["view_count", "selection", "cleanup_plan"])
def test_an_index_that_was_deleted_elsewhere_is_reported_by_its_own_code(
    dataset, method
):
    answer = getattr(panel, method)(make_context(dataset, brain_key="gone"))
    assert answer["error"]["code"] == "no_index"


def test_overview_says_a_server_that_is_down(dataset, monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", "http://u:secret@127.0.0.1:1")
    found = panel.overview(make_context(dataset))["server"]
    assert not found["reachable"]
    assert found["address"] == "http://127.0.0.1:1"
    assert "does not answer" in found["problem"]
    assert "secret" not in str(found)


@pytest.mark.on_lite
def test_the_form_knows_the_datasets_fields(indexed):
    form = panel.form(make_context(indexed, selected=indexed.values("id")[:3]))
    assert form["patches_fields"] == ["ground_truth"]
    assert {"field": "embeddings", "patches_field": None} in form["embeddings_fields"]
    patches = {"field": "embedding", "patches_field": "ground_truth"}
    assert patches in form["embeddings_fields"]
    assert form["brain_keys"] == ["idx"] and form["brain_key"] == "milvus"
    assert form["counts"] == {"dataset": 100, "view": 100, "selected": 3}
    clip = next(m for m in form["models"] if m["name"] == "clip-vit-base32-torch")
    assert clip["supports_prompts"]
    alex = next(m for m in form["models"] if m["name"] == "alexnet-imagenet-torch")
    assert not alex["supports_prompts"]


def test_indexes_of_other_backends_are_named(dataset):
    fob.compute_similarity(
        dataset, embeddings="embeddings", backend="sklearn", brain_key="sklearn_sim"
    )
    fob.compute_uniqueness(dataset, embeddings="embeddings")  # no similarity index
    found = panel.overview(make_context(dataset))
    assert found["indexes"] == []
    sklearn = {"brain_key": "sklearn_sim", "backend": "sklearn"}
    assert found["other_indexes"] == [sklearn]


@pytest.mark.on_lite
def test_clean_up_is_shown_first_and_then_done(indexed):
    ctx = make_context(indexed, brain_key="idx")
    plan = panel.cleanup_plan(ctx)
    assert plan["rows"] == 100 and plan["deletes_rows"]
    assert runs.load(indexed, "idx").total_index_size == 100
    done = panel.cleanup(ctx)
    assert done["deleted_rows"] and done["deleted_run"]
    assert indexed.list_brain_runs() == []


@pytest.mark.on_lite
def test_an_unexpected_failure_is_data_too(indexed, monkeypatch):
    monkeypatch.setattr(runs, "list_indexes", lambda *_, **__: 1 / 0)
    answer = panel.overview(make_context(indexed))
    assert answer["error"]["code"] == "internal"


# -- jobs


@pytest.mark.on_lite
def test_a_job_shows_its_progress_while_it_runs(dataset):
    ctx = make_context(dataset)
    with jobs.JobRecord(ctx, "k") as record:
        record.progress(
            Progress("Embedding", 40, 100, 2.0, rate=20, failed=3, bottleneck="reading")
        )
        end = time.monotonic() + 30
        while not (job := jobs.list_jobs(ctx)[0]).done and time.monotonic() < end:
            time.sleep(0.02)
        assert (job.state, job.done, job.total) == ("running", 40, 100)
        assert job.rate == 20 and job.remaining == 3
        assert (job.failed, job.bottleneck) == (3, "reading")
    [job] = jobs.list_jobs(ctx)
    assert job.state == "done"


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (ServerUnavailable("no answer"), "failed", "no answer"),
        (Cancelled("stopped"), "cancelled", "stopped"),
        (KeyError("x"), "failed", "KeyError: 'x'"),
    ],
)
def test_a_job_says_how_it_failed(dataset, error, state, message):
    ctx = make_context(dataset)
    with pytest.raises(type(error)), jobs.JobRecord(ctx, "k"):
        raise error
    [job] = jobs.list_jobs(ctx)
    assert (job.state, job.message) == (state, message)


@pytest.mark.on_lite
def test_a_request_that_is_refused_before_it_began_is_no_job(dataset):
    ctx = make_context(dataset)
    with pytest.raises(InvalidRequest), jobs.JobRecord(ctx, "k"):
        raise InvalidRequest("no good")
    assert jobs.list_jobs(ctx) == []
    with pytest.raises(InvalidRequest), jobs.JobRecord(ctx, "k") as record:
        record.progress(Progress("Embedding", 1, 2, 1.0))
        raise InvalidRequest("no good any more")
    assert [job.message for job in jobs.list_jobs(ctx)] == ["no good any more"]


@pytest.mark.on_lite
def test_an_ended_job_can_be_dismissed(dataset):
    ctx = make_context(dataset)
    with jobs.JobRecord(ctx, "k"):
        pass
    [job] = jobs.list_jobs(ctx)
    panel.dismiss(make_context(dataset, job_id=job.id))
    assert jobs.list_jobs(ctx) == []


@pytest.mark.on_lite
def test_a_job_whose_process_is_gone_is_reported(dataset, monkeypatch):
    ctx = make_context(dataset)
    jobs.JobRecord(ctx, "k")._write()
    later = time.time() + jobs.LOST_SECONDS
    monkeypatch.setattr(jobs, "time", SimpleNamespace(time=lambda: later))
    [job] = jobs.list_jobs(ctx)
    assert job.state == "failed" and "has ended" in job.message


@pytest.mark.on_lite
def test_a_worker_may_take_minutes_to_begin(indexed, monkeypatch):
    ctx = make_context(indexed)
    context = {"dataset": indexed, "request_delegation": True}
    queued = foo.execute_operator(
        f"{PLUGIN}/index_health", ctx=context, params={"brain_key": "idx"}
    )
    DelegatedOperationService().set_running(queued.result["id"])
    states = []
    for later in (0, 120, 3_600):
        now = time.time() + later
        monkeypatch.setattr(jobs, "time", SimpleNamespace(time=lambda now=now: now))
        job = jobs.list_jobs(ctx)[0]  # the other made the index
        states.append((job.state, job.phase))
    assert states == [("running", "Starting")] * 2 + [("failed", "Starting")]


def test_cancel_stops_a_build_that_can_be_finished_later(dataset, monkeypatch):
    from fiftyone_milvus.dataset.sources import Reader

    embed, batches, cancelled = Reader.embed, itertools.count(), threading.Event()

    def embed_one_until_cancelled(*args):
        if next(batches):
            cancelled.wait(60)
        return embed(*args)

    monkeypatch.setattr(Reader, "embed", embed_one_until_cancelled)
    ctx = make_context(dataset)

    def cancel_soon():
        while not (found := jobs.list_jobs(ctx)) or not found[0].done:
            time.sleep(0.05)
        panel.cancel(make_context(dataset, job_id=found[0].id))
        for _ in range(2):  # the second heartbeat has read it
            last = jobs.list_jobs(ctx)[0].updated
            while jobs.list_jobs(ctx)[0].updated == last:
                time.sleep(0.05)
        cancelled.set()

    canceller = threading.Thread(target=cancel_soon)
    canceller.start()
    with pytest.raises(Exception, match="Stopped at"):
        execute(
            "compute_index",
            dataset,
            brain_key="c",
            source="field",
            embeddings_field="embeddings",
        )
    canceller.join()
    dataset.reload()  # the other thread may have read it just before the run was stored
    assert jobs.list_jobs(ctx)[0].state == "cancelled"
    [index] = panel.overview(ctx)["indexes"]
    assert index["partial"] and 0 < index["size"] < 100
    monkeypatch.setattr(Reader, "embed", embed)
    execute("sync_index", dataset, brain_key="c")
    [index] = panel.overview(ctx)["indexes"]
    assert not index["partial"] and index["size"] == 100
    assert np.array(dataset.values("embeddings")).shape == (100, 16)


@pytest.mark.on_lite
def test_a_build_that_waits_for_a_worker_is_shown_and_can_be_cancelled(dataset):
    import fiftyone.operators as foo

    foo.execute_operator(
        f"{jobs.PLUGIN}/compute_index",
        ctx={"dataset": dataset, "request_delegation": True},
        params={
            "brain_key": "later",
            "source": "field",
            "embeddings_field": "embeddings",
        },
    )
    ctx = make_context(dataset)
    [job] = jobs.list_jobs(ctx)
    assert (job.state, job.brain_key, job.delegated) == ("queued", "later", True)
    panel.cancel(make_context(dataset, job_id=job.id))
    assert jobs.list_jobs(ctx)[0].state == "cancelled"


@pytest.mark.on_lite
def test_pause_stops_a_sync_until_it_is_started_again(indexed):
    ctx = make_context(indexed)

    def wait_to_stop(record):
        panel.pause(make_context(indexed, job_id=record._job.id))
        while not record.cancelled():
            time.sleep(0.02)
        raise Cancelled("Stopped at 40 of 100 samples.")

    with pytest.raises(Cancelled), jobs.JobRecord(ctx, "idx") as record:
        wait_to_stop(record)
    job = panel.jobs(ctx)["jobs"][0]
    assert (job["state"], job["message"]) == ("paused", "Stopped at 40 of 100 samples.")
    execute("sync_index", indexed, brain_key="idx")
    assert "paused" not in {job["state"] for job in panel.jobs(ctx)["jobs"]}


# -- health


def test_a_build_a_check_and_a_sync_update_the_health(indexed):
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["total"] == 100
    found = index["health"]
    assert (found["rows"], found["current"], found["missing"]) == (100, 100, 0)
    assert not found["changed"]

    indexed.delete_samples(indexed.values("id")[:3])
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["health"]["changed"]
    execute("index_health", indexed, brain_key="idx")
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["health"]["orphaned"] == 3 and not index["health"]["changed"]
    execute("sync_index", indexed, brain_key="idx", dry_run=True)
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["health"]["orphaned"] == 3
    execute("sync_index", indexed, brain_key="idx")
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["health"]["orphaned"] == 0 and index["health"]["rows"] == 97


@pytest.mark.on_lite
def test_the_health_of_an_index_is_kept_when_it_is_renamed(indexed):
    execute("rename_index", indexed, brain_key="idx", new_brain_key="other")
    [index] = panel.overview(make_context(indexed))["indexes"]
    assert index["brain_key"] == "other" and index["health"]["current"] == 100


# -- the Server tab


def test_the_server_tab_shows_all_but_secrets(milvus, indexed, monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "DB_NAME", "default")
    found = panel.server_details(make_context(indexed))
    assert found["server"]["reachable"] and found["database"] == "default"
    assert "FLAT" in found["capabilities"]["index_types"]
    assert (found["embedded"] is None) == bool(milvus.uri)
    [used] = [c for c in found["collections"] if c["state"] == "in use"]
    assert used["rows"] == 100 and used["owner"]["dataset"] == indexed.name
    set_in = {one["key"]: one["set_in"] for one in found["settings"]}
    assert set_in["db_name"] == "environment" and set_in["password"] is None


def test_the_server_tab_shows_a_server_that_is_down(dataset, monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", "http://u:secret@127.0.0.1:1")
    found = panel.server_details(make_context(dataset))
    assert not found["server"]["reachable"] and found["collections"] is None
    assert "does not answer" in found["problem"]
    assert "secret" not in str(found)


def test_the_embedded_milvus_is_stopped_and_started(milvus, indexed):
    ctx = make_context(indexed)
    answer = panel.stop_embedded(ctx)
    if milvus.uri:
        assert "a server of its own" in answer["error"]["message"]
        return
    found = panel.server_details(ctx)
    assert found["embedded"]["running"] is False
    assert found["server"] is None and found["collections"] is None
    assert panel.start_embedded(ctx) == {}
    found = panel.server_details(ctx)
    assert found["embedded"]["running"] and found["server"]["reachable"]
    assert panel.overview(ctx)["indexes"][0]["size"] == 100


# -- the operators that React runs

QUICK = [
    ("rename_index", {"brain_key": "idx", "new_brain_key": "other"}),
    ("cleanup_collections", {"orphaned": True, "dry_run": True}),
    ("adopt_collection", {"dry_run": True}),
    ("adopt_collection", {"dry_run": False, "brain_key": "again"}),
    ("delete_marked", {"operator": "find_unique", "dry_run": True}),
]
LONG = {
    "compute_index": {
        **{"brain_key": "new", "scope": "dataset", "source": "field"},
        **{"embeddings_field": "embeddings", "filter_fields": ["kind"]},
        **{"metric": "cosine", "consistency_level": "Session", "index_type": "FLAT"},
    },
    "sync_index": {"brain_key": "idx"},
    "index_health": {"brain_key": "idx"},
    "embeddings_map": {"brain_key": "idx"},
    "export_index": {"brain_key": "idx", "path": "new.parquet", "overwrite": True},
    "import_index": {"brain_key": "imported", "path": "there.parquet"},
    "copy_index": {"brain_key": "copied", "from_key": "theirs"},
    "move_index": {"brain_key": "idx", "uri": str(environment.HOME / "moved.db")},
}


FINDING = {
    "find_duplicates": {"brain_key": "idx", "scope": "dataset", "thresh": 0.05},
    "find_leaks": {
        **{"brain_key": "idx", "scope": "dataset", "thresh": 0.05},
        "field": "kind",
    },
    "find_label_outliers": {
        **{"brain_key": "idx", "scope": "view", "label_field": "kind"},
        **{"k": 5, "min_score": 0.4},
    },
    "find_unique": {"brain_key": "idx", "scope": "dataset", "count": 3},
    "find_duplicates_in_dataset": {
        **{"brain_key": "idx", "scope": "dataset", "thresh": 0.05},
        **{"other_dataset": "", "other_key": "idx"},  # the one that is there
    },
}


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("name", "params"), QUICK, ids=["rename", "delete", "compare", "adopt", "marked"]
)
def test_an_operator_gives_what_react_uses(indexed, name, params):
    if name == "adopt_collection":
        used = runs.describe(indexed, "idx").collection_name
        params = {**params, "collection_name": used}
    if name == "delete_marked":
        execute("find_unique", indexed, brain_key="idx", count=1)
    contract.check_operator(name, params, execute(name, indexed, **params))


@pytest.mark.on_lite
@pytest.mark.parametrize("name", LONG)
def test_a_long_operator_takes_what_react_sends_and_is_a_job(
    indexed, name, tmp_path, monkeypatch
):
    monkeypatch.setenv(export_folders.VARIABLE, str(tmp_path))
    indexed.set_values("kind", ["a", "b"] * 50)
    if name == "import_index":
        archive.export_index(indexed, "idx", tmp_path / "there.parquet")
    if name == "copy_index":
        fob.compute_similarity(
            indexed, brain_key="theirs", backend="sklearn", embeddings="embeddings"
        )
    params = LONG[name]
    contract.check_operator(name, params, execute(name, indexed, **params))
    job = panel.jobs(make_context(indexed))["jobs"][0]
    assert (job["operator"], job["state"]) == (name, "done")
    assert job["label"] == name.capitalize().replace("_", " ")
    assert job["can_pause"] == (name in ("compute_index", "sync_index"))


@pytest.mark.on_lite
@pytest.mark.parametrize("name", FINDING)
def test_what_is_found_is_shown_and_the_view_from_before_can_be_had_again(
    indexed, name
):
    indexed.set_values("kind", ["a", "b"] * 50)
    view = indexed.limit(40)
    params = dict(FINDING[name])
    if "other_dataset" in params:
        params["other_dataset"] = indexed.name
    ctx = make_context(indexed, view=view, **params)
    result = foo.get_operator(f"{PLUGIN}/{name}").answer(ctx)
    contract.check_operator(name, params, result)
    kept = panel.find_result(make_context(indexed, operator="milvus_panel"))["found"]
    assert kept["message"] == result["message"]
    [shown] = triggered(ctx, "set_view")
    there = make_context(indexed, view=fo.DatasetView._build(indexed, shown["view"]))
    panel.clear_results(there)
    [back] = triggered(there, "set_view")
    assert fo.DatasetView._build(indexed, back["view"]) == view


@pytest.mark.on_lite
def test_what_was_found_is_drawn_and_shown(indexed):
    ids = indexed.values("id")
    index = {"brain_key": "idx"}
    asked = {**index, "ids": [ids[2], "f" * 24, ids[0]], "sample_ids": ids[:3]}
    items = panel.found_items(make_context(indexed, **asked))["items"]
    assert [item["id"] for item in items] == [ids[2], ids[0]]
    assert items[0]["filepath"] == indexed[ids[2]].filepath
    ctx = make_context(indexed, **index, ids=[ids[5], ids[1]])
    panel.show_found(ctx)
    [shown] = triggered(ctx, "set_view")
    view = fo.DatasetView._build(indexed, shown["view"])
    assert view.values("id") == [ids[5], ids[1]]
    assert panel.find_options(make_context(indexed, **index)) == {
        "tags": [],
        "split_fields": [],
        "label_fields": [],
        "other_datasets": ANY,
        "other_keys": [],
    }


@pytest.mark.on_lite
def test_patches_that_were_found_have_boxes(dataset):
    source = build.Source(embeddings_field="embedding")
    build.build(dataset, "p", source, patches_field="ground_truth")
    first = dataset.first()
    patch = first.ground_truth.detections[0]
    index = {"brain_key": "p", "ids": [patch.id]}
    ctx = make_context(dataset, **index, sample_ids=[first.id])
    [item] = panel.found_items(ctx)["items"]
    assert (item["box"], item["label"]) == (patch.bounding_box, patch.label)
    assert panel.find_options(make_context(dataset, brain_key="p"))["label_fields"] == [
        "ground_truth"
    ]


def test_all_operators_that_react_runs_are_checked():
    assert contract.operators() == {*LONG, *FINDING, *(name for name, _ in QUICK)}


@pytest.mark.on_lite
@pytest.mark.parametrize("name", [*LONG, *FINDING, *dict(QUICK)])
def test_react_sends_only_what_an_operator_asks_for(indexed, name):
    indexed.set_values("kind", ["a", "b"] * 50)
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    patches = {"source": "model", "patches_field": "ground_truth"}
    offered = {
        name
        for params in (
            {"source": "field", "dry_run": False},
            patches,
            {"brain_key": "idx", "field": "kind"},
        )
        for name in operator.resolve_input(
            make_context(indexed, **params)
        ).type.properties
    }
    # of groups and videos: see test_media.py and test_videos.py
    others = {"slices", "videos_as", "fps", "clips_field"}
    assert contract.operator_params(name) - others <= offered


@pytest.mark.parametrize(("method", "views"), [("on_load", 1), ("overview", 0)])
def test_the_app_gets_the_panels_view_once(dataset, method, views):
    ctx = make_context(dataset, __method__=method)
    asyncio.run(foo.get_operator(f"{PLUGIN}/milvus_panel").execute(ctx))
    assert len(triggered(ctx, "show_panel_output")) == views
