"""Only its owner gets into the embedded Milvus, and nobody out of its folder."""

import os
import shutil
import socket
import stat
import tempfile
from pathlib import Path

import grpc
import pytest
from pymilvus import MilvusClient

from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.store import client, embedded, settings
from harness import connections
from harness.users import NOBODY, as_nobody, only_root


@pytest.fixture(scope="module")
def open_to_all():
    """A folder that other users can look into, as a home often is."""
    folder = Path(tempfile.mkdtemp(prefix="fiftyone-milvus-access-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def home(open_to_all):
    """An embedded Milvus of this module's own, with one collection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIFTYONE_MILVUS_DIR", str(open_to_all / "milvus"))
        where = embedded.home(settings.Settings())
        running = embedded.ensure_running(where)
        raw = MilvusClient(uri=running.uri)
        raw.create_collection("mine", dimension=4)
        raw.insert("mine", [{"id": 1, "vector": [1.0, 0, 0, 0]}])
        yield where
        raw.close()
        embedded.stop(where)


@pytest.fixture(scope="module")
def owner(home):
    raw = MilvusClient(uri=embedded.running(home).uri)
    yield raw
    raw.close()


def test_pymilvus_of_the_owner_works(owner):
    [row] = owner.query("mine", filter="id == 1", output_fields=["vector"])
    assert row["vector"] == [1.0, 0, 0, 0]


@only_root
def test_another_user_cannot_connect(home):
    path = embedded.running(home).socket

    def attack():
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(path)

    assert isinstance(as_nobody(attack), PermissionError)


@only_root
def test_another_user_reads_no_file_of_it(home):
    def attack():
        readable = []
        for folder, _, files in os.walk(home.state):
            readable += [name for name in files if os.access(f"{folder}/{name}", 4)]
        return readable

    assert as_nobody(attack) == []


def test_all_that_it_writes_is_the_owners_alone(home, owner):
    owner.flush("mine")
    found = [home.state, *home.state.rglob("*")]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in found}
    assert len(found) > 5
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


BAD_NAMES = ["../outside", "a/b", "a.b", "{victim}", "..", "a b", "é", "x" * 256, "1a"]


@pytest.mark.parametrize(
    "call",
    [
        lambda c, name: c.create_partition("mine", name),
        lambda c, name: c.drop_partition("mine", name),
        lambda c, name: c.has_partition("mine", name),
        lambda c, name: c.load_partitions("mine", [name]),
        lambda c, name: c.upsert(
            "mine", [{"id": 2, "vector": [0.0] * 4}], partition_name=name
        ),
        lambda c, name: c.search("mine", [[0.0] * 4], partition_names=[name]),
        lambda c, name: c.create_collection(name, dimension=4),
        lambda c, name: c.drop_collection(name),
        lambda c, name: c.flush(name),
        lambda c, name: c.rename_collection("mine", name),
        lambda c, name: c.create_alias("mine", name),
        lambda c, name: c.create_database(name),
        lambda c, name: c.drop_index("mine", name),
    ],
    ids=[
        *("create_partition", "drop_partition", "has_partition", "load_partitions"),
        *("upsert", "search", "create_collection", "drop_collection", "flush"),
        *("rename_collection", "create_alias", "create_database", "drop_index"),
    ],
)
def test_a_name_that_milvus_does_not_allow_reaches_no_folder(owner, open_to_all, call):
    victim = open_to_all / "victim"
    victim.mkdir(exist_ok=True)
    (victim / "kept").write_text("kept")
    for name in BAD_NAMES:
        with pytest.raises(grpc.RpcError, match="Milvus can't have the name"):
            call(owner, name.format(victim=victim))
    assert [path.name for path in victim.iterdir()] == ["kept"]
    assert owner.list_partitions("mine") == ["_default"]
    assert owner.list_collections() == ["mine"]


def test_a_schema_with_such_a_name_is_refused(owner):
    schema = owner.create_schema()
    schema.add_field("id", 5, is_primary=True)
    schema.add_field("../v", 101, dim=4)
    with pytest.raises(grpc.RpcError, match=r"can't have the name '\.\./v'"):
        owner.create_collection("other", schema=schema)


def test_a_call_that_nothing_needs_is_refused(owner):
    with pytest.raises(grpc.RpcError, match="has no call"):
        owner.create_user("somebody", "Passw0rd!")


# -- the folder, before it is used


@pytest.fixture
def folder(open_to_all, monkeypatch):
    """Where an embedded Milvus is to be, not made yet."""
    folder = Path(tempfile.mkdtemp(dir=open_to_all)) / "milvus"
    monkeypatch.setenv("FIFTYONE_MILVUS_DIR", str(folder))
    yield folder
    connections.close_all()
    embedded.stop(embedded.home(settings.Settings()))


def connect():
    return client.connect(settings.Settings())


def test_a_folder_that_others_can_write_to_is_refused_with_the_remedy(folder):
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(InvalidRequest, match=f"chmod 700 {folder}"):
        connect()
    assert list(folder.iterdir()) == []


@only_root
def test_a_folder_of_another_user_is_refused(folder):
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    with pytest.raises(InvalidRequest, match="not a folder of yours"):
        connect()
    assert list(folder.iterdir()) == []


def test_a_link_in_place_of_the_folder_is_refused(folder):
    (folder.parent / "other").mkdir()
    data = folder / "data"
    folder.mkdir(mode=0o700)
    data.symlink_to(folder.parent / "other")
    with pytest.raises(InvalidRequest, match="not a folder of yours"):
        connect()


@only_root
def test_a_folder_that_others_can_replace_is_refused(folder):
    folder.parent.chmod(0o777)
    with pytest.raises(InvalidRequest, match="can replace"):
        connect()


def test_a_linked_log_is_not_written_through(folder):
    folder.mkdir(mode=0o700)
    other = folder.parent / "other.txt"
    other.write_text("kept")
    (folder / "server.log").symlink_to(other)
    with pytest.raises((VectorSearchError, OSError)):
        connect()
    assert other.read_text() == "kept"


def test_a_module_in_the_folder_is_not_imported(folder):
    folder.mkdir(mode=0o700)
    ran = folder.parent / "ran"
    planted = f"open({str(ran)!r}, 'w')"
    for name in ("filelock.py", "grpc.py", "sitecustomize.py"):
        (folder / name).write_text(planted)
    connect().ping()
    assert not ran.exists()


def test_an_old_folder_that_others_could_only_read_is_closed(folder):
    folder.mkdir(mode=0o755)
    connect().ping()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_of_ones_own_choice_is_closed_too(folder):
    path = folder.parent / "mine.db"
    mine = settings.resolve({"uri": str(path)})
    client.connect(mine).ping()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    embedded.stop(embedded.home(mine))


def test_a_socket_path_that_is_too_long_for_the_system_is_no_matter(
    folder, monkeypatch
):
    deep = folder / ("d" * 60) / ("e" * 60)
    monkeypatch.setenv("FIFTYONE_MILVUS_DIR", str(deep))
    connection = connect()
    connection.ping()
    where = embedded.home(settings.Settings())
    running = embedded.running(where)
    parent = Path(running.socket).parent
    assert stat.S_IMODE(parent.stat().st_mode) == 0o700
    connections.close_all()
    embedded.stop(where)
    assert not parent.exists()
