"""What the panel's Search tab asks, and what it gets."""

from dataclasses import fields

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches import search
from fiftyone_milvus.searches.request import SearchRequest
from harness import contract
from harness.context import execute, make_context, triggered
from harness.layers import calls_between_files, level_of
from harness.panel import CheckedPanel
from plugin.panels import search_payloads

pytestmark = pytest.mark.on_lite

panel = CheckedPanel()
SOURCE = build.Source(embeddings_field="embeddings")
MOST_FILES = 37  # that a search enters; read them before you raise it
VECTOR = {"query": {"terms": [{"vector": [1.0] * 16}]}}


def shown_ids(ctx) -> list[str]:
    """The ids of the view that was put into the grid."""
    [params] = triggered(ctx, "set_view")
    view = fo.DatasetView._build(ctx.dataset, params["view"])
    return view.values("id")


def test_the_panel_can_ask_for_every_option_of_a_search():
    options = {field.name for field in fields(SearchRequest)}
    # the view is that of the grid; only Python names what was seen already
    assert contract.method_params("search") == options - {"view", "exclude"} | {"scope"}


def test_search_puts_the_matches_into_the_grid_in_order(indexed):
    query = indexed.values("id")[4]
    ctx = make_context(indexed, query=query_of(query), brain_key="idx", k=10)
    found = panel.search(ctx)
    matches = found["results"]
    assert [match["id"] for match in matches] == shown_ids(ctx)
    assert matches[0]["id"] == query and matches[0]["rank"] == 1
    assert matches[0]["filepath"] == indexed[query].filepath
    scores = [match["score"] for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert found["total"] == 10 and found["score"] == "similarity"


def test_a_search_calls_from_layer_to_layer_and_never_back(indexed):
    query = query_of(indexed.values("id")[4])
    ctx = make_context(indexed, query=query, brain_key="idx", k=10)
    calls = calls_between_files(lambda: panel.search(ctx))
    files = {path for call in calls for path in call}
    assert {"panels/search_tab.py", "fiftyone_milvus/store/client.py"} <= files
    assert len(files) <= MOST_FILES
    assert [call for call in calls if level_of(call[1]) > level_of(call[0])] == []


def test_patch_matches_have_their_boxes_and_labels(dataset):
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
    ctx = make_context(dataset, query=query_of(detection.id), brain_key="p", k=5)
    matches = panel.search(ctx)["results"]
    assert matches[0]["id"] == detection.id
    assert matches[0]["box"] == detection.bounding_box
    assert matches[0]["label"] == detection.label
    assert [match["id"] for match in matches] == shown_ids(ctx)


def test_search_stays_in_the_view_and_clear_brings_it_back(indexed):
    view = indexed.match(fo.ViewField("cluster") == 1)
    query = indexed.values("id")[0]
    params = {"brain_key": "idx", "k": 5, "scope": "view"}
    params["query"] = query_of(query)
    ctx = make_context(indexed, view=view, **params)
    found = panel.search(ctx)
    assert {match["id"] for match in found["results"]} <= set(view.values("id"))
    # which would have the App ask for its page again
    assert triggered(ctx, "patch_panel_state") == []

    # a second search is in that view again, not in the first one's five matches
    again = after(ctx, **{**params, "k": 8})
    assert len(panel.search(again)["results"]) == 8

    back = after(again)
    panel.clear_results(back)
    assert shown_ids(back) == view.values("id")


def test_filters_are_part_of_the_view_over_results_and_saved_views_too(indexed):
    ids = indexed.values("id")
    indexed.select(ids[:8]).tag_samples("odd")
    odd = {"tags": {"values": ["odd"], "exclude": False, "isMatching": True}}
    asked = {"brain_key": "idx", "scope": "view", "k": 100, "query": query_of(ids[0])}
    ctx = make_context(indexed, filters=odd, **asked)
    assert panel.view_count(ctx) == {"count": 8, "shows_results": False}
    found = panel.search(ctx)
    assert {match["id"] for match in found["results"]} == set(ids[:8])
    assert found["in_view"] == 8

    # all are matches, and what they are filtered by is what the next search is among
    ctx = make_context(indexed, **{**asked, "scope": "dataset"})
    assert panel.search(ctx)["in_view"] is None
    filtered = after(ctx, filters=odd, **asked)
    assert panel.view_count(filtered) == {"count": 8, "shows_results": True}
    assert panel.search(filtered)["total"] == 8
    # a filter that was set after the search is no part of what comes back
    cleared = after(ctx, filters=odd)
    panel.clear_results(cleared)
    assert triggered(cleared, "set_view") == [{"view": []}]

    indexed.save_view("first", indexed.limit(20))
    opened = make_context(indexed, view_name="first", filters=odd, **asked)
    assert panel.view_count(opened)["count"] == 8
    assert panel.search(opened)["searched"] == 8


@pytest.mark.parametrize("of", ["samples", "patches"])
def test_a_lasso_in_the_embeddings_panel_is_part_of_the_view(indexed, of):
    ids = indexed.values("id")
    if of == "samples":
        lasso = fo.Select(ids[:8])
    else:
        labels = indexed.limit(8).values("ground_truth.detections.id", unwind=True)
        lasso = fo.MatchLabels(fields=["ground_truth"], ids=labels)
    asked = {"brain_key": "idx", "scope": "view", "k": 100, "query": query_of(ids[0])}
    ctx = make_context(indexed, lasso=lasso, **asked)
    assert panel.view_count(ctx) == {"count": 8, "shows_results": False}
    found = panel.search(ctx)
    assert {match["id"] for match in found["results"]} == set(ids[:8])
    panel.clear_results(cleared := after(ctx))
    [back] = triggered(cleared, "set_view")
    there = fo.DatasetView._build(indexed, back["view"])
    assert there.values("id") == ids[:8]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_score": 2}, "the first result has 1.000. Change them in More options"),
        ({"max_score": -2}, "within the limits (max -2)"),
        ({"where": {"number": {"min": 500}}}, "passes the filter on number."),
        ({"k": 1, "exclude_query": True, "scope": "view"}, "results are excluded."),
        (
            {"min_score": 2, "where": {"number": {"min": 500}}},
            "Loosen the limits of the score and the filter.",
        ),
    ],
    ids=str,
)
def test_without_a_result_it_says_why_and_clear_brings_the_view_back(
    dataset, options, words
):
    build.build(dataset, "idx", SOURCE, filter_fields=["number"])
    view, query = dataset.limit(1), query_of(dataset.first().id)
    asked = {"brain_key": "idx", "k": 5, "query": query, **options}
    ctx = make_context(dataset, view=view, **asked)
    found = panel.search(ctx)
    assert found["total"] == 0 and found["results"] == [] and shown_ids(ctx) == []
    assert words in found["empty"]["reason"]
    back = after(ctx)
    panel.clear_results(back)
    assert shown_ids(back) == view.values("id")


def test_a_view_without_anything_of_the_index_is_named_as_the_reason(dataset):
    build.build(dataset.limit(5), "idx", SOURCE)
    params = {"brain_key": "idx", "k": 5, "query": query_of(dataset.first().id)}
    rest = make_context(dataset, view=dataset.skip(5), scope="view", **params)
    assert (
        "Search in Dataset, or sync the index" in panel.search(rest)["empty"]["reason"]
    )
    runs.load(dataset, "idx").rows.delete(dataset.limit(5).values("id"))
    query = {"terms": [{"vector": [1.0] * 16}]}
    ctx = make_context(dataset, **{**params, "query": query})
    empty = panel.search(ctx)["empty"]
    assert empty["reason"].startswith("The index 'idx' is empty")
    assert empty["limits"] == ()


def after(ctx, **kwargs):
    """The context of the panel's next event, when the browser has done what ``ctx``
    triggered."""
    [shown] = triggered(ctx, "set_view")
    view = fo.DatasetView._build(ctx.dataset, shown["view"])
    return make_context(ctx.dataset, view=view, **kwargs)


def query_of(*ids) -> dict:
    return {"terms": [{"id": id_} for id_ in ids]}


def test_the_next_matches_need_no_other_search(indexed, monkeypatch):
    ids = indexed.values("id")
    more = [fo.Sample(f"{i}.png", embeddings=[i, 1.0] * 8) for i in range(20)]
    indexed.add_samples(more, progress=False)
    execute("sync_index", indexed, brain_key="idx")
    asked = {"brain_key": "idx", "k": 115}
    found = panel.search(make_context(indexed, query=query_of(ids[0]), **asked))
    monkeypatch.setattr(search, "search_index", None)
    ctx = make_context(indexed, token=found["token"], start=len(found["results"]))
    listed = found["results"] + panel.next_results(ctx)["results"]
    assert len(found["results"]) == search_payloads.SHOWN_RESULTS
    assert [match["rank"] for match in listed] == list(range(1, found["total"] + 1))
    scores = [match["score"] for match in listed]
    assert scores == sorted(scores, reverse=True)
    assert len({match["id"] for match in listed}) == 115
    gone = panel.next_results(make_context(indexed, token="nope", start=0))
    assert "Search again" in gone["error"]["message"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"k": 0}, "ask for 1 or more"),
        ({"k": 20_000}, "Ask for 1 to 10,000 results"),
        ({"k": 5, "query": {"terms": [{"text": "bird"}]}}, "can't embed text"),
        ({"k": 5, "brain_key": "nope"}, "no Milvus index 'nope'"),
        ({"k": 5, "query": {"terms": []}}, "there is none"),
    ],
    ids=str,
)
def test_a_search_that_cannot_be_answers_with_a_sentence(indexed, params, words):
    answer = panel.search(
        make_context(indexed, **{"brain_key": "idx", **VECTOR, **params})
    )
    assert words in answer["error"]["message"]


def test_an_empty_view_answers_with_a_sentence(indexed):
    asked = {"brain_key": "idx", "k": 5, "scope": "view", **VECTOR}
    ctx = make_context(indexed, view=indexed.limit(0), **asked)
    assert "view is empty" in panel.search(ctx)["error"]["message"]


# -- what follows a search


def search_for(dataset, **params):
    """A search of the index of samples; its context, and its answer."""
    query = query_of(*dataset.values("id")[:1])
    asked = {"brain_key": "idx", "query": query, "k": 10, "scope": "dataset", **params}
    contract.check_params("search", asked)
    ctx = make_context(dataset, **asked)
    return ctx, panel.search(ctx)


def test_several_terms_explain_each_match_on_every_page(indexed):
    first, second = indexed.values("id")[:2]
    query = {"terms": [{"id": first}, {"id": second, "negative": True}]}
    _, found = search_for(indexed, query=query)
    ctx = make_context(indexed, token=found["token"], start=4)
    for match in found["results"] + panel.next_results(ctx)["results"]:
        vectors = [
            np.array(indexed[i].embeddings) for i in (match["id"], first, second)
        ]
        unit = [v / np.linalg.norm(v) for v in vectors]
        assert match["term_scores"] == pytest.approx(
            [unit[0] @ unit[1], unit[0] @ unit[2]], abs=1e-4
        )
    _, single = search_for(indexed)
    assert single["results"][0]["term_scores"] is None


def test_merged_rankings_say_each_matches_rank_in_both(indexed):
    build.build(indexed, "other", SOURCE, metric="euclidean")
    _, found = search_for(indexed, fuse_with="other", k=8)
    ctx = make_context(indexed, token=found["token"], start=4)
    matches = found["results"] + panel.next_results(ctx)["results"]
    ranks = {}
    for key in ("idx", "other"):
        _, alone = search_for(indexed, brain_key=key, k=8)
        ctx = make_context(indexed, token=alone["token"], start=4)
        listed = alone["results"] + panel.next_results(ctx)["results"]
        ranks[key] = {match["id"]: match["rank"] for match in listed}
    for match in matches:
        assert match["notes"] == [
            f"{ranks[key][match['id']]}. in '{key}'"
            if match["id"] in ranks[key]
            else f"not found in '{key}'"
            for key in ranks
        ]


def test_images_found_by_objects_say_how_near_these_are(dataset):
    build.build(
        dataset,
        "p",
        build.Source(embeddings_field="embedding"),
        patches_field="ground_truth",
    )
    objects = dataset.values("ground_truth.detections.id", unwind=True)
    terms = [{"id": objects[0]}, {"id": objects[1], "negative": True}]
    asked = {"brain_key": "p", "query": {"terms": terms}}
    _, found = search_for(dataset, **asked, k=3, min_matches=2)
    _, alone = search_for(dataset, **asked, k=len(objects))
    near = {}
    for match in alone["results"]:
        near.setdefault(match["sample_id"], []).append(match)
    assert len(found["results"]) == 3
    for match in found["results"]:
        best = near[match["id"]][:2]
        scores = ", ".join(f"{one['score']:.3f}" for one in best)
        assert match["notes"] == [f"matching objects: {scores}"]
        assert match["term_scores"] == pytest.approx(best[1]["term_scores"], abs=1e-4)


def test_the_index_is_searched_with_other_parameters_once(dataset, milvus):
    build.build(dataset, "idx", SOURCE, index_type="HNSW")
    listed = panel.overview(make_context(dataset))["indexes"]
    assert (listed[0]["index_type"], listed[0]["search_params"]) == ("HNSW", ["ef"])
    _, found = search_for(dataset, search_params={"ef": 500})
    assert found["results"][0]["id"] == dataset.first().id
    past = panel.search_history(make_context(dataset, skip=0))["searches"][0]
    again = panel.rerun_search(make_context(dataset, id=past["id"]))
    assert again["request"]["search_params"] == {"ef": 500}
    for params, words in (
        ({"nprobe": 3}, "has no search_params"),
        ({"ef": 0}, "ef must be"),
    ):
        ctx = make_context(
            dataset, **VECTOR, brain_key="idx", k=3, search_params=params
        )
        assert words in panel.search(ctx)["error"]["message"]


def test_the_histogram_counts_every_match_but_the_query(indexed):
    _, found = search_for(indexed, k=100)
    histogram, results = found["histogram"], found["results"]
    assert [match["is_query"] for match in results] == [True] + [False] * 99
    assert sum(histogram["counts"]) == 99
    first, last = results[1]["score"], results[-1]["score"]
    assert (histogram["first"], histogram["last"]) == (first, last)
    assert search_for(indexed, k=1)[1]["histogram"] is None


def test_what_is_open_in_the_modal_is_a_result_or_a_term_alone(indexed):
    ctx, found = search_for(indexed, k=7)
    asked = {"token": found["token"], "brain_key": "idx"}
    for match in (found["results"][0], found["results"][6]):
        opened = panel.opened_item(after(ctx, id=match["id"], **asked))
        assert opened["result"] == match
        assert opened["chip"]["term"] == {"id": match["id"]}
        assert opened["chip"]["media"]["filepath"] == match["filepath"]
    results = [match["id"] for match in found["results"]]
    other = indexed.exclude(results).first().id
    opened = panel.opened_item(make_context(indexed, id=other, **asked))
    assert opened["result"] is None and opened["chip"]["term"] == {"id": other}
    gone = panel.opened_item(make_context(indexed, id="f" * 24, **asked))
    assert gone == {"result": None, "chip": None}


def test_of_a_patch_that_is_open_the_modal_shows_the_first_result(dataset):
    build.build(
        dataset,
        "p",
        build.Source(embeddings_field="embedding"),
        patches_field="ground_truth",
    )
    label = dataset.first().ground_truth.detections[0].id
    query = {"terms": [{"id": label}]}
    ctx = make_context(dataset, brain_key="p", k=5, query=query)
    found = panel.search(ctx)
    asked = {"token": found["token"], "brain_key": "p"}
    opened = panel.opened_item(after(ctx, id=label, **asked))
    assert opened["result"] == found["results"][0]
    assert opened["chip"]["term"] == {"id": label}
    sample = panel.opened_item(make_context(dataset, id=dataset.first().id, **asked))
    assert sample["result"] == found["results"][0]
    assert sample["chip"]["term"] == {"sample_id": dataset.first().id}


def test_a_cut_leaves_the_first_matches_in_the_grid_and_the_view_to_go_back_to(indexed):
    view = indexed.match(fo.ViewField("cluster") == 1)
    ctx = make_context(
        indexed, view=view, scope="view", k=10, brain_key="idx", **VECTOR
    )
    found = panel.search(ctx)
    assert found["searched"] == found["in_view"] == 20
    cut = after(ctx, token=found["token"], keep=3)
    assert panel.keep_results(cut) == {}
    assert shown_ids(cut) == [match["id"] for match in found["results"][:3]]
    counted = after(cut, brain_key="idx")
    assert panel.view_count(counted) == {"count": 20, "shows_results": True}
    back = after(cut)
    panel.clear_results(back)
    assert shown_ids(back) == view.values("id")


def test_matches_that_were_saved_as_a_view_are_searched_like_any_view(indexed):
    ctx = make_context(indexed, k=5, brain_key="idx", **VECTOR)
    token = panel.search(ctx)["token"]
    panel.save_view(after(ctx, token=token, keep=5, name="matches"))
    indexed.reload()
    opened = make_context(indexed, view_name="matches", brain_key="idx")
    assert panel.view_count(opened) == {"count": 5, "shows_results": False}
    counted = panel.view_count(after(ctx, brain_key="idx"))
    assert counted == {"count": 100, "shows_results": True}
    panel.clear_results(opened)
    assert shown_ids(opened) == indexed.load_saved_view("matches").values("id")


def test_a_search_of_selected_samples_stays_among_them(indexed):
    some = indexed.values("id")[:7]
    asked = {"brain_key": "idx", "k": 50, "scope": "selected", **VECTOR}
    found = panel.search(make_context(indexed, selected=some, **asked))
    assert {match["id"] for match in found["results"]} == set(some)
    assert found["searched"] == 7


def test_the_history_makes_a_search_again_with_all_of_its_parts(indexed):
    ids = indexed.values("id")
    terms = [{"id": ids[0], "weight": 2.0}, {"id": ids[1], "negative": True}]
    _, made = search_for(indexed, query={"terms": terms}, k=7, exclude_query=True)
    listed = panel.search_history(make_context(indexed, skip=0))
    assert listed["total"] == 1 and listed["saved"] == []
    [past] = listed["searches"]
    assert past["label"] == "1 image, not like 1 image" and past["results"] == 7

    again = panel.rerun_search(make_context(indexed, id=past["id"]))
    assert again["results"] == made["results"]
    assert again["request"] == {
        "brain_key": "idx",
        "k": 7,
        "scope": "dataset",
        "exclude_query": True,
    }
    assert [chip["term"] for chip in again["chips"]] == terms
    paths = [chip["media"]["filepath"] for chip in again["chips"]]
    assert paths == [indexed[i].filepath for i in ids[:2]]
    assert past["media"]["filepath"] == paths[0]

    panel.delete_searches(make_context(indexed))
    assert panel.search_history(make_context(indexed, skip=0))["total"] == 0


@pytest.mark.parametrize(("keep", "total", "shown"), [(12, 12, 12), (3, 7, 3)])
def test_the_address_restores_as_many_results_as_it_says(indexed, keep, total, shown):
    search_for(indexed, k=7)
    exact = [match["id"] for match in search_for(indexed, k=12)[1]["results"]]
    past = panel.search_history(make_context(indexed, skip=0))
    asked = {"id": past["searches"][1]["id"], "restore": True, "keep": keep}
    ctx = make_context(indexed, **asked)
    again = panel.rerun_search(ctx)
    assert again["total"] == total and again["request"]["k"] == 7
    assert again["history_id"] == asked["id"]
    assert shown_ids(ctx) == exact[:shown]
    # nothing of that is set again after a reload
    reloaded = after(ctx, **asked)
    assert panel.rerun_search(reloaded)["total"] == total
    assert triggered(reloaded, "set_view") == []
    # the App has gone back to its view by itself
    went = make_context(indexed, **asked, in_grid=True)
    assert panel.rerun_search(went)["total"] == total
    assert triggered(went, "set_view") == []
    assert panel.search_history(make_context(indexed, skip=0))["total"] == 2


def test_a_saved_search_is_made_again_and_deleted(indexed):
    _, made = search_for(indexed)
    panel.save_search(make_context(indexed, token=made["token"], name="best"))
    assert panel.search_history(make_context(indexed, skip=0))["saved"] == ["best"]
    again = panel.rerun_search(make_context(indexed, name="best"))
    assert again["results"] == made["results"]
    panel.delete_searches(make_context(indexed, name="best"))
    assert panel.search_history(make_context(indexed, skip=0))["saved"] == []


def test_the_matches_are_tagged_or_the_ticked_ones(indexed):
    _, made = search_for(indexed)
    token, ids = made["token"], [match["id"] for match in made["results"]]
    panel.tag_results(make_context(indexed, token=token, keep=4, tag="good"))
    assert set(indexed.match_tags("good").values("id")) == set(ids[:4])
    others = [id_ for id_ in indexed.values("id") if id_ not in ids]
    asked = {"token": token, "keep": 4, "tag": "odd"}
    panel.tag_results(make_context(indexed, selection=[ids[5], others[0]], **asked))
    assert indexed.match_tags("odd").values("id") == [ids[5]]
    refused = panel.tag_results(make_context(indexed, selection=others, **asked))
    assert "Nothing that is selected" in refused["error"]["message"]
    assert indexed.match_tags("odd").values("id") == [ids[5]]


def test_a_tag_is_removed_from_those_that_it_was_added_to(indexed):
    _, made = search_for(indexed)
    ids = [match["id"] for match in made["results"]]
    indexed.select(ids[1]).tag_samples("good")
    asked = {"token": made["token"], "keep": 3, "tag": "good"}
    tagged = panel.tag_results(make_context(indexed, **asked))
    assert tagged["changed"] == [ids[0], ids[2]]
    assert panel.tags(make_context(indexed, token=made["token"]))["tags"] == ["good"]
    page = panel.next_results(make_context(indexed, token=made["token"], start=0))
    assert [match["tags"] for match in page["results"][:4]] == [["good"]] * 3 + [[]]
    undone = panel.tag_results(
        make_context(indexed, selection=tagged["changed"], remove=True, **asked)
    )
    assert undone["changed"] == [ids[0], ids[2]]
    assert indexed.match_tags("good").values("id") == [ids[1]]


def test_labels_that_are_matches_have_tags(dataset):
    build.build(
        dataset,
        "p",
        build.Source(embeddings_field="embedding"),
        patches_field="ground_truth",
    )
    query = query_of(dataset.first().ground_truth.detections[0].id)
    made = panel.search(make_context(dataset, brain_key="p", k=4, query=query))
    token = made["token"]
    asked = {"token": token, "keep": 2, "tag": "odd"}
    tagged = panel.tag_results(make_context(dataset, **asked))
    assert tagged["changed"] == [match["id"] for match in made["results"][:2]]
    again = panel.tag_results(make_context(dataset, **asked))
    assert again["changed"] == []
    page = panel.next_results(make_context(dataset, token=token, start=0))
    assert [match["tags"] for match in page["results"]] == [["odd"]] * 2 + [[]] * 2
    assert panel.tags(make_context(dataset, token=token))["tags"] == ["odd"]


def test_more_matches_are_the_same_search_and_the_grid_follows(indexed):
    count = len(indexed)
    query = {"terms": [{"vector": [1.0] * 16}]}
    ctx = make_context(indexed, brain_key="idx", k=15, query=query)
    first = panel.search(ctx)
    more = after(ctx, token=first["token"])
    found = panel.more_results(more)
    listed = [match["id"] for match in found["results"]]
    assert listed[:15] == [match["id"] for match in first["results"]]
    assert len(listed) == min(30, count) and shown_ids(more) == listed
    assert len(panel.search_history(make_context(indexed))["searches"]) == 1
    # of the view that was searched from
    back = after(more)
    panel.clear_results(back)
    assert triggered(back, "set_view") == [{"view": []}]


def test_what_the_sidebar_filters_is_what_is_listed_tagged_and_saved(indexed):
    ids = indexed.values("id")
    odd = {"tags": {"values": ["odd"], "exclude": False, "isMatching": True}}
    ctx = make_context(indexed, brain_key="idx", k=12, query=query_of(ids[0]))
    found = panel.search(ctx)
    listed = [match["id"] for match in found["results"]]
    indexed.select([listed[2], listed[7]]).tag_samples("odd")
    kept = {"token": found["token"], "keep": 12}
    in_grid = panel.results_in_grid(after(ctx, filters=odd, **kept))
    assert in_grid == {"positions": [2, 7]}
    panel.tag_results(after(ctx, filters=odd, tag="seen", **kept))
    assert set(indexed.match_tags("seen").values("id")) == {listed[2], listed[7]}
    panel.save_view(after(ctx, filters=odd, name="both", **kept))
    indexed.reload()
    assert indexed.load_saved_view("both").values("id") == [listed[2], listed[7]]
    # where the grid shows something else, its filters are of that
    elsewhere = make_context(indexed, filters=odd, **kept)
    assert panel.results_in_grid(elsewhere)["positions"] == [*range(12)]


def test_the_limit_that_excludes_most_is_named(dataset):
    build.build(dataset, "idx", SOURCE, filter_fields=["number"])
    query = query_of(dataset.first().id)
    asked = {"brain_key": "idx", "k": 9, "query": query, "where": {"number": [3]}}
    view = dataset.limit(2)
    ctx = make_context(dataset, view=view, scope="view", **asked)
    # without the filter there are two, without the view one
    assert panel.search(ctx)["empty"]["limits"] == ("filter",)
    ctx = make_context(dataset, **{**asked, "min_score": 2, "where": {"number": [999]}})
    assert panel.search(ctx)["empty"]["limits"] == ("score", "filter")


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_it_says_so_where_nothing_is_close(milvus, metric):
    vectors = np.random.default_rng(3).normal(size=(50, 16)) * 0.1
    vectors[:, 0] += 1
    dataset = fo.Dataset()
    dataset.add_samples(
        [fo.Sample(f"{i}.png", embeddings=v) for i, v in enumerate(vectors)],
        progress=False,
    )
    options = {"brain_key": "idx", "backend": "milvus", "metric": metric}
    index = fob.compute_similarity(dataset, embeddings="embeddings", **options)

    def said(*terms) -> str | None:
        asked = {"brain_key": "idx", "k": 5, "query": {"terms": [*terms]}}
        found = panel.search(make_context(dataset, **asked))
        return panel.closeness(make_context(dataset, token=found["token"]))["message"]

    away = {"vector": (-vectors[0] * 3).tolist()}
    assert "Nothing here is close" in said(away)
    assert said({"vector": vectors[4].tolist()}) is None
    assert said(away, {"vector": vectors[1].tolist(), "negative": True}) is None
    # the query itself isn't counted
    lone = fo.Sample("lone.png")
    dataset.add_sample(lone)
    index.add_to_index(np.array([away["vector"]]), [lone.id])
    assert "Nothing here is close" in said({"id": lone.id})
    index.cleanup()
    dataset.delete()


def test_the_matches_are_saved_as_a_view_in_their_order(indexed):
    _, made = search_for(indexed)
    kept = {"token": made["token"], "keep": 4}
    panel.save_view(make_context(indexed, name="nearest", **kept))
    indexed.reload()
    view = indexed.load_saved_view("nearest")
    assert view.values("id") == [match["id"] for match in made["results"][:4]]
    again = panel.save_view(make_context(indexed, name="nearest", **kept))
    assert "Type another name" in again["error"]["message"]


def test_what_is_selected_are_chips_and_alt_is_negative(indexed):
    first, second = indexed.values("id")[:2]
    ctx = make_context(indexed, selected=[first, second], brain_key="idx")
    ctx.request_params["selected_samples"] = [
        {"id": first, "type": "default"},
        {"id": second, "type": "alt"},
    ]
    chips = panel.selection(ctx)["chips"]
    assert [chip["term"] for chip in chips] == [
        {"id": first},
        {"id": second, "negative": True},
    ]
    assert chips[0]["media"]["filepath"] == indexed[first].filepath


def test_many_selected_samples_are_one_chip(indexed):
    ids = indexed.values("id")[:30]
    ctx = make_context(indexed, selected=ids, brain_key="idx")
    [chip] = panel.selection(ctx)["chips"]
    assert chip["term"] == {"result_ids": ids}


def test_a_selected_patch_is_itself_or_its_sample(indexed):
    """This index has no model to embed the patch's crop with."""
    sample = indexed.first()
    patch = sample.ground_truth.detections[0].id
    patches = indexed.to_patches("ground_truth")
    ctx = make_context(indexed, view=patches, selected=[patch], brain_key="idx")
    [chip] = panel.selection(ctx)["chips"]
    assert chip["term"] == {"id": sample.id} and chip["key"] == patch
    label = {"label_id": patch, "sample_id": sample.id, "field": "ground_truth"}
    ctx = make_context(indexed, selected_labels=[label], brain_key="idx")
    assert panel.selection(ctx)["chips"] == [chip]


def test_a_group_gives_its_best_match_alone(indexed):
    fields = panel.search_options(make_context(indexed))["group_by"]
    assert "cluster" in fields
    _, found = search_for(indexed, group_by="cluster", k=50)
    assert found["total"] == 5


def test_a_score_field_is_written_and_reported_to_the_app(indexed):
    ctx, found = search_for(indexed, score_field="near")
    assert triggered(ctx, "reload_dataset") == [{}]
    indexed.reload()
    best = found["results"][0]
    assert indexed[best["id"]]["near"] == pytest.approx(best["score"], abs=1e-5)


def test_patches_in_the_grid_are_no_view_of_the_persons(dataset):
    execute(
        "compute_index",
        dataset,
        brain_key="p",
        source="field",
        embeddings_field="embedding",
        patches_field="ground_truth",
    )
    ctx = make_context(dataset, brain_key="p", k=7, **VECTOR)
    assert panel.search(ctx)["total"] == 7
    total = dataset.count("ground_truth.detections")
    assert panel.view_count(after(ctx, brain_key="p")) == {
        "count": total,
        "shows_results": True,
    }
