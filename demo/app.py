"""Opens the FiftyOne App with the Milvus panel beside the grid."""

import os
import signal
import socket
import threading
import time
import webbrowser

import fiftyone as fo
import requests
from fiftyone.core.service import ServerService, ServiceException
from fiftyone.core.session import session as sessions

from demo import patience
from demo.errors import DemoError

ANSWER_SECONDS = 300

_TRY = {
    "stamps": "bird, fruit, flower, mammal, hat, musical instrument, car",
    "photos": "a cat, a cup of coffee, a motorcycle, the moon",
    "quickstart": "a dog on a sofa, a train, food on a table, a surfer",
}


def check_port(port: int, address: str) -> None:
    """Makes sure that an App can be opened on ``port`` of an address.

    FiftyOne would join an App that's open there already, whichever database that
    one has, and waits a minute for anything else.

    Raises:
        DemoError: something listens there
    """
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((_host(address), port)) == 0:
            raise DemoError(
                f"Port {port} is in use: end what uses it, maybe another App, or "
                "choose another one with --port."
            )


def show(dataset: fo.Dataset, source: str, port: int, address: str) -> None:
    """Opens the App on ``dataset`` and returns once it was ended with Ctrl-C.

    Opens a browser, too, unless ``BROWSER`` is ``none``.

    Args:
        dataset: what the App shows
        source: what the dataset is made of
        port: the App's port
        address: the address that the App listens on

    Raises:
        DemoError: the App's server doesn't start
    """
    _start_server(port, address)
    # A remote session is one that opens no browser and prints no long instructions
    session = fo.Session(
        dataset, spaces=_spaces(), port=port, address=address, remote=True
    )
    url = f"http://{_host(address)}:{port}/datasets/{dataset.name}"
    try:
        print(f"In the Milvus panel's search, try: {_TRY[source]}")
        print(f"The App is at {url} - Ctrl-C ends it.", flush=True)
        if os.environ.get("BROWSER", "").lower() != "none":
            webbrowser.open(url, new=2)
        threading.Event().wait()
    except KeyboardInterrupt:
        # Its server takes some seconds; a second Ctrl-C would leave it running
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("\nEnding the App; the next start is quick.", flush=True)
    session.close()


def _start_server(port: int, address: str) -> None:
    """Starts the App's server, and waits until it answers: a session that is opened
    before gives it ten seconds, and then prints that it can't connect."""
    patience.wait_longer()
    try:
        server = ServerService(
            port, address=address, do_not_track=fo.config.do_not_track
        )
        sessions._server_services[port] = server  # the session's own, which ends it
        _wait_until_it_answers(f"http://{_host(address)}:{port}/fiftyone")
    except (ServiceException, requests.RequestException) as error:
        raise DemoError(
            f"The App's server did not start on {address}, port {port} ({error}). Run "
            "'make demo' again when this machine is less busy, or choose another "
            "--address or --port."
        ) from error


def _wait_until_it_answers(url: str) -> None:
    end = time.monotonic() + ANSWER_SECONDS
    with requests.Session() as http:
        http.trust_env = False  # no proxy leads to this machine
        while True:
            try:
                http.get(url, timeout=ANSWER_SECONDS).raise_for_status()
                return
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


def _host(address: str) -> str:
    """What a browser on this machine calls an address."""
    everywhere = "0.0.0.0"  # nosec B104 # it is compared with
    return "localhost" if address in ("127.0.0.1", everywhere) else address


def _spaces() -> fo.Space:
    """The grid on the left, the Milvus panel on the right."""
    return fo.Space(
        children=[
            _space(fo.Panel(type="Samples", pinned=True)),
            _space(fo.Panel(type="milvus_panel")),
        ],
        orientation="horizontal",
        sizes=[0.62, 0.38],
    )


def _space(panel: fo.Panel) -> fo.Space:
    # Without an active child a space shows its tab and nothing below
    return fo.Space(children=[panel], active_child=panel.component_id)
