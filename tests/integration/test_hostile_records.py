"""Records of runs with anything in them: they are read, listed and cleaned up in words,
and never in another way. ``harness.records`` keeps what was found."""

import json

import fiftyone as fo
import fiftyone.core.odm as foo
import hypothesis.strategies as st
import pytest
from bson import ObjectId, json_util
from hypothesis import HealthCheck, example, given, settings

from fiftyone_milvus.backend import runs, stored_run
from fiftyone_milvus.backend.collection_users import Records
from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.store.collection import check_name
from fiftyone_milvus.store.settings import ENV_PREFIX, Settings
from harness import datasets, records
from harness.context import make_context
from plugin.panels.milvus_panel import MilvusPanel

bounded = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# What MongoDB can hold; NUL ends a key there
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
keys = texts.map(lambda text: text.replace("\0", "").replace(".", "")).filter(
    lambda text: text and not text.startswith("$")
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | texts
    | st.binary(max_size=9)
    | st.sampled_from(["../../x", "/srv/x.db", "embedded", "$where", "_id", "a\0b"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)
OWN = (
    *("version", "dataset_id", "address", "db_name", "filled", "partial", "over"),
    *("alpha", "force_square", "model_stamp", "options"),
)
OPTIONS = (
    *("index_type", "index_params", "search_params", "partition", "num_shards"),
    *("replicas", "filter_fields"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)
options = st.dictionaries(st.sampled_from(OPTIONS) | texts, json_values, max_size=3)
own = st.dictionaries(st.sampled_from(OWN) | texts, json_values | options, max_size=4)
ext = own.map(json.dumps) | values
stages = st.lists(
    st.fixed_dictionaries(
        {
            "_cls": texts | st.sampled_from(["fiftyone.core.stages.Limit", "os.kill"]),
            "kwargs": st.lists(st.tuples(texts, json_values).map(list), max_size=2),
        }
    ).map(json_util.dumps)
    | texts,
    max_size=2,
)
configs = st.builds(
    lambda changed, settings_: records.config(**changed, **settings_),
    st.dictionaries(
        st.sampled_from([k for k in records.config() if k not in ("method", "ext")]),
        values,
        max_size=2,
    ),
    st.fixed_dictionaries({}, optional={"ext": ext}),
)
hostile = st.fixed_dictionaries(
    {"config": configs},
    optional={
        "timestamp": values,
        "view_stages": stages,
        "version": st.none() | texts,
    },
)
EXAMPLES = [
    *({"config": records.config(**one)} for one in records.BROKEN_CONFIGS.values()),
    *(
        {"config": records.config(ext=json.dumps(one))}
        for one in records.BROKEN_SETTINGS.values()
    ),
    *(
        {"config": records.config(), "view_stages": one}
        for one in records.BROKEN_VIEWS.values()
    ),
]


@pytest.fixture(scope="module")
def dataset():
    made = datasets.make_vectors_dataset(3)
    yield made
    made.delete()


@pytest.fixture(autouse=True)
def no_milvus(monkeypatch, tmp_path):
    """There is none: no address can be right, and the embedded one was never made, nor
    is it when the test has ended."""
    monkeypatch.setenv(f"{ENV_PREFIX}URI", "file:///nowhere")
    monkeypatch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path / "milvus"))
    yield
    assert not (tmp_path / "milvus").exists()


@pytest.mark.parametrize("record", EXAMPLES)
def test_what_was_found_is_damaged(record):
    found = stored_run.read("k", record)
    assert isinstance(found, stored_run.Broken)
    assert found.reason.endswith(".") and found.reason.isprintable()


@settings(bounded, max_examples=400)
@given(record=hostile)
def test_a_record_is_read_or_damaged(record):
    found = stored_run.read("k", record)
    if isinstance(found, stored_run.Broken):
        assert 0 < len(found.problem) < 3_000
        assert found.collection_name is None or not check_name(found.collection_name)
        return
    assert found.config["metric"] in ("cosine", "dotproduct", "euclidean")
    for name in (found.collection_name, found.own.db_name, found.own.options.partition):
        assert name is None or not check_name(name)
    address = found.own.address
    assert (
        address is None
        or Settings(None if address == "embedded" else address).address == address
    )
    hash((found.own.dataset_id, found.own.version))


@settings(bounded, max_examples=400)
@given(text=ext)
@example(text=records.DEEP)
def test_settings_are_read_or_refused(text):
    try:
        found = stored_run.parse(text)
    except VectorSearchError as e:
        assert str(e)
    else:
        assert isinstance(found.filled, bool) and isinstance(found.partial, bool)


@bounded
@given(record=hostile, link=st.sampled_from(["id", "text", "list", "object"]))
def test_a_hostile_record_fails_nobody(dataset, record, link):
    """In MongoDB, as that of a dataset's run: what opening the panel, *Server* and a
    clean-up's dry run read."""
    db = foo.get_db_conn()
    id_ = db.runs.insert_one({**record, "_id": ObjectId()}).inserted_id
    other = db.datasets.insert_one(
        {
            "name": f"other-{id_}",
            "brain_methods": {
                "id": {"k": id_},
                "text": "k",
                "list": [id_],
                "object": {"k": {"x": [id_]}},
            }[link],
        }
    ).inserted_id
    try:
        found = Records.read()
        assert str(other) in found.datasets
        name = record["config"]["collection_name"]
        if link == "id" and isinstance(name, str) and name.isidentifier():
            users = found.users([name], Settings(), None)
            assert isinstance(users, tuple)
    finally:
        db.datasets.delete_one({"_id": other})
        db.runs.delete_one({"_id": id_})


@bounded
@given(record=hostile)
def test_a_hostile_record_is_listed_and_cleaned_up(dataset, record):
    """All that opening the panel does but asking Milvus, which isn't there."""
    try:
        records.add(dataset, "k", record)
    except Exception:  # FiftyOne itself can't load such a dataset
        forget(dataset)
        return
    try:
        [listed] = runs.list_indexes(dataset)
        assert listed.brain_key == "k" and listed.problem
        panel, ctx = MilvusPanel(), make_context(dataset, brain_key="k")
        panel.on_load(ctx)
        assert "error" not in panel.overview(ctx)
        assert panel.server_details(ctx)["problem"]
        plan = panel.cleanup_plan(ctx)
        if "error" in plan:
            assert runs.keys(dataset) and plan["error"]["code"] == "invalid"
        else:
            assert plan["deletes_rows"] is False
            assert runs.cleanup(dataset, "k").deletes_run
            assert dataset.list_brain_runs() == []
    finally:
        forget(dataset)


def forget(dataset: fo.Dataset) -> None:
    db = foo.get_db_conn()
    db.datasets.update_one({"_id": dataset._doc.id}, {"$set": {"brain_methods": {}}})
    db.runs.delete_many({"key": "k"})
    dataset.reload()
