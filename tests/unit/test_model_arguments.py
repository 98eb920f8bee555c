"""What a record, or a form, may say of a model's arguments."""

import json
from pathlib import Path

import fiftyone as fo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiftyone_milvus.dataset import model_arguments, model_trust
from fiftyone_milvus.errors import InvalidRequest, RefusedModel, UntrustedModel

FOUND = json.loads((Path(__file__).parent / "model_arguments.json").read_text())

ALLOWED = {
    "classes": ["cat", "dog"],
    "class_prompts": {"cat": "a cat"},
    "confidence_thresh": 0.5,
    "device": "cuda:0",
    "embeddings_layer": "<classifier.6",
    "image_size": [224, 224],
    "image_mean": (0.1, 0.2, 0.3),
    "name_or_path": "openai/clip-vit-base-patch32",
    "text_prompt": "an image of",
    "clip_model": "hf-hub:org/name",
    "use_half_precision": None,
}
NEVER = [
    ("entrypoint_fcn", "os.system"),
    ("entrypoint_args", {"command": "x"}),
    ("transforms_fcn", "os.system"),
    ("transforms_args", {}),
    ("output_processor_cls", "os.system"),
    ("output_processor_args", {}),
    ("get_item_cls", "os.system"),
    ("concept_predictor_fcn", "os.system"),
    ("transformers_processor_kwargs", {"trust_remote_code": True}),
    ("tokenizer_base_url", "https://example.invalid"),
    ("config", {"type": "os.system"}),
    ("model", "x"),
    ("model_name", "https://example.invalid"),
    ("model_path", "/x"),
    ("install_requirements", True),
    ("overrides", {}),
    ("Image_size", [1, 1]),
    ("image_sizе", [1, 1]),  # noqa: RUF001 (the last letter is Cyrillic)
    ("image_size", "os.system"),
    ("image_size", [1, [2]]),
    ("image_size", [1] * 5),
    ("image_dim", float("nan")),
    ("image_dim", float("inf")),
    ("image_dim", 10**400),
    ("image_dim", True),
    ("text_prompt", "x" * 1_001),
    ("classes", ["x", 1]),
    ("classes", ["x"] * 30_001),
    ("class_prompts", {"a": {"b": "c"}}),
    ("name_or_path", "https://example.invalid/x"),
    ("name_or_path", "hf://x/y"),
    ("name_or_path", "../x"),
    ("name_or_path", "a/../x"),
    ("name_or_path", "a/b/c"),
    ("name_or_path", "~/x"),
    ("name_or_path", "/etc/passwd"),
    ("name_or_path", "x\0y"),
    ("name_or_path", "x\n"),
    ("name_or_path", "C:\\x"),
    ("clip_model", "local-dir:/x"),
    ("pretrained", "/x/y.pt"),
    ("labels_path", "{{eta-resources}}/x"),
    ("labels_path", "labels.txt"),
]


@pytest.mark.parametrize(("name", "value"), ALLOWED.items())
def test_sizes_names_thresholds_and_texts_may_be_given(name, value):
    assert model_arguments.problem({name: value}) is None
    model_arguments.check({name: value})


@pytest.mark.parametrize(("name", "value"), NEVER)
def test_nothing_that_can_name_code_or_an_address_may(name, value):
    problem = model_arguments.problem({**ALLOWED, name: value})
    assert problem is not None and len(problem) < 1_000
    with pytest.raises(RefusedModel):
        model_trust.check_trusted("x", {**ALLOWED, name: value})


@pytest.mark.parametrize("arguments", ["", "x", 0, 1, [], ["x"], True])
def test_arguments_are_names_with_values(arguments):
    assert model_arguments.problem(arguments) is not None


def test_a_path_may_be_in_the_zoo_alone(tmp_path, monkeypatch):
    zoo, outside = tmp_path / "zoo", tmp_path / "outside"
    zoo.mkdir()
    outside.mkdir()
    (zoo / "link").symlink_to(outside)
    (zoo / "circle").symlink_to(zoo / "circle")
    monkeypatch.setattr(fo.config, "model_zoo_dir", str(zoo))
    monkeypatch.chdir(outside)
    (outside / "mine").mkdir()

    def problem(name, path):
        return model_arguments.problem({name: str(path)})

    for name in ("labels_path", "name_or_path"):
        assert problem(name, zoo / "labels.txt") is None
        for path in (zoo / "link" / "x", zoo / ".." / "outside", zoo / "circle" / "x"):
            assert problem(name, path) is not None
        assert problem(name, zoo) is not None
    # a name of Hugging Face that is a folder here would be read from there
    assert problem("name_or_path", "mine") is not None


SECRETS = [
    {"token": "x"},
    {"hf_token": "x"},
    {"use_auth_token": "x"},
    {"api_key": "x"},
    {"apiKey": "x"},
    {"APIKEY": "x"},
    {"aws_access_key_id": "x"},
    {"password": 12345},
    {"auth": {"user": "x"}},
    {"Authorization": "x"},
    {"entrypoint_args": {"deep": [{"client_secret": "x"}]}},
    {"name_or_path": "https://me:x@example.invalid"},
    {"name_or_path": "https://x@example.invalid"},
    {"name_or_path": "https://example.invalid?token=x"},
    {"urls": ["https://example.invalid?a=b&X-Amz-Signature=x"]},
]
NO_SECRETS = [
    None,
    {},
    ALLOWED,
    {"embeddings_token_position": 1},
    {"embeddings_output_key": "x"},
    {"pad_token": "x"},
    {"max_new_tokens": 5},
    {"author": "x"},
    {"tokenizer": "x"},
    {"keys": "x"},
    {"use_auth_token": True},
    {"token": None},
    {"text_prompt": "a photo? yes=1"},
]


@pytest.mark.parametrize("arguments", SECRETS, ids=str)
def test_what_looks_like_a_secret_is_refused_and_not_repeated(arguments):
    with pytest.raises(InvalidRequest, match="HF_TOKEN") as error:
        model_arguments.check_no_secret(arguments)
    assert "'x'" not in str(error.value) and "=x" not in str(error.value)
    assert "example.invalid" not in str(error.value)
    assert "12345" not in str(error.value)


@pytest.mark.parametrize("arguments", SECRETS, ids=str)
def test_a_secret_that_a_record_has_already_is_left_out(arguments):
    left = model_arguments.plain({**arguments, "image_dim": 8})
    assert left["image_dim"] == 8
    assert "x" not in json.dumps(left).replace("example", "")
    model_arguments.check_no_secret(left)


@pytest.mark.parametrize("arguments", NO_SECRETS, ids=str)
def test_other_arguments_are_no_secrets(arguments):
    model_arguments.check_no_secret(arguments)


# -- whatever somebody may write

NAMES = st.one_of(
    st.sampled_from([*model_arguments._ALLOWED, *(name for name, _ in NEVER)]),
    st.text(max_size=20),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=30),
        st.text(max_size=3).map(lambda text: text * 500),
        st.binary(max_size=5),
        st.sampled_from([value for _, value in NEVER]),
    ),
    lambda values: st.one_of(
        st.lists(values, max_size=5), st.dictionaries(NAMES, values, max_size=5)
    ),
    max_leaves=20,
)
RECORDS = st.one_of(st.dictionaries(NAMES, VALUES, max_size=8), VALUES)


def nested(depth: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for _ in range(depth):
        found = {"classes": [found], "image_dim": found}
    return found


@given(st.one_of(st.text(), VALUES), RECORDS, VALUES)
def test_whatever_a_record_says_is_refused_or_asked_about(name, arguments, stamp):
    assert_refused_or_asked_about(name, arguments, stamp)


HUGE = {
    "nested": nested(90),
    "names": {f"name_{i}": i for i in range(100_000)},
    "texts": {"classes": ["x" * 1_000] * 30_000},
    "address": {"text_prompt": "?key" * 250_000},
}


@pytest.mark.parametrize("kind", HUGE)
def test_huge_records_are_as_well(kind):
    assert_refused_or_asked_about("x" * 1_000_000, HUGE[kind], "?token" * 1_000)


def assert_refused_or_asked_about(name, arguments, stamp):
    arguments = model_arguments.plain(arguments)
    if arguments in (None, {}):
        model_trust.check_trusted(name, arguments, stamp)
        return
    with pytest.raises((RefusedModel, UntrustedModel)) as error:
        model_trust.check_trusted(name, arguments, stamp)
    assert len(str(error.value)) < 20_000
    assert str(error.value).isprintable()
    if error.type is UntrustedModel:
        assert set(arguments) <= set(model_arguments._ALLOWED)
        for each in arguments:
            assert each in str(error.value)


@pytest.mark.parametrize("arguments", FOUND, ids=range(len(FOUND)))
def test_what_was_found_is_refused(arguments):
    arguments = model_arguments.plain(arguments)
    with pytest.raises(RefusedModel) as error:
        model_trust.check_trusted("x", arguments, "0" * 64)
    assert str(error.value).isprintable()
