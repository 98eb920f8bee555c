import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import move
from fiftyone_milvus.store import (
    addresses,
    error_messages,
    redaction,
    server_list,
    settings,
)
from plugin.operators import move_index

PREFIX = settings.ENV_PREFIX


def test_nothing_configured_means_embedded():
    found = settings.resolve()
    assert found.embedded
    assert found.address == "embedded"


def test_environment_names_a_server(monkeypatch):
    monkeypatch.setenv(PREFIX + "URI", "http://milvus.example:19530")
    found = settings.resolve()
    assert not found.embedded
    assert found.address == "http://milvus.example:19530"


def test_keyword_beats_environment(monkeypatch):
    monkeypatch.setenv(PREFIX + "URI", "http://one:19530")
    assert settings.resolve({"uri": "http://two:19530"}).uri == "http://two:19530"


def test_environment_beats_brain_config(monkeypatch):
    import fiftyone.brain as fob

    backends = fob.brain_config.similarity_backends
    monkeypatch.setitem(backends["milvus"], "uri", "http://config:19530")
    assert settings.resolve().uri == "http://config:19530"
    monkeypatch.setenv(PREFIX + "URI", "http://env:19530")
    assert settings.resolve().uri == "http://env:19530"


@pytest.mark.parametrize("value", ["00123", "root:a,b", "true", "1e5"])
def test_credentials_stay_as_typed(monkeypatch, value):
    monkeypatch.setenv(PREFIX + "URI", "http://one:19530")
    monkeypatch.setenv(PREFIX + "TOKEN", value)
    assert settings.resolve().token == value


def test_fiftyones_parsed_copy_of_a_variable_is_not_used(monkeypatch):
    import fiftyone.brain as fob

    monkeypatch.setenv(PREFIX + "TOKEN", "00123")
    monkeypatch.setitem(fob.brain_config.similarity_backends["milvus"], "token", 123)
    assert settings.resolve({"token": 123}).token == "00123"


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("tcp:localhost:19530", "tcp://localhost:19530"),
        ("localhost:19530", "http://localhost:19530"),
        ("https://user:secret@host:443/db", "https://host:443"),
    ],
)
def test_addresses_as_people_write_them(uri, address):
    assert settings.resolve({"uri": uri}).address == address


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("ftp://host", "ftp://host"),
        ("http://", "http://"),
        ("http://:19530", "http://:19530"),
        ("http://host:port", "http://host:port"),
        ("http://host:99999", "http://host:99999"),
        ("http://a host:19530", "http://a host:19530"),
        ("https://[::1", "https://[::1"),
        ("unix:/run/milvus", "unix:/run/milvus"),
        ("http://host/x.db", "http://host/x.db"),
        ("https://me:secret@host:99999", "https://***@host:99999"),
        ("me:secret@host:99999/db", "***@host:99999/db"),
        ("ftp://host?token=secret", "ftp://host"),
        ("ftp://host?to=http://me:secret@there", "ftp://***"),
        ("ftp://me:sec?secret@host", "ftp://***"),
        ("ftp://me:sec#secret@host", "ftp://***"),
    ],
)
def test_an_address_that_cannot_be_is_quoted_without_secrets(uri, shown):
    with pytest.raises(InvalidRequest, match="must look like") as error:
        settings.resolve({"uri": uri})
    assert f"(uri) is {shown}. It" in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:12/secret@host:19530", "http://***@host:19530"),
        ("http://12/secret@host", "http://***@host"),
        ("me:12/secret@host:19530", "***@host:19530"),
        ("tcp:me:12/secret@host:19530", "***@host:19530"),
        ("https://me:sec/secret@host:99999", "https://***@host:99999"),
        ("http://me:1?secret@host", "http://***"),
        ("http://me:1#secret@host", "http://***"),
    ],
)
def test_a_password_that_ends_the_address_is_no_database(uri, shown):
    with pytest.raises(InvalidRequest, match="write / as %2F") as error:
        settings.resolve({"uri": uri})
    assert f"(uri) is {shown}. Its" in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "uri",
    [
        "http://host:19530?token=secret",
        "http://host/db?token=secret",
        "http://host#secret",
        "me:pass@host:19530?token=secret",
        "x.db?token=secret",
    ],
)
def test_what_follows_a_question_mark_is_refused_and_not_repeated(uri):
    with pytest.raises(InvalidRequest, match="_TOKEN") as error:
        settings.resolve({"uri": uri})
    assert "secret" not in str(error.value) and "pass@" not in str(error.value)


@pytest.mark.parametrize(
    "uri", ["~nobody-of-this-name/x.db", "a\0b.db", "x" * 5_000 + ".db", "\ud800.db"]
)
def test_a_path_that_cannot_be_is_reported(uri):
    with pytest.raises(InvalidRequest, match="can't be a path") as error:
        settings.resolve({"uri": uri})
    assert str(error.value).isprintable()


BATCHES_PER_RANGE = [
    "http://",
    "tcp:",
    "file:",
    "//",
    "[::1]",
    "[",
    "]",
    "@",
    ":",
    "/",
    "?",
    "#",
]
BATCHES_PER_RANGE += [
    "%",
    "%2F",
    ".db",
    "host",
    "19530",
    "\0",
    " ",
    "é",
    "\ud800",
    "℀",
    "~",
    "\\",
]


@given(
    st.lists(st.sampled_from(BATCHES_PER_RANGE), max_size=8).map("".join) | st.text()
)
def test_any_text_is_an_address_or_gets_a_sentence(uri):
    for given_ in ({"given": {"uri": uri}}, {"stored": uri}):
        try:
            found = settings.resolve(**given_)
        except InvalidRequest as e:
            assert str(e).isprintable()
        else:
            assert found.address.isprintable() and repr(found).isprintable()
            assert settings.resolve({"uri": found.address}).address == found.address
    addresses.redacted(uri)
    settings.source("uri", uri)
    move_index._uri_problem(uri)


@given(st.text("ab/@:?#%[]\\ é", min_size=3).map("se{}cret".format))
def test_a_password_is_never_shown(password):
    for uri in (f"http://me:{password}@host:19530", f"{password}@host", "http://h:1"):
        values = {"uri": uri, "password": password}
        try:
            found = settings.resolve(values)
        except InvalidRequest as e:
            shown = str(e)
        else:
            shown = repr(found) + str(found.db_name)
            error = f"no {password} nor {uri}"
            shown += redaction.without_secrets(error, found)
        assert password not in shown and "cret" not in shown


@pytest.mark.parametrize(
    ("uri", "secrets"),
    [
        ("http://me:p%40ss@host", ["p%40ss", "p@ss"]),
        ("http://me:p@ss@host", ["p@ss"]),
        ("http://atoken@host", ["atoken"]),
        ("http://a%2Ftoken@host", ["a%2Ftoken", "a/token"]),
    ],
)
def test_what_an_address_says_before_the_host_is_taken_out_of_errors(uri, secrets):
    found = settings.resolve({"uri": uri})
    for secret in [*secrets, uri]:
        assert redaction.without_secrets(f"no {secret}!", found) == "no ***!"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///data/x.db", "/data/x.db"),
        ("file:/data/x.db", "/data/x.db"),
        ("file://localhost/data/my%20x.db", "/data/my x.db"),
        ("FILE:///data/x", "/data/x"),
    ],
)
def test_a_file_uri_is_refused_with_the_path_to_give(uri, path):
    with pytest.raises(InvalidRequest, match=f"Give the path alone, {path}, for"):
        settings.resolve({"uri": uri})


def test_an_address_of_ip_version_6_can_be_used_again():
    found = settings.resolve({"uri": "http://me:mine@[::1]:19530"})
    assert (found.address, found.host) == ("http://[::1]:19530", "::1")
    assert settings.resolve({"uri": found.address}).uri == found.address


PEM_FILES = [key for key in settings.KEYS if key.endswith("_path")]


@pytest.mark.parametrize("key", PEM_FILES)
@pytest.mark.parametrize(
    "path", ["/nowhere/mine.pem", "~nobody-of-this-name/mine.pem", "a\0mine", "/"]
)
def test_a_certificate_that_is_not_there_is_refused_by_the_settings_name(
    monkeypatch, key, path
):
    monkeypatch.setenv(PREFIX + "URI", "https://host")
    with pytest.raises(InvalidRequest, match=f"setting {key}") as error:
        settings.resolve({key: path})
    assert "mine" not in str(error.value)
    if "\0" not in path:
        monkeypatch.setenv(PREFIX + key.upper(), path)
        with pytest.raises(InvalidRequest, match=PREFIX + key.upper()) as error:
            settings.resolve()
        assert "mine" not in str(error.value)


def test_the_path_of_a_certificate_is_taken_out_of_errors(tmp_path):
    (tmp_path / "mine.pem").touch()
    path = str(tmp_path / "mine.pem")
    found = settings.resolve({"uri": "https://host", "client_key_path": path})
    text = redaction.without_secrets(f"can't parse {path}", found)
    assert text == "can't parse ***"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("0", False)])
def test_secure_is_a_truth_value(monkeypatch, text, value):
    monkeypatch.setenv(PREFIX + "SECURE", text)
    assert settings.resolve().secure is value


def test_secure_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv(PREFIX + "SECURE", "perhaps")
    with pytest.raises(InvalidRequest, match="true or false"):
        settings.resolve()


def test_no_text_of_settings_holds_a_secret():
    found = settings.resolve(
        {
            "uri": "https://user:inurl@host:443",
            "password": "hunter2",
            "token": "root:tokensecret",
        }
    )
    for text in (repr(found), str(found), found.address):
        for secret in ("inurl", "hunter2", "tokensecret"):
            assert secret not in text


def test_what_is_configured_is_taken_out_of_any_text(monkeypatch):
    monkeypatch.setenv(PREFIX + "URI", "http://[::me:inurl@host")  # no address
    monkeypatch.setenv(PREFIX + "TOKEN", "root:tok")
    text = redaction.without_known_secrets("no root:tok, inurl")
    assert text == "no ***, ***"


def test_secrets_are_taken_out_of_an_errors_text():
    found = settings.resolve(
        {"uri": "https://u:inurl@host", "password": "hunter2", "token": "root:tok"}
    )
    text = redaction.without_secrets("no hunter2, root:tok, tok at inurl", found)
    for secret in ("hunter2", "tok", "inurl"):
        assert secret not in text.replace("token", "")


def test_an_embedded_index_stays_embedded_when_a_server_is_configured(monkeypatch):
    monkeypatch.setenv(PREFIX + "URI", "http://one:19530")
    monkeypatch.setenv(PREFIX + "TOKEN", "secret")
    found = settings.resolve(stored="embedded")
    assert found.embedded
    assert found.token is None


def test_a_servers_index_is_looked_for_at_the_configured_server(monkeypatch):
    assert settings.resolve(stored="http://old:19530").uri == "http://old:19530"
    monkeypatch.setenv(PREFIX + "URI", "http://new:19530")
    assert settings.resolve(stored="http://old:19530").uri == "http://new:19530"


SECRETS = {"user": "me", "password": "secret", "token": "me:secret"}


@pytest.fixture
def credentials(monkeypatch):
    for key, value in SECRETS.items():
        monkeypatch.setenv(PREFIX + key.upper(), value)


def sent(found: settings.Settings) -> dict[str, str]:
    return {k: v for k, v in found.connection_kwargs().items() if k in SECRETS}


def test_credentials_go_to_the_address_that_they_are_configured_with(
    monkeypatch, credentials
):
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    assert sent(settings.resolve()) == SECRETS
    assert sent(settings.resolve(stored="http://theirs:19530")) == SECRETS
    assert settings.resolve(stored="http://theirs:19530").uri == "http://mine:19530"
    assert sent(settings.resolve({"uri": "http://mine:19530/db"})) == SECRETS


def test_credentials_do_not_go_to_an_address_that_a_record_names(credentials):
    found = settings.resolve(stored="http://theirs:19530")
    assert (found.uri, sent(found)) == ("http://theirs:19530", {})


def test_credentials_do_not_go_to_another_address_that_is_given(
    monkeypatch, credentials
):
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    assert sent(settings.resolve({"uri": "http://theirs:19530"})) == {}
    own = {"uri": "http://theirs:19530", "token": "another"}
    assert sent(settings.resolve(own)) == {"token": "another"}


def test_an_index_is_moved_without_credentials_to_an_address_that_is_typed(
    monkeypatch, credentials
):
    def target(**to):
        return sent(move._target_settings(to))

    assert target(uri="http://theirs:19530") == {}
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    assert target(uri="http://theirs:19530") == {}
    assert target(uri="http://theirs:19530", token="own") == {"token": "own"}
    assert target(uri="http://mine:19530") == SECRETS


def test_credentials_alone_belong_to_the_address_that_is_given(credentials):
    assert sent(settings.resolve({"uri": "http://mine:19530"})) == SECRETS


def test_fiftyones_copy_of_a_token_in_its_file_goes_to_its_address_alone(monkeypatch):
    import fiftyone.brain as fob

    backends = fob.brain_config.similarity_backends
    own = {"uri": "http://mine:19530", "token": "mine:secret"}
    monkeypatch.setitem(backends, "milvus", own)
    given = {"uri": "http://theirs:19530", "token": "mine:secret"}
    assert sent(settings.resolve(given)) == {}
    assert sent(settings.resolve(own)) == {"token": "mine:secret"}


def test_the_login_in_the_configured_address_goes_to_it_however_it_is_named(
    monkeypatch,
):
    monkeypatch.setenv(PREFIX + "URI", "http://me:secret@mine:19530")
    found = settings.resolve({"uri": "http://mine:19530/db"})
    assert (found.uri, found.db_name) == ("http://me:secret@mine:19530/db", "db")
    assert "secret" not in str(settings.resolve({"uri": "http://theirs:19530"}).uri)


# -- the list of servers


@pytest.fixture
def listed(monkeypatch, tmp_path):
    """``listed(servers)`` has the environment name a file of them."""
    path = tmp_path / "servers of mine.json"

    def write(found, mode=0o600):
        path.write_text(found if isinstance(found, str) else json.dumps(found))
        path.chmod(mode)
        monkeypatch.setenv(server_list.VARIABLE, str(path))
        return path

    return write


FAR = {"uri": "https://far:443", "user": "you", "password": "far-word", "db_name": "d"}


def test_a_listed_server_is_asked_with_its_own_settings_alone(
    monkeypatch, credentials, listed
):
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    monkeypatch.setenv(PREFIX + "SERVER_NAME", "mine")
    listed({"far": FAR, "open": {"uri": "http://open:19530"}})
    assert settings.resolve(stored="https://far:443").connection_kwargs() == FAR
    assert settings.resolve({"uri": "https://far:443"}).connection_kwargs() == FAR
    assert settings.resolve(stored="http://open:19530").connection_kwargs() == {
        "uri": "http://open:19530"
    }
    # neither the other way round
    assert sent(settings.resolve()) == SECRETS
    assert settings.resolve(stored="http://gone:19530").uri == "http://mine:19530"
    assert sent(settings.resolve({"uri": "http://far:443"})) == {}
    assert sent(settings.resolve({"uri": "https://far:444"})) == {}


def test_a_listed_server_keeps_what_is_given_for_one_index(listed):
    listed({"far": FAR})
    found = settings.resolve({"db_name": "e"}, stored="https://far:443")
    assert (found.db_name, found.password) == ("e", "far-word")


def test_an_address_that_cannot_be_in_a_record_hides_no_configured_server(
    monkeypatch, listed
):
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    listed({"far": FAR})
    assert settings.resolve(stored="http://[").uri == "http://mine:19530"


def test_a_listed_secret_is_hidden_in_an_error_that_nobody_expected(listed):
    listed({"far": FAR})
    assert redaction.without_known_secrets("Boom: far-word!") == "Boom: ***!"


def test_credentials_without_an_address_are_not_for_a_listed_server(
    credentials, listed
):
    listed({"far": FAR})
    far = {"user": "you", "password": "far-word"}
    assert sent(settings.resolve({"uri": "https://far:443"})) == far


def test_an_index_is_moved_to_a_listed_server_with_its_settings(
    monkeypatch, credentials, listed
):
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    monkeypatch.setenv(PREFIX + "DB_NAME", "d")
    listed({"far": FAR})
    with settings.using(token="mine:t"):
        found = move._target_settings({"uri": "https://far:443"})
    assert found.connection_kwargs() == FAR
    assert move._note(found) is None  # other processes find it
    found = move._target_settings({"uri": "https://far:443", "db_name": "e"})
    assert found.db_name == "e"


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("{", 0o600, "is no list of servers"),
        ('["https://far"]', 0o600, "is no list of servers"),
        ('{"far": {"token": "far-word"}}', 0o600, "is no list of servers"),
        ('{"far": {"uri": "far:"}}', 0o600, "'far' .* must look like"),
        ('{"far": {"uri": "far", "tokn": "far-word"}}', 0o600, r"\['tokn'\]"),
        ('{"far": {"uri": "http://a:far-word@far"}}', 0o600, "leave the login out"),
        ('{"a": {"uri": "far"}, "b": {"uri": "http://far/x"}}', 0o600, "one address"),
        ('{"far": {"uri": "far"}}', 0o640, "chmod 600 '.*servers of mine.json'"),
        ('{"far": {"uri": "far"}}', 0o604, "chmod 600"),
    ],
)
def test_a_list_that_cannot_be_used_says_why_without_a_secret(
    listed, text, mode, words
):
    listed(text, mode)
    with pytest.raises(InvalidRequest, match=words) as raised:
        settings.servers()
    assert "far-word" not in str(raised.value)


def test_a_list_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv(server_list.VARIABLE, str(tmp_path / "none.json"))
    with pytest.raises(InvalidRequest, match=r"none\.json.*No such file"):
        settings.servers()


def test_an_embedded_milvus_needs_no_list(monkeypatch, tmp_path):
    monkeypatch.setenv(server_list.VARIABLE, str(tmp_path / "none.json"))
    assert settings.resolve().embedded
    assert settings.resolve(stored="embedded").embedded


class _Refused(Exception):
    message = "auth check failure"


def test_a_login_that_is_refused_names_the_list_that_it_is_from(listed):
    listed({"far": FAR})
    found = settings.resolve(stored="https://far:443")
    text = str(error_messages.library_error(_Refused(), found))
    assert f"Check user and password, or token, of 'far' in {server_list.VARIABLE}" in (
        text
    )
    assert settings.source("uri", "https://far:443") == (
        f"the uri of 'far' in {server_list.VARIABLE}"
    )


def test_it_is_said_that_credentials_are_not_sent_and_what_to_do(
    monkeypatch, credentials, listed
):
    theirs = settings.resolve(stored="http://theirs:19530")
    text = runs.credentials_warning(theirs)
    assert f"set {PREFIX}URI to http://theirs:19530" in text
    monkeypatch.setenv(PREFIX + "URI", "http://mine:19530")
    theirs = settings.resolve({"uri": "http://theirs:19530"})
    text = runs.credentials_warning(theirs)
    assert "they are configured for http://mine:19530" in text
    assert server_list.VARIABLE in text
    listed({"open": {"uri": "http://theirs:19530"}})
    assert runs.credentials_warning(theirs) is None
    for found in (settings.resolve(), settings.resolve(stored="embedded")):
        assert runs.credentials_warning(found) is None


def test_without_credentials_nothing_is_said_of_them():
    found = settings.resolve(stored="http://theirs:19530")
    assert runs.credentials_warning(found) is None


def test_a_database_in_the_address_is_the_database():
    assert settings.resolve({"uri": "http://host:19530/mine"}).db_name == "mine"
    found = settings.resolve({"uri": "http://host:19530/mine", "db_name": "other"})
    assert found.db_name == "other"
    assert settings.resolve({"uri": "http://host:19530"}).db_name is None


def test_a_users_keyword_beats_a_configured_token(monkeypatch):
    monkeypatch.setenv(PREFIX + "URI", "http://one:19530")
    monkeypatch.setenv(PREFIX + "TOKEN", "root:Milvus")
    found = settings.resolve({"user": "me", "password": "mine"})
    assert (found.user, found.password, found.token) == ("me", "mine", None)
    assert settings.resolve().token == "root:Milvus"


def test_where_a_setting_is_configured_is_named(monkeypatch):
    import fiftyone.brain as fob

    backends = fob.brain_config.similarity_backends
    monkeypatch.setitem(backends["milvus"], "uri", "config:19530")
    monkeypatch.setenv(PREFIX + "URI", "env:19530")
    assert settings.source("uri", "http://env:19530") == PREFIX + "URI"
    assert settings.source("uri", "http://config:19530") == (
        "uri of the backend 'milvus' in FiftyOne's brain config"
    )
    assert settings.source("uri", "http://typed:19530") is None
    assert settings.source("db_name", "confirmed_names") is None
