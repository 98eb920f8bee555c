"""The panel's Python half: what React asks, and what it gets."""

import threading
import time

import fiftyone as fo
import numpy as np
import pytest

from fiftyone_milvus import runs, search, settings
from fiftyone_milvus.errors import Cancelled, InvalidRequest
from fiftyone_milvus.progress import Progress
from harness.context import execute, make_context, triggered
from plugin.operators import jobs
from plugin.panels import search_payloads
from plugin.panels.milvus_panel import MilvusPanel


@pytest.fixture
def dataset(milvus, vectors_dataset):
    yield vectors_dataset
    for key in runs.keys(vectors_dataset):
        runs.cleanup(vectors_dataset, key)


@pytest.fixture
def indexed(dataset):
    execute(
        "compute_index",
        dataset,
        brain_key="idx",
        source="field",
        embeddings_field="embeddings",
    )
    return dataset


panel = MilvusPanel()


def shown_ids(ctx) -> list[str]:
    """The ids of the view that was put into the grid."""
    [params] = triggered(ctx, "set_view")
    view = fo.DatasetView._build(ctx.dataset, params["view"])
    return view.values("id")


def test_the_view_names_reacts_component_and_methods():
    own = MilvusPanel()
    own.plugin_name = "@milvus/vector-search"
    view = own.render(None).to_json()["view"]
    assert view["component"] == "MilvusPanel"
    for method in ("overview", "jobs", "form", "search", "clear", "cancel"):
        assert view[method] == f"@milvus/vector-search/milvus_panel#{method}"


def test_overview_tells_server_indexes_and_jobs(milvus, indexed):
    found = panel.overview(make_context(indexed))
    assert found["dataset"] == {"name": indexed.name, "samples": 100}
    assert found["server"]["reachable"]
    assert found["server"]["kind"] == ("server" if milvus.uri else "embedded")
    [index] = found["indexes"]
    assert index["brain_key"] == "idx" and index["size"] == 100 and index["owned"]
    [job] = found["jobs"]
    assert job["state"] == "done" and job["message"].startswith("Indexed 100 vectors")


def test_overview_tells_a_server_that_is_down(dataset, monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", "http://u:secret@127.0.0.1:1")
    found = panel.overview(make_context(dataset))["server"]
    assert not found["reachable"]
    assert found["address"] == "http://127.0.0.1:1"
    assert "does not answer" in found["problem"]
    assert "secret" not in str(found)


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


def test_search_puts_the_hits_into_the_grid_in_order(indexed):
    query = indexed.values("id")[4]
    ctx = make_context(indexed, selected=[query], brain_key="idx", k=10)
    found = panel.search(ctx)
    hits = found["hits"]
    assert [hit["id"] for hit in hits] == shown_ids(ctx)
    assert hits[0]["id"] == query and hits[0]["rank"] == 1
    assert hits[0]["filepath"] == indexed[query].filepath
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert found["total"] == 10 and found["score"] == "similarity"


def test_patch_hits_have_their_boxes_and_labels(dataset):
    execute(
        "compute_index",
        dataset,
        brain_key="p",
        source="field",
        embeddings_field="embedding",
        patches_field="ground_truth",
    )
    sample = dataset.first()
    detection = sample.ground_truth.detections[0]
    label = {
        "label_id": detection.id,
        "sample_id": sample.id,
        "field": "ground_truth",
    }
    ctx = make_context(dataset, selected_labels=[label], brain_key="p", k=5)
    hits = panel.search(ctx)["hits"]
    assert hits[0]["id"] == detection.id
    assert hits[0]["box"] == detection.bounding_box
    assert hits[0]["label"] == detection.label
    assert [hit["id"] for hit in hits] == shown_ids(ctx)


def test_search_stays_in_the_view_and_clear_brings_it_back(indexed):
    view = indexed.match(fo.ViewField("cluster") == 1)
    query = indexed.values("id")[0]
    params = {"brain_key": "idx", "k": 5, "target": "view"}
    ctx = make_context(indexed, view=view, selected=[query], **params)
    found = panel.search(ctx)
    assert {hit["id"] for hit in found["hits"]} <= set(view.values("id"))

    # a second search is in that view again, not in the first one's five hits
    again = after(ctx, selected=[query], **{**params, "k": 8})
    assert len(panel.search(again)["hits"]) == 8

    back = after(again)
    panel.clear(back)
    assert shown_ids(back) == view.values("id")


def after(ctx, **kwargs):
    """The context of the panel's next event, when the browser has done what ``ctx``
    triggered."""
    [shown] = triggered(ctx, "set_view")
    view = fo.DatasetView._build(ctx.dataset, shown["view"])
    return make_context(ctx.dataset, view=view, panel_state=panel_state(ctx), **kwargs)


def panel_state(ctx) -> dict:
    """What the browser keeps, and sends with the next event."""
    return {
        key: value
        for params in triggered(ctx, "patch_panel_state")
        for key, value in params["state"].items()
    }


def test_the_next_hits_need_no_other_search(indexed, monkeypatch):
    monkeypatch.setattr(search_payloads, "SHOWN_HITS", 4)
    ids = indexed.values("id")
    asked = {"brain_key": "idx", "k": 10}
    found = panel.search(make_context(indexed, selected=ids[:1], **asked))
    monkeypatch.setattr(search, "search", None)
    listed = found["hits"]
    while len(listed) < found["total"]:
        ctx = make_context(indexed, token=found["token"], start=len(listed))
        listed = listed + panel.more(ctx)["hits"]
    assert [hit["rank"] for hit in listed] == list(range(1, 11))
    scores = [hit["score"] for hit in listed]
    assert scores == sorted(scores, reverse=True)
    assert len({hit["id"] for hit in listed}) == 10
    gone = panel.more(make_context(indexed, token="nope", start=0))
    assert "Search again" in gone["error"]["message"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"k": 0}, "Ask for 1 to 10,000 hits"),
        ({"k": 20_000}, "Ask for 1 to 10,000 hits"),
        ({"k": 5, "text": "bird"}, "can't embed text"),
        ({"k": 5, "brain_key": "nope"}, "no Milvus index 'nope'"),
        ({"k": 5}, "select samples or patches first"),
    ],
    ids=str,
)
def test_a_search_that_cannot_be_answers_with_a_sentence(indexed, params, words):
    answer = panel.search(make_context(indexed, **{"brain_key": "idx", **params}))
    assert words in answer["error"]["message"]


def test_an_empty_view_answers_with_a_sentence(indexed):
    ctx = make_context(
        indexed, view=indexed.limit(0), brain_key="idx", k=5, text="x", target="view"
    )
    assert "view is empty" in panel.search(ctx)["error"]["message"]


def test_clean_up_is_shown_first_and_then_done(indexed):
    ctx = make_context(indexed, brain_key="idx")
    plan = panel.cleanup_plan(ctx)
    assert plan["rows"] == 100 and plan["drops_rows"]
    assert runs.load(indexed, "idx").total_index_size == 100
    done = panel.cleanup(ctx)
    assert done["dropped_rows"] and done["deleted_run"]
    assert indexed.list_brain_runs() == []


def test_an_unexpected_failure_is_data_too(indexed, monkeypatch):
    monkeypatch.setattr(runs, "list_indexes", lambda *_, **__: 1 / 0)
    answer = panel.overview(make_context(indexed))
    assert answer["error"]["code"] == "internal"


# -- jobs


def test_a_job_shows_its_progress_while_it_runs(dataset, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.05)
    ctx = make_context(dataset)
    with jobs.JobRecord(ctx, "k") as record:
        record.progress(
            Progress("Embedding", 40, 100, 2.0, rate=20, failed=3, pace="reading")
        )
        time.sleep(0.5)
        [job] = jobs.list_jobs(ctx)
        assert (job.state, job.done, job.total) == ("running", 40, 100)
        assert job.rate == 20 and job.remaining == 3
        assert (job.failed, job.pace) == (3, "reading")
    [job] = jobs.list_jobs(ctx)
    assert job.state == "done"


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (InvalidRequest("no good"), "failed", "no good"),
        (Cancelled("stopped"), "cancelled", "stopped"),
        (KeyError("x"), "failed", "KeyError: 'x'"),
    ],
)
def test_a_job_tells_how_it_failed(dataset, error, state, message):
    ctx = make_context(dataset)
    with pytest.raises(type(error)), jobs.JobRecord(ctx, "k"):
        raise error
    [job] = jobs.list_jobs(ctx)
    assert (job.state, job.message) == (state, message)


def test_an_ended_job_can_be_dismissed(dataset):
    ctx = make_context(dataset)
    with jobs.JobRecord(ctx, "k"):
        pass
    [job] = jobs.list_jobs(ctx)
    panel.dismiss(make_context(dataset, job_id=job.id))
    assert jobs.list_jobs(ctx) == []


def test_a_job_whose_process_is_gone_is_told(dataset, monkeypatch):
    ctx = make_context(dataset)
    jobs.JobRecord(ctx, "k")._write()
    monkeypatch.setattr(jobs, "LOST_SECONDS", 0)
    [job] = jobs.list_jobs(ctx)
    assert job.state == "failed" and "has gone" in job.message


def test_cancel_stops_a_build_that_can_be_finished_later(dataset, monkeypatch):
    from fiftyone_milvus.sources import Reader

    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.05)
    embed = Reader.embed

    def slowly(*args):
        time.sleep(0.3)
        return embed(*args)

    monkeypatch.setattr(Reader, "embed", slowly)
    ctx = make_context(dataset)

    def cancel_soon():
        while not (found := jobs.list_jobs(ctx)) or not found[0].done:
            time.sleep(0.05)
        panel.cancel(make_context(dataset, job_id=jobs.list_jobs(ctx)[0].id))

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
