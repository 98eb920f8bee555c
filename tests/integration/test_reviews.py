"""What a person decides of what was found: in the dataset, in the store, and taken
back."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest
from fiftyone import ViewField as F
from fiftyone.operators.store import ExecutionStore

from fiftyone_milvus.analysis import cross_duplicates
from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from fiftyone_milvus.metrics import distances
from harness import datasets
from harness.context import PLUGIN, make_context, triggered
from harness.panel import CheckedPanel
from plugin.app import analysis_forms, decisions, tag_changes

pytestmark = pytest.mark.on_lite
panel = CheckedPanel()


LABELS = ["dog", *["dog", "cat"] * 6][:12]


@pytest.fixture(scope="module")
def made(milvus_of_module):
    """Cats and dogs, far apart, in the index ``samples``, and as patches in the index
    ``patches``."""
    dataset = datasets.make_vectors_dataset(12, 4, 1)
    dataset.add_sample_field("name", fo.StringField)
    for number, sample in enumerate(dataset.iter_samples(autosave=True)):
        vector = np.array([number % 2, 1 - number % 2, 0.001 * number, 1], np.float32)
        sample["embeddings"] = vector
        sample["kind"] = fo.Classification(label="none", confidence=0.5)
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


@pytest.fixture
def animals(milvus, made):
    """The same, of which the first has the other's label; nothing is found yet."""
    made.reload()
    made.set_values("kind.label", LABELS)
    made.set_values("name", LABELS)
    counts = made.values(F("ground_truth.detections").length())
    patches = [[label] * n for label, n in zip(LABELS, counts, strict=True)]
    for of_first in patches[:1]:
        of_first[1:] = ["cat"] * (len(of_first) - 1)
    made.set_values("ground_truth.detections.label", patches)
    made.untag_samples(made.distinct("tags"))
    ExecutionStore.create(analysis_forms.RESULTS, made._doc.id).clear()
    return made


def find(dataset: fo.Dataset, name: str, **params: Any) -> dict[str, Any]:
    """What an operator finds, as the panel asks for it."""
    context = {"dataset": dataset}
    foo.execute_operator(f"{PLUGIN}/{name}", ctx=context, params=params)
    return panel.find_result(make_context(dataset, operator=name))["found"]


def outliers(dataset: fo.Dataset, key: str = "samples", field: str = "kind") -> Any:
    params = {"brain_key": key, "label_field": field, "k": 3}
    return find(dataset, "find_label_outliers", **params)


def decide(
    dataset: fo.Dataset,
    found: dict[str, Any],
    action: str,
    groups: list[int],
    operator: str = "find_label_outliers",
    view: fo.DatasetView | None = None,
    **params: Any,
) -> Any:
    given = {"operator": operator, "found_id": found["found_id"], "action": action}
    ctx = make_context(dataset, view=view, **given, groups=groups, **params)
    return panel.decide_found(ctx)


def test_what_was_found_last_is_there_with_what_was_decided(animals):
    nothing = {"operator": None, "found": None, "decisions": []}
    assert panel.find_result(make_context(animals)) == nothing
    find(animals, "find_duplicates", brain_key="samples", thresh=0.1)
    found = find(animals, "find_unique", brain_key="samples", count=3)
    animals.select(found["ids"][1]).tag_samples("odd")
    name = "find_unique"
    made = decide(animals, found, "tag", [0, 1], name, tag=" odd ")["decisions"]
    assert [(one["tag"], one["changed"]) for one in made] == [("odd", 1), ("odd", 0)]
    left = {"group": 2, "tag": None, "label": None, "keep": None, "changed": 0}
    left |= {"deletion": False, "deleted": 0}
    assert decide(animals, found, "leave", [2], name)["decisions"] == [left]
    last = panel.find_result(make_context(animals))
    assert (last["operator"], last["found"]) == (name, found)
    assert last["decisions"] == [*made, left]
    # what had the tag keeps it
    assert decide(animals, found, "undo", [0, 1], name)["decisions"] == []
    assert animals.match_tags("odd").values("id") == [found["ids"][1]]
    assert panel.find_result(make_context(animals))["decisions"] == [left]
    runs.rename(animals, "samples", "renamed")
    assert panel.find_result(make_context(animals)) == nothing
    runs.rename(animals, "renamed", "samples")


def test_all_but_the_one_that_is_kept_are_tagged(animals):
    found = find(animals, "find_duplicates", brain_key="samples", thresh=0.1)
    group = found["groups"][0]["ids"]
    name, many = "find_duplicates", len(group) - 1
    [made] = decide(animals, found, "tag", [0], name, keeps=[2], tag="twin")[
        "decisions"
    ]
    assert (made["keep"], made["changed"]) == (2, many)
    assert set(animals.match_tags("twin").values("id")) == set(group) - {group[2]}
    # a second window decides nothing twice
    [again] = decide(animals, found, "tag", [0], name, keeps=[0], tag="other")[
        "decisions"
    ]
    assert again == made and animals.match_tags("other").count() == 0
    decide(animals, found, "undo", [0], name)
    assert animals.match_tags("twin").count() == 0


@pytest.mark.parametrize(
    ("key", "field", "path"),
    [
        ("samples", "kind", "kind.label"),
        ("samples", "name", "name"),
        ("patches", "ground_truth", "ground_truth.detections[].label"),
    ],
)
def test_an_outlier_gets_the_suggested_label_and_its_own_back(
    animals, key, field, path
):
    before = animals.values(path, unwind=True)
    found = outliers(animals, key, field)
    assert [one["suggested"] for one in found["outliers"]] == ["cat"]
    [made] = decide(animals, found, "relabel", [0])["decisions"]
    assert (made["label"], made["tag"], made["changed"]) == ("cat", None, 1)
    animals.reload()
    assert animals.values(path, unwind=True) == ["cat", *before[1:]]
    assert animals.first().kind.confidence == 0.5  # the rest of the label stays
    assert decide(animals, found, "undo", [0])["decisions"] == []
    assert animals.values(path, unwind=True) == before


def test_patches_that_the_grid_shows_have_the_new_label_too(animals):
    found = outliers(animals, "patches", "ground_truth")
    view = animals.to_patches("ground_truth")
    given = {"operator": "find_label_outliers", "found_id": found["found_id"]}
    ctx = make_context(animals, view=view, **given, action="relabel", groups=[0])
    assert "error" not in panel.decide_found(ctx)
    assert triggered(ctx, "reload_samples")
    assert view.first().ground_truth.label == "cat"
    decide(animals, found, "undo", [0], view=view)
    assert view.first().ground_truth.label == "dog"
    assert animals.first().ground_truth.detections[0].label == "dog"


def test_a_label_that_was_changed_since_stays_as_it_is(animals):
    found = outliers(animals)
    animals.set_values("kind.label", ["bird", *animals.values("kind.label")[1:]])
    answer = decide(animals, found, "relabel", [0])
    assert "was changed or deleted since" in answer["error"]["message"]
    assert animals.first().kind.label == "bird"
    assert panel.find_result(make_context(animals))["decisions"] == []
    animals.set_values("kind.label", ["dog", *animals.values("kind.label")[1:]])
    decide(animals, found, "relabel", [0])
    animals.set_values("kind.label", ["bird", *animals.values("kind.label")[1:]])
    answer = decide(animals, found, "undo", [0])
    assert "was changed or deleted since" in answer["error"]["message"]
    assert animals.first().kind.label == "bird"


def test_a_read_only_field_is_not_relabeled(animals):
    found = outliers(animals)
    field = animals.get_field("kind.label")
    field.read_only = True
    field.save()
    assert "read-only" in decide(animals, found, "relabel", [0])["error"]["message"]
    field.read_only = False
    field.save()


def test_what_ends_between_storing_and_doing_can_be_undone(animals, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_: Any, **__: Any) -> None:
        raise Killed

    found = outliers(animals)
    for name, module, params in (
        ("tag_results", tag_changes, {"action": "tag", "tag": "odd"}),
        ("correct", decisions.relabeling, {"action": "relabel"}),
    ):
        given = {"operator": "find_label_outliers", "found_id": found["found_id"]}
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(module, name, kill)
            panel.decide_found(make_context(animals, **given, groups=[0], **params))
        [made] = panel.find_result(make_context(animals))["decisions"]
        assert made["tag" if name == "tag_results" else "label"] is not None
        if name == "tag_results":
            assert decide(animals, found, "undo", [0])["decisions"] == []
    assert animals.first().kind.label == "dog"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"found_id": "other"}, "found since"),
        ({"operator": "search"}, "found since"),
        ({"action": "delete"}, "no action"),
        ({"groups": [7]}, "Only 1 groups"),
        ({"groups": [-1]}, "groups is -1"),
        ({"groups": [True]}, "groups is True"),
        ({"groups": "0"}, "list of whole numbers"),
        ({"keeps": [0]}, "no member 0 to keep"),
        ({"action": "tag"}, "tag"),
        ({"action": "tag", "tag": " "}, "tag"),
    ],
)
def test_what_no_window_asks_is_refused(animals, params, words):
    found = outliers(animals)
    given = {"operator": "find_label_outliers", "found_id": found["found_id"]}
    asked = {**given, "action": "relabel", "groups": [0], **params}
    answer = panel.decide_found(make_context(animals, **asked))
    assert words in answer["error"]["message"]
    assert answer["error"]["code"] == "invalid"
    assert animals.first().kind.label == "dog" and not animals.distinct("tags")


def test_only_outliers_are_relabeled(animals):
    found = find(animals, "find_unique", brain_key="samples", count=3)
    answer = decide(animals, found, "relabel", [0], "find_unique")
    assert "Only label outliers" in answer["error"]["message"]


@pytest.fixture
def archive(milvus):
    """A dataset with the first two of them, and one that they have not."""
    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(f"/archive/{n}.png") for n in range(3)])
    vectors = np.array([[0, 1, 0, 1], [1, 0, 0.001, 1], [0, 0, 9, -1]], np.float32)
    build_from = {"backend": "milvus", "brain_key": "all", "metric": "cosine"}
    fob.compute_similarity(dataset, embeddings=vectors, **build_from)
    yield dataset
    runs.cleanup(dataset, "all")
    dataset.delete()


def test_what_another_dataset_has_too_is_found_drawn_and_tagged(animals, archive):
    name, other = "find_duplicates_in_dataset", {"other_dataset": archive.name}
    asked = {"brain_key": "samples", **other}
    options = panel.find_options(make_context(animals, **asked))
    assert archive.name in options["other_datasets"]
    assert animals.name not in options["other_datasets"]
    assert options["other_keys"] == ["all"]
    params = {**asked, "other_key": "all", "thresh": 1e-9}
    found = find(animals, name, **params)
    ids, theirs = animals.values("id"), archive.values("id")
    pairs = [(one["id"], one["other_id"]) for one in found["matches"]]
    assert sorted(pairs) == sorted(zip(ids[:2], theirs[:2], strict=True))
    assert found["message"].startswith(f"'{archive.name}' has near duplicates of 2 of")
    asked = {"brain_key": "all", **other, "ids": theirs[:1], "sample_ids": theirs[:1]}
    [item] = panel.found_items(make_context(animals, **asked))["items"]
    assert item["filepath"] == archive.first().filepath
    decide(animals, found, "tag", [0, 1], name, tag="both")
    assert animals.match_tags("both").values("id") == ids[:2]
    assert archive.distinct("tags") == []
    answer = panel.found_items(make_context(animals, **asked | {"other_dataset": "no"}))
    assert "no dataset" in answer["error"]["message"]


def test_what_is_near_in_another_dataset_is_what_all_pairs_say(animals, archive):
    ours, theirs = runs.load(animals, "samples"), runs.load(archive, "all")
    vectors = np.array(animals.values("embeddings"))
    others = theirs.vectors_of(archive.values("id"))
    dists = distances("cosine", vectors, others).min(axis=1)
    for thresh in (0.0, 1e-6, 1e-5, 0.3):
        found = cross_duplicates.find_duplicates_in(ours, theirs, thresh)
        wanted = [
            id_
            for id_, dist in zip(animals.values("id"), dists, strict=True)
            if dist <= thresh
        ]
        assert set(found.ids) >= set(wanted)
        assert all(match.dist <= thresh for match in found.matches)
        assert len(found.ids) - len(wanted) <= 2  # equal, up to the last digit
