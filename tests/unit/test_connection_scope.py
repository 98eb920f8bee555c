"""Connection settings count in the scope that gives them, and nowhere else."""

import threading
from contextvars import copy_context

import pytest

from fiftyone_milvus.backend.config import MilvusSimilarityConfig
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.store import redaction, settings
from fiftyone_milvus.threads import ContextThreadPool

ONE, TWO = "http://one:19530", "http://two:19530"


def address():
    return settings.resolve().address


def test_settings_count_in_their_scope_and_over_the_environment(monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", TWO)
    with settings.using(uri=ONE):
        assert address() == ONE
        assert settings.resolve({}).address == TWO
    assert address() == TWO


def test_a_scope_ends_after_an_error():
    with pytest.raises(ZeroDivisionError), settings.using(uri=ONE):
        raise ZeroDivisionError
    assert address() == "embedded"


def test_scopes_of_two_threads_do_not_mix():
    both_inside = threading.Barrier(2)
    found = {}

    def work(uri):
        with settings.using(uri=uri):
            both_inside.wait(60)
            found[uri] = address()
            both_inside.wait(60)

    threads = [threading.Thread(target=work, args=(uri,)) for uri in (ONE, TWO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {ONE: ONE, TWO: TWO}


def test_the_threads_of_a_pool_see_the_scope_of_each_caller():
    with ContextThreadPool(1) as pool:
        with settings.using(uri=ONE):
            assert list(pool.map(lambda _: address(), range(2))) == [ONE, ONE]
        with settings.using(uri=TWO):
            assert pool.submit(address).result() == TWO
        assert pool.submit(address).result() == "embedded"


def test_an_inner_scope_adds_to_the_outer_one():
    with settings.using(uri=ONE, token="secret"):
        with settings.using(db_name="d", user=None):
            assert settings.current() == {"uri": ONE, "token": "secret", "db_name": "d"}
        with settings.using(user="me", password="word"):
            assert "token" not in settings.current()
        assert settings.current() == {"uri": ONE, "token": "secret"}


def test_credentials_of_a_scope_are_not_sent_to_another_address():
    with settings.using(uri=ONE, token="secret"), settings.using(uri=TWO):
        assert settings.current() == {"uri": TWO}


def test_a_name_that_is_no_setting_is_refused():
    with (
        pytest.raises(InvalidRequest, match=r"Unknown connection settings \['url'\]"),
        settings.using(url=ONE),
    ):
        pass


def test_a_function_runs_in_the_scope_that_it_is_called_with():
    @settings.takes_connection
    def function(number, *, name="", **connection):
        return number, name, connection, address()

    assert function(1, name="n", uri=ONE) == (1, "n", {}, ONE)
    assert function(1) == (1, "", {}, "embedded")
    with pytest.raises(InvalidRequest, match="Unknown connection settings"):
        function(1, nam="n")


def test_an_index_keeps_the_settings_of_the_scope_that_it_was_made_in():
    with settings.using(uri=ONE, token="secret"):
        config = MilvusSimilarityConfig()
        copy = copy_context()
    with settings.using(uri=TWO):
        assert config.connection_settings.uri == ONE
        assert copy.run(address) == ONE
        config.load_credentials()
        assert config.connection_settings.uri == TWO
    assert "secret" not in str(config.serialize())


def test_secrets_of_a_scope_are_removed_from_errors(monkeypatch):
    monkeypatch.setenv(settings.ENV_PREFIX + "TOKEN", "configured")
    with settings.using(token="secret"):
        text = redaction.without_known_secrets("no secret, configured")
    assert text == "no ***, ***"
