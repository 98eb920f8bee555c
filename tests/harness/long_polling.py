"""Long polling for a Kafka server that has none: noida-db answers a fetch at once when
there is nothing to fetch, and consumers ask again at once, which keeps a core busy.

Here a fetch waits until something is produced to its topic, as Kafka has it.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from functools import partial

HOST = "127.0.0.1"
PRODUCE, FETCH = 0, 1  # keys of Kafka's protocol
WAIT_SECONDS = 0.5  # at most, as clients ask for by default
EMPTY_BYTES = 128  # an answer with a record is longer
TOPIC = re.compile(rb"by-dev-[\w-]+")  # Milvus's prefix
CLOSED = (asyncio.IncompleteReadError, OSError)

News = dict[bytes, asyncio.Event]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def serve(port: int, server: int) -> None:
    """Passes on what connects to a port to a server's port, for ever."""
    listener = await asyncio.start_server(
        partial(_pass_on, {}, port, server), HOST, port
    )
    await listener.serve_forever()


async def _pass_on(
    news: News,
    port: int,
    server: int,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    own, theirs = (
        b"%s%s" % (HOST.encode(), p.to_bytes(4, "big")) for p in (port, server)
    )
    with suppress(*CLOSED):
        far = await asyncio.open_connection(HOST, server)
        try:
            while True:
                request = await _read(reader)
                answer = await _answer(news, far, request)
                # the server tells clients to connect to its port
                writer.write(answer.replace(theirs, own))
                await writer.drain()
        finally:
            far[1].close()
            writer.close()


async def _answer(news: News, far: Streams, request: bytes) -> bytes:
    key = int.from_bytes(request[4:6], "big")
    found = TOPIC.search(request, 0, 512) if key in (PRODUCE, FETCH) else None
    topic = found[0] if found else b""
    event = news.setdefault(topic, asyncio.Event()) if key == FETCH else None
    answer = await _ask(far, request)
    if key == PRODUCE and topic in news:
        news.pop(topic).set()
    if event is None or len(answer) > EMPTY_BYTES:
        return answer
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), WAIT_SECONDS)
    return await _ask(far, request)


async def _ask(far: Streams, request: bytes) -> bytes:
    reader, writer = far
    writer.write(request)
    await writer.drain()
    return await _read(reader)


async def _read(reader: asyncio.StreamReader) -> bytes:
    """A message, with the size that precedes it."""
    size = await reader.readexactly(4)
    return size + await reader.readexactly(int.from_bytes(size, "big"))
