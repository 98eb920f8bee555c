"""Free ports on 127.0.0.1."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

# Below the range that systems take the near ends of connections from, so that no
# connection takes a port between its choice and its use
FIRST, LAST = 10_000, 32_000


def free_ports(count: int) -> list[int]:
    """``count`` different ports that nothing listens on."""
    ports: list[int] = []
    with ExitStack() as sockets:
        while len(ports) < count:
            candidate = random.SystemRandom().randrange(FIRST, LAST)
            listener = sockets.enter_context(socket.socket())
            try:
                # All interfaces, because some servers can bind nothing less
                listener.bind(("", candidate))
            except OSError:
                continue
            ports.append(candidate)
    return ports


def free_port() -> int:
    """One port that nothing listens on."""
    return free_ports(1)[0]


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
