"""Checks of numbers that people give, of Python's, numpy's or JSON's types."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, TypeGuard

import numpy as np

from .errors import InvalidRequest


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a finite number, and no boolean."""
    real = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    return real and math.isfinite(value)


def count(
    value: Any, name: str, what: str, most: int | None = None, least: int = 1
) -> int:
    """A count; a whole number of any type, such as ``10.0``.

    Args:
        value: what was given
        name: the parameter's name
        what: what is counted, in the plural
        most: the largest that can be
        least: the smallest

    Raises:
        InvalidRequest: if it is no such number
    """
    whole = is_number(value) and value == int(value)
    if not whole or value < least or (most is not None and value > most):
        limits = f"{least} or more" if most is None else f"{least} to {most:,}"
        raise InvalidRequest(f"{name} is {value!r}; ask for {limits} {what}")
    return int(value)
