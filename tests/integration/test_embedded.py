"""One embedded server, shared by processes, that loses nothing."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.store import client, creation, embedded, row_search, settings
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.index_types import IndexOptions
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness import connections

ROOT = Path(__file__).resolve().parents[2]
DIM = 128

PRELUDE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import numpy as np
from fiftyone_milvus.store import client, embedded, settings
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.rows import Rows, StoredRows
from fiftyone_milvus.tuning import tuned
where = embedded.home(settings.Settings())
connection = client.connect(settings.Settings())
rows = StoredRows(Collection(connection, "shared", "cosine", "Strong"))
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An embedded Milvus of the test's own, stopped after it."""
    monkeypatch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path))
    where = embedded.home(settings.Settings())
    yield where
    connections.close_all()
    embedded.stop(where)


# Exact, and unlike a flat index one with a file
IN_A_FILE = IndexOptions("IVF_FLAT", {"nlist": 1}, {"nprobe": 1})


def stored_rows(options: IndexOptions | None = None) -> StoredRows:
    connection = client.connect(settings.Settings())
    return StoredRows(Collection(connection, "shared", "cosine", "Strong", options))


def start(code: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PRELUDE) + textwrap.dedent(code)],
        stdin=subprocess.PIPE,  # open until it is to end
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    )


def finish(process: subprocess.Popen) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.strip()


def test_processes_that_come_at_once_share_one_server(home):
    code = "print(embedded.running(where).pid)"
    pids = {finish(process) for process in [start(code) for _ in range(4)]}
    assert len(pids) == 1
    assert embedded.running(home).pid == int(pids.pop())


def test_it_keeps_memory_for_the_next_search_unless_configured_otherwise(
    home, monkeypatch
):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "7")
    running = embedded.ensure_running(home)
    environment = psutil.Process(running.pid).environ()
    wanted = {**embedded.MALLOC, "MALLOC_ARENA_MAX": "7"}
    assert {name: environment.get(name) for name in wanted} == wanted


def test_it_listens_on_no_network(home):
    running = embedded.ensure_running(home)
    process = psutil.Process(running.pid)
    assert process.net_connections() == []
    unix = process.net_connections("unix")
    assert running.socket in {connection.laddr for connection in unix}


@pytest.mark.parametrize("name", [settings.ENV_PREFIX + "TOKEN", "AWS_SECRET"])
def test_it_is_given_no_secret(home, monkeypatch, name):
    monkeypatch.setenv(name, "tokensecret")
    running = embedded.ensure_running(home)
    environment = psutil.Process(running.pid).environ()
    assert "tokensecret" not in str(environment)


def test_a_server_that_died_is_started_again_with_its_rows(home):
    rows = stored_rows()
    creation.create(rows.collection, 2, Owner("d", "d", "k"))
    rows.upsert(Rows(["a"], ["a"], _ones(1, 2)))
    first = embedded.running(home)
    os.kill(first.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(first.pid)], timeout=10)
    assert rows.collection.count() == 1
    assert embedded.running(home).pid != first.pid


def test_writers_in_three_processes_lose_nothing_to_a_crash(home):
    """Writers that don't take turns interleave the write-ahead log."""
    creation.create(stored_rows().collection, DIM, Owner("d", "d", "k"))
    writers = [
        start(
            f"""
            rows.collection.count()
            print("connected", flush=True)
            sys.stdin.readline()
            for batch in range(60):
                ids = [f"w{writer}-{{batch}}-{{i}}" for i in range(50)]
                vectors = np.random.rand(50, {DIM}).astype(np.float32)
                rows.upsert(Rows(ids, ids, vectors))
            print(60 * 50)
            """
        )
        for writer in range(3)
    ]
    for writer in writers:
        writer.stdout.readline()
    for writer in writers:  # together, once all have connected
        writer.stdin.write("\n")
        writer.stdin.flush()
    acknowledged = sum(int(finish(writer)) for writer in writers)
    assert acknowledged == 9000
    os.kill(embedded.running(home).pid, signal.SIGKILL)
    rows = stored_rows()
    assert rows.collection.count() == 9000
    every = [f"w{w}-{b}-{i}" for w in range(3) for b in range(60) for i in range(50)]
    assert rows.ids(every) == set(every)


def test_a_crash_in_the_middle_of_writing_keeps_what_was_acknowledged(home):
    creation.create(stored_rows().collection, DIM, Owner("d", "d", "k"))
    writer = start(
        f"""
        for batch in range(100000):
            ids = [f"{{batch}}-{{i}}" for i in range(50)]
            rows.collection.connection.client.upsert(
                "shared",
                [dict(pk=i, sample_id=i, vector=np.ones({DIM})) for i in ids],
                timeout=5,
            )
            print(batch, flush=True)
        """
    )
    for _ in range(20):
        writer.stdout.readline()
    os.kill(embedded.running(home).pid, signal.SIGKILL)
    writer.kill()
    last = 19 + sum(1 for _ in writer.stdout)
    writer.wait()
    kept = stored_rows().ids(f"{b}-{i}" for b in range(last) for i in range(50))
    assert len(kept) == last * 50


def test_an_index_file_cut_short_by_a_crash_is_built_again(home):
    rows = stored_rows(IN_A_FILE)
    creation.create(rows.collection, 2, Owner("d", "d", "k"))
    rows.upsert(Rows([f"{i}" for i in range(50)], ["s"] * 50, _ones(50, 2)))
    rows.flush()
    end = time.monotonic() + 20
    while not (files := list(home.data.rglob("*.idx"))) and time.monotonic() < end:
        time.sleep(0.1)
    os.kill(embedded.running(home).pid, signal.SIGKILL)
    for file in files:
        file.write_bytes(file.read_bytes()[:10])
    assert files
    assert len(row_search.search(rows, _ones(1, 2), 50)[0].ids) == 50


def test_a_collection_is_loaded_while_its_index_is_written(home):
    """Each round Milvus Lite builds an index of what was flushed, in the background."""
    rows = stored_rows(IN_A_FILE)
    creation.create(rows.collection, DIM, Owner("d", "d", "k"))
    call, count = rows.collection.connection.call, 0
    for turn in range(10):
        ids = [f"{turn}-{i}" for i in range(400)]
        rows.upsert(Rows(ids, ids, _ones(len(ids), DIM)))
        count += len(ids)
        rows.flush()
        call(lambda c: c.release_collection(rows.collection.name))
        call(lambda c: c.load_collection(rows.collection.name))
        assert len(row_search.search(rows, _ones(1, DIM), count)[0].ids) == count


def fifty_indexed_rows(options: IndexOptions | None = None) -> StoredRows:
    rows = stored_rows(options)
    creation.create(rows.collection, 2, Owner("d", "d", "k"))
    rows.upsert(Rows([f"{i}" for i in range(50)], ["s"] * 50, _ones(50, 2)))
    rows.flush()
    call = rows.collection.connection.call
    call(lambda c: c.release_collection(rows.collection.name))
    call(lambda c: c.load_collection(rows.collection.name))  # waits for the index
    return rows


@pytest.mark.parametrize("restarted", [False, True])
def test_an_index_file_that_cannot_be_read_is_built_again(home, restarted):
    rows = fifty_indexed_rows(IN_A_FILE)
    call = rows.collection.connection.call
    [file] = home.data.rglob("*.idx")
    whole = file.read_bytes()
    call(lambda c: c.release_collection(rows.collection.name))
    if restarted:
        embedded.stop(home)
    file.write_bytes(whole[:10])
    assert len(row_search.search(rows, _ones(1, 2), 50)[0].ids) == 50
    assert len(file.read_bytes()) == len(whole)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_flat_index_is_its_vectors_and_has_no_file(home):
    rows = fifty_indexed_rows()
    assert len(row_search.search(rows, _ones(1, 2), 50)[0].ids) == 50
    assert list(home.data.rglob("*.idx")) == []


def test_it_stops_when_nobody_is_left(home, tmp_path, monkeypatch):
    code = """
        embedded.stop(where)
        with tuned(IDLE_SECONDS=1):
            print(embedded.ensure_running(where).pid, flush=True)
        sys.stdin.read()
        """
    user = start(code)
    used = psutil.Process(int(user.stdout.readline()))
    monkeypatch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path / "other"))
    leaves = start(code)
    left = psutil.Process(int(leaves.stdout.readline()))
    finish(leaves)
    left.wait(60)
    assert embedded.running(home)  # it was there before, and somebody uses it
    user.kill()
    user.wait()
    used.wait(60)
    assert embedded.running(home) is None


def test_a_state_file_of_a_dead_server_misleads_nobody(home):
    embedded.ensure_running(home)
    embedded.stop(home)
    with socket.socket(socket.AF_UNIX) as other:
        path = str(home.state / "other.sock")
        other.bind(path)
        other.listen()
        # its process number may be another's by now
        embedded.write_state(home, embedded.Running(os.getpid(), path, 0.0))
        assert embedded.running(home) is None


def test_a_file_of_milvus_lite_2_is_explained(tmp_path):
    old = tmp_path / "old.db"
    old.write_bytes(b"SQLite format 3")
    with pytest.raises(InvalidRequest, match=r"Milvus Lite 2\.x"):
        client.connect(settings.Settings(uri=str(old)))


def test_a_folder_of_ones_own_is_a_milvus_of_its_own(home, tmp_path):
    path = tmp_path / "mine.db"
    mine = settings.resolve({"uri": str(path)})
    client.connect(mine).ping()
    where = embedded.home(mine)
    assert path.is_dir() and where.data == path
    assert embedded.running(home) is None
    embedded.stop(where)


def _ones(count: int, dim: int):
    import numpy as np

    return np.ones((count, dim), np.float32)
