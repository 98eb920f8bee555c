"""The model arguments that are accepted from a record or a form: a short list, without
secrets, and with values that name no code."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import fiftyone as fo

from ..errors import InvalidRequest

MAX_TEXT = 1_000  # characters
MAX_TEXTS = 30_000  # of a list, such as the classes of ImageNet-21k
MAX_NUMBER = 1e6
MAX_NUMBERS = 4  # of a list: a size has two, a colour up to four
MAX_VALUES = 100_000  # that are searched for secrets
MAX_DEPTH = 20
SHOWN = 100  # characters of a text
SHOWN_VALUES = 5  # of several

# A model of Hugging Face or of OpenCLIP; no address, and no path that leads upwards
_PART = r"[A-Za-z0-9_][\w.+@-]*"
_NAME = re.compile(rf"(hf-hub:)?{_PART}(/{_PART})?", re.ASCII)

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECRET = {
    *("accesskey", "apikey", "auth", "authentication", "authorization", "bearer"),
    *("cookie", "credential", "credentials", "jwt", "passphrase", "passwd", "password"),
    *("privatekey", "pwd", "secret", "secretkey", "secrets"),
}
_KEYS = {"access", "account", "api", "auth", "encryption", "private"}
# Before "token" these make a word of a tokenizer, such as pad_token
_TOKENS = {"bos", "cls", "eos", "image", "mask", "pad", "sep", "special", "unk"}
_IN_ADDRESS = re.compile(
    r"://[^/\s?#]*@"
    r"|[?&#][\w.-]{0,40}?(auth|key|password|secret|sig|token)[\w.-]{0,40}=",
    re.IGNORECASE,
)


def check(arguments: Any) -> None:
    """Checks arguments from a form.

    Raises:
        InvalidRequest: naming the one that isn't accepted
    """
    check_no_secret(arguments)
    found = problem(arguments)
    if found is not None:
        raise InvalidRequest(
            f"These model arguments can't be used here: {found}. To use others, build "
            "the index in Python."
        )


def problem(arguments: Any) -> str | None:
    """Why arguments are never taken from a record, in words; ``None`` if they may be.
    The time it takes is bounded, whatever the arguments."""
    if arguments is None:
        return None
    if not isinstance(arguments, Mapping):
        return "they aren't names with values"
    others = islice((name for name in arguments if name not in _ALLOWED), SHOWN_VALUES)
    named = ", ".join(map(_shown_alone, others))
    if named:
        return f"{named} can make FiftyOne run or fetch other code"
    for name, value in arguments.items():
        if value is not None and not _ALLOWED[name](value):
            return f"{name} has an invalid value: {shown(value)}"
    return None


def check_no_secret(arguments: Any) -> None:
    """Checks arguments that are to be stored with a run.

    Raises:
        InvalidRequest: naming one that looks like a secret
    """
    for path, value in _walked(arguments):
        if _is_secret(path[-1] if path else "", value):
            raise InvalidRequest(
                f"The model argument {shown('.'.join(path))} looks like a secret, and "
                "a model's arguments are stored in MongoDB with the index. Leave it "
                "out, and set it in the environment of the processes that load the "
                "model, such as HF_TOKEN for models of Hugging Face."
            )


def plain(arguments: Any, depth: int = MAX_DEPTH) -> Any:
    """Arguments from MongoDB as plain dicts and lists, without secrets that were stored
    by an earlier version, and without values that are nested too deep."""
    if isinstance(arguments, Mapping):
        pairs = arguments.items() if depth else ()
        return {
            name: plain(value, depth - 1)
            for name, value in pairs
            if not _is_secret(str(name), value)
        }
    if isinstance(arguments, list | tuple):
        values = arguments if depth else ()
        return [plain(each, depth - 1) for each in values if not _is_secret("", each)]
    return arguments


def as_call(arguments: Mapping[str, Any]) -> str:
    """Arguments as in a Python call, with long values shortened."""
    return ", ".join(f"{name}={shown(arguments[name])}" for name in sorted(arguments))


def shown(value: Any) -> str:
    """A value for a sentence, escaped and shortened."""
    if isinstance(value, Mapping):
        some = islice(value.items(), SHOWN_VALUES)
        parts = [f"{_shown_alone(key)}: {_shown_alone(each)}" for key, each in some]
        opening, closing = "{}"
    elif isinstance(value, list | tuple):
        parts = [_shown_alone(each) for each in value[:SHOWN_VALUES]]
        opening, closing = "[]"
    else:
        return _shown_alone(value)
    more = f", ... {len(value):,} in all" if len(value) > SHOWN_VALUES else ""
    return f"{opening}{', '.join(parts)}{more}{closing}"


def _shown_alone(value: Any) -> str:
    if isinstance(value, str):
        return repr(value[:SHOWN]) + ("..." if len(value) > SHOWN else "")
    short = isinstance(value, int) and abs(value) < 1e18
    return repr(value) if short or value is None or isinstance(value, float) else "..."


def _walked(arguments: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All values in arguments, at any depth, each with the last names of its path."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), arguments)]
    for _ in range(MAX_VALUES):
        if not waiting:
            return
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, Mapping):
            named = ((str(name), each) for name, each in value.items())
            waiting += [((*path, name)[-SHOWN_VALUES:], each) for name, each in named]
        elif isinstance(value, list | tuple):
            waiting += [(path, each) for each in value]
    raise InvalidRequest(
        f"These model arguments have more than {MAX_VALUES:,} values. Give fewer."
    )


def _is_secret(name: str, value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, str) and _IN_ADDRESS.search(value[:MAX_TEXT]):
        return True
    return _names_secret(name[:MAX_TEXT])


def _names_secret(name: str) -> bool:
    if name in _ALLOWED:
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    if _SECRET.intersection(words):
        return True
    if any(one in _KEYS and next_ == "key" for one, next_ in pairwise(words)):
        return True
    return words[-1:] == ["token"] and not _TOKENS.intersection(words)


# -- the allowed values


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_NUMBER  # which NaN is not


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _numbers(value: Any) -> bool:
    listed = isinstance(value, list | tuple) and len(value) <= MAX_NUMBERS
    return listed and all(map(_number, value))


def _texts(value: Any) -> bool:
    listed = isinstance(value, list | tuple) and len(value) <= MAX_TEXTS
    return listed and all(map(_text, value))


def _named_texts(value: Any) -> bool:
    if not isinstance(value, Mapping) or len(value) > MAX_TEXTS:
        return False
    return all(map(_text, value)) and all(map(_text, value.values()))


def _name(value: Any) -> bool:
    """The name of a model elsewhere, short enough to be shown in full; or a path in the
    zoo's folder."""
    if not _text(value):
        return False
    named = len(value) <= SHOWN and _NAME.fullmatch(value) is not None
    return (named and not os.path.exists(value)) or _path(value)


def _path(value: Any) -> bool:
    """A path in the folder of FiftyOne's model zoo, links resolved."""
    if not _text(value) or "{{" in value or not os.path.isabs(value):
        return False
    try:
        zoo = Path(fo.config.model_zoo_dir).resolve()
        return zoo in Path(value).resolve().parents
    except (OSError, ValueError, RuntimeError):  # no path, or links in a circle
        return False


_ALLOWED: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(
        (
            "as_feature_extractor",
            "channels_last",
            "cudnn_benchmark",
            "output_hidden_states",
            "ragged_batches",
            "raw_inputs",
            "use_half_precision",
        ),
        _flag,
    ),
    **dict.fromkeys(
        (
            "confidence_thresh",
            "context_length",
            "embeddings_token_position",
            "hidden_state_position",
            "image_dim",
            "image_max_dim",
            "image_min_dim",
            "image_patch_size",
        ),
        _number,
    ),
    **dict.fromkeys(
        ("image_max_size", "image_mean", "image_min_size", "image_size", "image_std"),
        _numbers,
    ),
    **dict.fromkeys(
        (
            "device",
            "embeddings_aggregation",
            "embeddings_layer",
            "embeddings_output_key",
            "labels_string",
            "text_prompt",
        ),
        _text,
    ),
    **dict.fromkeys(("classes", "filter_classes"), _texts),
    "class_prompts": _named_texts,
    **dict.fromkeys(("clip_model", "name_or_path", "pretrained"), _name),
    "labels_path": _path,
}
