"""The demo's App: where it listens, and what it prints while it starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from fiftyone.core.service import Service, ServiceListenTimeout

from demo import patience
from harness.ports import free_port

ROOT = Path(__file__).resolve().parents[2]

SHOW = """
import sys
import fiftyone as fo
from demo import app
app.show(fo.load_dataset(sys.argv[1]), "photos", int(sys.argv[2]), "127.0.0.1")
"""
WITHIN = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
LATE = """
import socket, sys
sys.stdin.readline()
listener = socket.create_server(("127.0.0.1", 0))
sys.stdin.read()
"""


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    found = [process, *process.children(recursive=True)]
    return {
        (c.laddr.ip.removeprefix("::ffff:"), c.laddr.port)
        for one in found
        for c in one.net_connections()
        if c.status == psutil.CONN_LISTEN
    }


@pytest.mark.timeout(1200)  # a busy machine takes minutes to import the server
def test_the_app_listens_on_this_machine_alone_and_starts_in_silence(vectors_dataset):
    vectors_dataset.persistent = True
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SHOW, vectors_dataset.name, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "BROWSER": "none"},
        # a shell's background jobs, and what they start, ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "Ctrl-C ends it" in line:
                break
        assert "Ctrl-C ends it" in printed[-1], "".join(printed)
        assert ("127.0.0.1", port) in listening(psutil.Process(process.pid))
        addresses = {ip for ip, one in listening(psutil.Process(process.pid))}
        assert addresses <= {"127.0.0.1", "::1"}
        process.send_signal(signal.SIGINT)
        printed.append(process.communicate(timeout=600)[0])
        assert process.returncode == 0
        assert "Could not connect" not in "".join(printed)
    finally:
        process.kill()


class Late(Service):
    """A service that listens only once somebody has asked why it is late."""

    service_name = "db"

    def start(self):
        self.child = psutil.Popen(
            [sys.executable, "-c", WITHIN, LATE], stdin=subprocess.PIPE, text=True
        )


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.delenv("FIFTYONE_DISABLE_SERVICES", raising=False)
    monkeypatch.setattr(Service, "_wait_for_child_port", None)
    patience.wait_longer()


def test_a_service_that_is_late_is_waited_for(patient, monkeypatch):
    said = []
    service = Late()

    def say(text, flush):
        said.append(text)
        service.child.stdin.write("\n")
        service.child.stdin.flush()

    monkeypatch.setattr(patience, "print", say, raising=False)
    port = service._wait_for_child_port(timeout=1)
    assert ("127.0.0.1", port) in listening(service.child)
    assert said[0] == (
        "FiftyOne's database is not ready after 1 seconds: this machine is busy. "
        "Trying again."
    )


def test_a_service_that_ended_is_not_waited_for(patient, monkeypatch):
    monkeypatch.setattr(patience, "print", pytest.fail, raising=False)
    service = Late()
    service.child.kill()
    with pytest.raises(ServiceListenTimeout):
        service._wait_for_child_port(timeout=0)


def test_a_database_that_does_not_answer_is_asked_again(patient, monkeypatch, capsys):
    answers = [ConnectionError("no answer"), []]

    def list_datasets():
        if isinstance(answer := answers.pop(0), Exception):
            raise answer

    monkeypatch.setattr(patience.fo, "list_datasets", list_datasets)
    monkeypatch.setattr(patience.database, "_disconnect", lambda: None)
    monkeypatch.setattr(patience.fo.config, "database_uri", None)
    patience.connect()
    assert answers == []
    assert capsys.readouterr().out == (
        "FiftyOne's database does not answer: this machine is busy. Trying again.\n"
    )
