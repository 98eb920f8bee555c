"""Logging in, TLS and databases, on servers that ask for them."""

import json
import logging
import subprocess
import sys
import textwrap
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.core.odm as foo
import numpy as np
import pytest
from fiftyone.brain.config import load_brain_config
from pymilvus import MilvusClient

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.errors import (
    AccessDenied,
    InvalidRequest,
    ServerUnavailable,
    VectorSearchError,
)
from fiftyone_milvus.store import server_list
from fiftyone_milvus.store.settings import ENV_PREFIX
from harness import certificates, connections, environment
from harness.context import execute, make_context
from harness.datasets import make_vectors_dataset
from harness.oracle import distances, ranked
from harness.panel import CheckedPanel
from harness.standalone import Standalone, StandaloneOptions
from plugin.app import transfer_forms

pytestmark = pytest.mark.standalone

ROOT = {"user": "root", "password": "Milvus"}
WRONG = "notthepassword"
BUILD = {"backend": "milvus", "embeddings": "embeddings", "metric": "cosine"}
# Connects and stores a run, and spares the seconds that a collection costs
EMPTY = {"backend": "milvus", "embeddings": False}
# Values that FiftyOne's own parser of variables would change
RAW = {"digits": "0012345", "comma": "one,two,3", "colon": "one:two:3"}


class Servers:
    """A server of each kind, started when first asked for."""

    def __init__(self, folder) -> None:
        self.ours = certificates.make(folder / "ours")
        self.others = certificates.make(folder / "others")
        self.options = {
            "plain": StandaloneOptions(),
            "password": StandaloneOptions(authorization=True),
            "tls": StandaloneOptions(authorization=True, certificates=self.ours),
            "two-way": StandaloneOptions(
                certificates=self.ours, client_certificates=True
            ),
        }
        self.started: dict[str, Standalone] = {}

    def __getitem__(self, kind: str) -> Standalone:
        if kind not in self.started:
            folder = environment.HOME / f"access-{kind}"
            self.started[kind] = Standalone(folder, self.options[kind])
        return self.started[kind]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    found = Servers(tmp_path_factory.mktemp("certificates"))
    yield found
    connections.close_all()
    for server in found.started.values():
        server.kill()


@pytest.fixture(scope="module")
def people(servers) -> dict[str, str]:
    """Users of the password server, with their passwords."""
    admin = MilvusClient(servers["password"].uri, **ROOT, timeout=10)
    for user, password in RAW.items():
        admin.create_user(user, password)
        admin.grant_role(user, "admin")
    admin.create_user("guest", "guestguest")
    admin.create_database("other")
    admin.close()
    return {**RAW, "guest": "guestguest"}


@pytest.fixture
def dataset(vectors_dataset):
    vectors_dataset.persistent = True  # others load it
    return vectors_dataset


def trust(files: certificates.Certificates, two_way: bool = False) -> dict:
    if not two_way:
        return {"server_pem_path": str(files.ca_pem), "server_name": "localhost"}
    return {
        "ca_pem_path": str(files.ca_pem),
        "client_pem_path": str(files.client_pem),
        "client_key_path": str(files.client_key),
        "server_name": "localhost",
    }


def build(dataset: fo.Dataset, settings: dict, key: str = "index", **how):
    return fob.compute_similarity(
        dataset, brain_key=key, **{**BUILD, **how}, **settings
    )


def nearest(dataset: fo.Dataset, k: int = 5) -> list[str]:
    vectors = np.array(dataset.values("embeddings"))
    return ranked(distances("cosine", vectors[0], vectors), dataset.values("id"))[:k]


def sorted_ids(dataset: fo.Dataset, key: str = "index", k: int = 5) -> list[str]:
    query = dataset.first().id
    return dataset.sort_by_similarity(query, k=k, brain_key=key).values("id")


# -- let in

GRANTED = {
    "user and password": ("password", lambda s: ROOT),
    "token": ("password", lambda s: {"token": "root:Milvus"}),
    "one-way TLS": ("tls", lambda s: {**ROOT, **trust(s.ours)}),
    "one-way TLS by the other name": (
        "tls",
        lambda s: {**ROOT, "ca_pem_path": str(s.ours.ca_pem)},
    ),
    "one-way TLS without a scheme": (
        "tls",
        lambda s: {
            **ROOT,
            **trust(s.ours),
            "uri": f"localhost:{s['tls'].port}",
            "secure": True,
        },
    ),
    "two-way TLS": ("two-way", lambda s: trust(s.ours, two_way=True)),
    "two-way TLS with the authority by both names": (
        "two-way",
        lambda s: {**trust(s.ours, two_way=True), **trust(s.ours)},
    ),
    "another database": ("password", lambda s: {**ROOT, "db_name": "other"}),
}


@pytest.mark.parametrize("case", GRANTED)
def test_who_is_let_in_can_build_load_and_search(servers, people, case, dataset):
    kind, settings = GRANTED[case]
    credentials = {"uri": servers[kind].uri, **settings(servers)}
    build(dataset, credentials)
    loaded = dataset.load_brain_results("index", cache=False, **credentials)
    assert loaded.total_index_size == 100
    assert sorted_ids(dataset) == nearest(dataset)


def test_a_fresh_process_gets_in_with_keywords(servers, dataset):
    credentials = {"uri": servers["tls"].uri, **ROOT, **trust(servers.ours)}
    build(dataset, credentials)
    code = f"""
        import fiftyone_milvus, fiftyone as fo, json
        dataset = fo.load_dataset({dataset.name!r})
        credentials = json.loads({json.dumps(credentials)!r})
        loaded = dataset.load_brain_results("index", cache=False, **credentials)
        assert loaded.total_index_size == 100
        dataset.load_brain_results("index", **credentials)
        query = dataset.first().id
        view = dataset.sort_by_similarity(query, k=5, brain_key="index")
        print(json.dumps(view.values("id")))
        """
    assert in_another_process(code) == nearest(dataset)


def in_another_process(code: str) -> Any:
    """What a process of its own prints last."""
    found = f"import sys; sys.path.insert(0, {str(environment.ROOT)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", found + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("user", ["digits", "comma"])
def test_a_password_in_the_environment_is_taken_as_it_is(
    servers, people, user, dataset, configure
):
    uri = servers["password"].uri
    configure(variables(uri=uri, user=user, password=people[user]))
    assert built_and_loaded(dataset) == [100, 100]


def test_a_token_in_the_environment_is_taken_as_it_is(
    servers, people, dataset, configure
):
    uri, token = servers["password"].uri, f"colon:{people['colon']}"
    configure(variables(uri=uri, token=token))
    assert built_and_loaded(dataset) == [100, 100]


def built_and_loaded(dataset: fo.Dataset) -> list[int]:
    made = build(dataset, {})
    loaded = dataset.load_brain_results("index", cache=False)
    return [made.total_index_size, loaded.total_index_size]


@pytest.fixture
def configure(monkeypatch, tmp_path) -> Callable[..., None]:
    """``configure(variables, **config)`` has the environment and the brain's config as
    FiftyOne reads both when it is imported."""

    def do(variables: dict[str, str], **config: Any) -> None:
        path = tmp_path / "brain_config.json"
        path.write_text(json.dumps(config))
        monkeypatch.setenv("FIFTYONE_BRAIN_CONFIG_PATH", str(path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(fob, "brain_config", load_brain_config())

    return do


def variables(**settings: str) -> dict[str, str]:
    return {ENV_PREFIX + key.upper(): value for key, value in settings.items()}


# -- databases


@pytest.mark.parametrize("given", ["keyword", "environment"])
def test_an_index_is_made_in_the_database_that_is_named(
    servers, people, given, dataset, monkeypatch
):
    credentials = {"uri": servers["password"].uri, **ROOT}
    if given == "keyword":
        credentials["db_name"] = "other"
    else:
        monkeypatch.setenv(ENV_PREFIX + "DB_NAME", "other")
    name = build(dataset, credentials).config.collection_name
    uri = servers["password"].uri
    where = []
    for database in ("default", "other"):
        admin = MilvusClient(uri, **ROOT, db_name=database, timeout=10, dedicated=True)
        where += [database] if name in admin.list_collections() else []
        admin.close()
    assert where == ["other"]


# -- refused


@dataclass(frozen=True)
class Refusal:
    """Settings that cannot work, and what a person must learn."""

    server: str
    settings: object
    error: type[VectorSearchError]
    advice: str


REFUSED = {
    "wrong password": Refusal(
        "password",
        lambda s: {"user": "root", "password": WRONG},
        AccessDenied,
        "USER and _PASSWORD",
    ),
    "unknown user": Refusal(
        "password",
        lambda s: {"user": "nobody", "password": WRONG},
        AccessDenied,
        "USER and _PASSWORD",
    ),
    "wrong token": Refusal(
        "password", lambda s: {"token": f"root:{WRONG}"}, AccessDenied, "_TOKEN"
    ),
    "wrong password in the address": Refusal(
        "password",
        lambda s: {"uri": f"http://root:{WRONG}@127.0.0.1:{s['password'].port}"},
        AccessDenied,
        "USER and _PASSWORD",
    ),
    "no credentials": Refusal(
        "password", lambda s: {}, AccessDenied, "USER and _PASSWORD"
    ),
    "a user without the privilege": Refusal(
        "password",
        lambda s: {"user": "guest", "password": "guestguest"},
        AccessDenied,
        "Grant the privilege",
    ),
    "wrong password over TLS": Refusal(
        "tls",
        lambda s: {**trust(s.ours), "user": "root", "password": WRONG},
        AccessDenied,
        "USER and _PASSWORD",
    ),
    "another authority": Refusal(
        "tls", lambda s: {**ROOT, **trust(s.others)}, AccessDenied, "SERVER_PEM_PATH"
    ),
    "no authority": Refusal("tls", lambda s: ROOT, AccessDenied, "SERVER_PEM_PATH"),
    "another server name": Refusal(
        "tls",
        lambda s: {**ROOT, **trust(s.ours), "server_name": "milvus.example"},
        AccessDenied,
        "_SERVER_NAME",
    ),
    "http to TLS": Refusal(
        "tls",
        lambda s: {**ROOT, "uri": f"http://localhost:{s['tls'].port}"},
        ServerUnavailable,
        "perhaps it asks for TLS",
    ),
    "https to a plain server": Refusal(
        "plain",
        lambda s: {"uri": f"https://localhost:{s['plain'].port}"},
        AccessDenied,
        "does not use TLS",
    ),
    "no client certificate": Refusal(
        "two-way", lambda s: trust(s.ours), AccessDenied, "CLIENT_PEM_PATH"
    ),
    "a strange client certificate": Refusal(
        "two-way",
        lambda s: {
            **trust(s.others, two_way=True),
            "ca_pem_path": str(s.ours.ca_pem),
        },
        AccessDenied,
        "CLIENT_PEM_PATH",
    ),
    "another authority, two-way": Refusal(
        "two-way", lambda s: trust(s.others, two_way=True), AccessDenied, "_PEM_PATH"
    ),
    "a database that is not there": Refusal(
        "plain",
        lambda s: {"db_name": "nowhere"},
        InvalidRequest,
        "no database 'nowhere'",
    ),
    "nobody there": Refusal(
        "plain",
        lambda s: {"uri": "http://127.0.0.1:9"},
        ServerUnavailable,
        "is its address",
    ),
}


@pytest.fixture(params=REFUSED)
def refusal(request, servers, people) -> tuple[Refusal, dict]:
    found = REFUSED[request.param]
    return found, {"uri": servers[found.server].uri, **found.settings(servers)}


@pytest.fixture(scope="module")
def untouched():
    """A dataset that no refused build may leave a run in."""
    found = make_vectors_dataset()
    yield found
    found.delete()


def test_a_refusal_says_what_to_do(refusal, untouched):
    expected, settings = refusal
    with pytest.raises(expected.error, match=expected.advice):
        build(untouched, settings)


def test_a_refusal_leaves_no_run(refusal, untouched):
    _, settings = refusal
    with pytest.raises(VectorSearchError):
        build(untouched, settings)
    assert untouched.list_brain_runs() == []


def test_a_refusal_shows_no_secret(refusal, untouched, caplog):
    _, settings = refusal
    caplog.set_level(logging.DEBUG)
    with pytest.raises(VectorSearchError) as raised:
        build(untouched, settings)
    shown = messages(raised.value) + caplog.text
    secrets = {WRONG, "guestguest", settings.get("password"), settings.get("token")}
    # the default password is a word in every sentence
    assert not [s for s in secrets - {None, "Milvus"} if s in shown]


def messages(error: BaseException) -> str:
    """The text of the errors of a chain, without the lines of code."""
    shown = traceback.TracebackException.from_exception(error, lookup_lines=False)
    lines = []
    while shown is not None and shown not in lines:
        lines.append(shown)
        shown = shown.__cause__ or shown.__context__
    return "".join("".join(one.format_exception_only()) for one in lines)


def test_a_refused_load_says_what_to_do(servers, dataset):
    uri = servers["password"].uri
    build(dataset, {"uri": uri, **ROOT})
    with pytest.raises(AccessDenied, match="USER and _PASSWORD"):
        dataset.load_brain_results(
            "index", cache=False, uri=uri, user="root", password=WRONG
        )


def test_a_database_that_went_away_is_named_at_load(servers, people, dataset):
    name = f"gone_{uuid.uuid4().hex[:8]}"
    credentials = {"uri": servers["password"].uri, **ROOT}
    admin = MilvusClient(**credentials, timeout=10)
    admin.create_database(name)
    index = build(dataset, {**credentials, "db_name": name})
    index.cleanup()
    admin.drop_database(name)
    admin.close()
    connections.close_all()
    with pytest.raises(InvalidRequest, match=name):
        dataset.load_brain_results("index", cache=False, **credentials)


# -- secrets


def test_the_database_of_fiftyone_holds_no_credentials(servers, people, dataset):
    uri, secret = servers["password"].uri, people["colon"]
    build(dataset, {"uri": uri, "user": "colon", "password": secret}, "by_password")
    build(dataset, {"uri": uri, "token": f"colon:{secret}"}, "by_token", **EMPTY)
    with_both = uri.replace("://", f"://comma:{people['comma']}@")
    build(dataset, {"uri": with_both}, "by_address", **EMPTY)
    database = foo.get_db_conn()
    stored = str([list(database[name].find()) for name in ("runs", "datasets")])
    assert "by_address" in stored
    assert not [s for s in (secret, people["comma"]) if s in stored]


def test_a_loaded_run_shows_no_credentials(servers, people, dataset):
    secret = people["colon"]
    credentials = {"uri": servers["password"].uri, "user": "colon", "password": secret}
    build(dataset, credentials)
    info = dataset.get_brain_info("index")
    assert secret not in json.dumps(info.serialize(), default=str) + str(info.config)


# -- beside the configured server


@pytest.fixture
def embedded_index(dataset):
    how = {"source": "field", "embeddings_field": "embeddings"}
    execute("compute_index", dataset, brain_key="index", **how)
    return dataset


def test_an_index_is_moved_to_a_listed_server_and_found_there_by_others(
    servers, people, embedded_index, monkeypatch, tmp_path
):
    uri, secret = servers["password"].uri, people["colon"]
    listed = tmp_path / "servers.json"
    far = {"uri": uri, "user": "colon", "password": secret, "db_name": "other"}
    listed.write_text(json.dumps({"far": far}))
    listed.chmod(0o600)
    with pytest.raises(Exception, match="asks for a user and password") as raised:
        execute("move_index", embedded_index, brain_key="index", uri=uri)
    assert server_list.VARIABLE in str(raised.value)  # where to list it

    monkeypatch.setenv(server_list.VARIABLE, str(listed))
    [target, *_] = transfer_forms.destinations()
    assert target == {"uri": uri, "label": f"far ({uri})"}
    moved = execute("move_index", embedded_index, brain_key="index", uri=target["uri"])
    assert (moved["rows"], moved["db_name"], moved["note"]) == (100, "other", None)
    code = f"""
        import fiftyone_milvus, fiftyone as fo, json
        from fiftyone_milvus.backend import runs
        dataset = fo.load_dataset({embedded_index.name!r})
        [found] = runs.list_indexes(dataset)
        view = dataset.sort_by_similarity(dataset.first().id, k=5, brain_key="index")
        print(json.dumps([found.address, found.size, found.problem, view.values("id")]))
        """
    assert in_another_process(code) == [uri, 100, None, nearest(embedded_index)]
    database = foo.get_db_conn()
    assert secret not in str(list(database.runs.find()))


def test_a_listed_login_that_is_refused_names_the_list(
    servers, embedded_index, monkeypatch, tmp_path
):
    uri = servers["password"].uri
    listed = tmp_path / "servers.json"
    listed.write_text(
        json.dumps({"far": {"uri": uri, "user": "root", "password": WRONG}})
    )
    listed.chmod(0o600)
    monkeypatch.setenv(server_list.VARIABLE, str(listed))
    with pytest.raises(Exception, match=f"of 'far' in {server_list.VARIABLE}") as e:
        execute("move_index", embedded_index, brain_key="index", uri=uri)
    assert WRONG not in str(e.value)


def test_the_panel_says_that_credentials_are_not_sent_to_an_indexs_own_server(
    servers, dataset, configure
):
    uri = servers["plain"].uri
    build(dataset, {"uri": uri})
    configure(variables(user="me", password=WRONG))
    [index] = CheckedPanel().overview(make_context(dataset))["indexes"]
    assert (index["other_server"], index["size"], index["problem"]) == (uri, 100, None)
    assert index["credentials_warning"].startswith("Asked without credentials")
    assert f"set {ENV_PREFIX}URI to {uri}" in index["credentials_warning"]


# -- precedence


@pytest.mark.parametrize(
    ("in_file", "in_environment", "keyword", "expected"),
    [
        ("Milvus", None, WRONG, ["ok", "ok", "AccessDenied", "AccessDenied"]),
        ("Milvus", WRONG, "Milvus", ["AccessDenied", "AccessDenied", "ok", "ok"]),
        (WRONG, "Milvus", WRONG, ["ok", "ok", "AccessDenied", "AccessDenied"]),
    ],
    ids=["file", "environment over file", "keyword over both"],
)
def test_keyword_beats_environment_beats_brain_config(
    servers, dataset, configure, in_file, in_environment, keyword, expected
):
    uri = servers["password"].uri
    build(dataset, {"uri": uri, **ROOT}, "made", **EMPTY)
    settings = {"uri": uri, "user": "root", "password": in_file}
    given = {} if in_environment is None else variables(password=in_environment)
    configure(given, similarity_backends={"milvus": settings})
    password = {"password": keyword}
    assert [
        outcome(build, dataset, {}, "plain", **EMPTY),
        outcome(dataset.load_brain_results, "made", cache=False),
        outcome(build, dataset, password, "keyword", **EMPTY),
        outcome(dataset.load_brain_results, "made", cache=False, **password),
    ] == expected


def outcome(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    try:
        function(*args, **kwargs)
    except VectorSearchError as e:
        return type(e).__name__
    return "ok"


@pytest.mark.parametrize("given", ["environment", "file"])
def test_milvus_can_be_the_default_backend(servers, given, dataset, configure):
    milvus = {"uri": servers["password"].uri, **ROOT}
    chosen, default = {}, {}
    if given == "file":
        default["default_similarity_backend"] = "milvus"
    else:
        chosen["FIFTYONE_BRAIN_DEFAULT_SIMILARITY_BACKEND"] = "milvus"
    configure(chosen, similarity_backends={"milvus": milvus}, **default)
    index = fob.compute_similarity(dataset, brain_key="index", embeddings=False)
    assert index.config.method == "milvus"
