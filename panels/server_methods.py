"""What the *Server* place asks."""

from __future__ import annotations

METHODS: tuple[str, ...] = ()


class ServerMethods:
    """None yet: what the place shows of the server is in the overview."""
