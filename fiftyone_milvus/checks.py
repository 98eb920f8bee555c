"""Checks of what people give: numbers, of Python's, numpy's or JSON's types; and how
much one request may bring. People don't meet these limits: what is beyond them would
fill the memory, or keep others waiting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sized
from numbers import Real
from typing import Any, TypeGuard

import numpy as np

from .errors import InvalidRequest

# Of a query
MAX_TERMS = 200
MAX_PHRASINGS = 100  # of a term; the templates of ImageNet's classes are 80
MAX_TEXTS = 1_000  # phrasings of all terms
MAX_TEXT = 2_000  # letters of one phrasing; models read far fewer
MAX_IDS = 200_000  # a person selects a view at most
MAX_NAME = 4_096  # letters of a name, a path or an address
# A saved search keeps each image, and MongoDB takes 16 MB at once
MAX_IMAGE_BYTES = 8_000_000
MAX_IMAGES_BYTES = 64_000_000
MAX_IMAGE_PIXELS = 50_000_000  # a telephone's 48 megapixels, in 150 MB of RGB
MAX_IMAGES_PIXELS = 10_000_000_000  # of all images and their scans

# Of all that is sent to an operator or a method of the panel
MAX_VALUES = 500_000
MAX_COUNT = 2**31 - 1
MAX_TEXT_BYTES = 12_000_000  # of an image, as base64
MAX_TEXTS_BYTES = 120_000_000
MAX_DEPTH = 32


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


def check_count(
    items: Sized, most: int, name: str, what: str, instead: str = "Give fewer."
) -> None:
    """Checks how many of something there are.

    Args:
        items: they
        most: how many there may be
        name: the parameter or term that they are given as
        what: what they are, in the plural
        instead: what to do

    Raises:
        InvalidRequest: if there are more
    """
    if len(items) > most:
        raise InvalidRequest(
            f"{name} has {len(items):,} {what}, which are too many: {most:,} at most. "
            f"{instead}"
        )


def check_size(params: Any) -> None:
    """Checks how much there is in plain data of any shape, before it is read.

    Raises:
        InvalidRequest: if it is too much, nested too deeply, or holds half a character
    """
    values = letters = 0
    level = [params]
    for _ in range(MAX_DEPTH):
        following: list[Any] = []
        for value in level:
            if isinstance(value, str | bytes):
                letters += len(value)
                _check_text(value)
            elif isinstance(value, Mapping):
                following += value.keys()
                following += value.values()
            elif isinstance(value, list | tuple | set | frozenset):
                following += value
        values += len(following)
        if values > MAX_VALUES or letters > MAX_TEXTS_BYTES:
            raise InvalidRequest(
                f"More than {MAX_VALUES:,} values, or {MAX_TEXTS_BYTES / 1e6:,.0f} MB "
                "of texts, were sent. Send fewer at a time."
            )
        if not following:
            return
        level = following
    raise InvalidRequest(
        f"What was sent is nested more than {MAX_DEPTH} levels deep. Send plain lists "
        "and objects."
    )


def _check_text(text: str | bytes) -> None:
    if len(text) > MAX_TEXT_BYTES:
        raise InvalidRequest(
            f"A text of {len(text) / 1e6:,.1f} MB was sent, and "
            f"{MAX_TEXT_BYTES / 1e6:,.0f} MB are the most. Send less."
        )
    if isinstance(text, bytes) or text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as e:
        raise InvalidRequest(
            f"The text {text!r:.100} holds half of a character. Type it again."
        ) from e
