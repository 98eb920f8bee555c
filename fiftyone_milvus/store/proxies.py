"""Proxies that the environment names. gRPC sends what it sends through them, to this
machine too, unless ``no_proxy`` names the host."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass

# those that gRPC reads, the first one first
VARIABLES = ("grpc_proxy", "https_proxy", "http_proxy")
EXCEPTIONS = ("no_grpc_proxy", "no_proxy")


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the environment variable that names it; ``address`` may hold a
    password."""

    variable: str
    address: str


def on_the_way_to(host: str) -> Proxy | None:
    """The proxy that a connection to a host goes through, if it goes through one."""
    if is_here(host):
        return None
    exceptions = next(filter(None, map(os.environ.get, EXCEPTIONS)), "")
    if any(_covers(one.strip(), host) for one in exceptions.split(",")):
        return None
    named = ((name, os.environ.get(name)) for name in VARIABLES)
    return next((Proxy(name, value) for name, value in named if value), None)


def _covers(exception: str, host: str) -> bool:
    """Whether an entry of ``no_proxy`` is a host, the end of its name, or its net."""
    if not exception or exception == "*":
        return bool(exception)
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(exception)
    except ValueError:
        return host.lower().endswith(exception.lower().lstrip("*"))


def is_here(host: str) -> bool:
    """Whether a host is this machine by its name: no proxy leads to it."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
