"""Another user of this machine, who tries what the plugin must not allow."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

NOBODY = 65534

only_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can act as another user of this machine"
)


def as_nobody(function: Callable[[], T]) -> T | BaseException:
    """What a function returns, or raises, when another user runs it: in a fork of this
    process without its rights."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer: T | BaseException = function()
        except BaseException as e:
            answer = e
        with open(writing, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        found: T | BaseException = pickle.load(pipe)
    os.waitpid(child, 0)
    return found
