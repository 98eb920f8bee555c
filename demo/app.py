"""Opens the FiftyOne App with the Milvus panel beside the grid."""

import os
import signal
import socket
import threading
import webbrowser

import fiftyone as fo

from demo.errors import DemoError

_TRY = {
    "stamps": "bird, fruit, flower, mammal, hat, musical instrument, car",
    "photos": "a cat, a cup of coffee, a motorcycle, the moon",
    "quickstart": "a dog on a sofa, a train, food on a table, a surfer",
}


def check_port(port: int) -> None:
    """Makes sure that an App can be opened on ``port``.

    FiftyOne would join an App that's open there already, whichever database that
    one has, and waits a minute for anything else.

    Raises:
        DemoError: something listens there
    """
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise DemoError(
                f"Port {port} is in use: end what uses it, maybe another App, or "
                "choose another one with --port."
            )


def show(dataset: fo.Dataset, source: str, port: int) -> None:
    """Opens the App on ``dataset`` and returns once it was ended with Ctrl-C.

    Opens a browser, too, unless ``BROWSER`` is ``none``.

    Args:
        dataset: what the App shows
        source: what the dataset is made of
        port: the App's port
    """
    # A remote session is one that opens no browser and prints no long instructions
    session = fo.Session(dataset, spaces=_spaces(), port=port, remote=True)
    url = f"http://localhost:{port}/datasets/{dataset.name}"
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
