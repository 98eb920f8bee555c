"""Zoo models by name, loaded once per process, and their locks."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import fiftyone as fo
import fiftyone.core.utils as fou
import fiftyone.zoo as foz
from cachetools import LRUCache

from ..errors import InvalidRequest
from . import model_arguments, model_trust

TEXT_TAGS = ("zero-shot", "text-embeddings")
SECONDS_AT_ONCE = 1.0
TEXT_COPY = "_milvus_text_copy"  # an attribute of a model; garbage with it
KEPT = 2  # people switch between few, and each may take gigabytes

_models: LRUCache[str, Future[Any]] = LRUCache(KEPT)  # those that are loaded
_loading: dict[str, tuple[Future[Any], float]] = {}  # others, and since when
_warming = threading.Lock()  # one model at a time
_locks: WeakKeyDictionary[Any, FairLock] = WeakKeyDictionary()
_lock = threading.Lock()


class FairLock:
    """A lock that a waiting thread gets before the one that releases it: a build takes
    the lock again at once, and with another lock would keep searches waiting. Those who
    ask for :meth:`first` get it before all others that wait."""

    def __init__(self) -> None:
        self._turns: list[object] = []  # that of who has the lock comes first
        self._first = 0  # how many wait to be first
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        self._take(False)

    def __exit__(self, *_: object) -> None:
        with self._changed:
            del self._turns[0]
            self._changed.notify_all()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Takes the lock before all others that wait for it; for what is quick."""
        self._take(True)
        try:
            yield
        finally:
            self.__exit__()

    def _take(self, first: bool) -> None:
        turn = object()
        with self._changed:
            place = 1 + self._first if first else len(self._turns)
            self._turns.insert(place, turn)
            self._first += first
            try:
                self._changed.wait_for(lambda: self._turns[0] is turn)
            except BaseException:
                self._turns.remove(turn)
                self._changed.notify_all()
                raise
            finally:
                self._first -= first


class AdaptiveBatches:
    """How many images, or texts, are embedded before others may use the model: as many
    as take about :data:`SECONDS_AT_ONCE` at the latest speed; one at first."""

    def __init__(self) -> None:
        self._count = 1.0

    def size(self, batch_size: int = 1) -> int:
        """How many to embed next: whole batches, or part of one."""
        return int(self._count / batch_size) * batch_size or int(self._count)

    def embedded(self, count: int, seconds: float) -> None:
        """Adapts to how long the model took for so many."""
        best = count * SECONDS_AT_ONCE / max(seconds, 1e-3)
        self._count = max(1.0, min(2 * self._count, best))


class SharedModel:
    """A model for FiftyOne's own loop over samples that others can use in between: they
    wait for one batch in the model, and not while images are read.

    It passes for the model (``isinstance``, and all of its attributes). What FiftyOne
    sets on it, such as that a data loader preprocesses, is set on the model only while
    it embeds. A model that reads files itself, in ``embed()`` or ``embed_all()``, keeps
    others waiting while it reads, too.

    Args:
        model: the model
        batches: is given how many images were embedded, and how long that took
    """

    def __init__(self, model: Any, batches: AdaptiveBatches) -> None:
        self._shared = (model, batches)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._shared[0])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shared[0], name)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        """The model itself is entered for each batch."""

    def embed(self, image: Any) -> Any:
        with self._locked() as (model, batches):
            began = time.monotonic()
            vector = model.embed(image)
            batches.embedded(1, time.monotonic() - began)
        return vector

    def embed_all(self, batch: Any) -> Any:
        with self._locked() as (model, batches):
            began = time.monotonic()
            vectors = model.embed_all(batch)
            batches.embedded(len(vectors), time.monotonic() - began)
        return vectors

    @contextmanager
    def _locked(self) -> Iterator[tuple[Any, AdaptiveBatches]]:
        given = {name: at for name, at in vars(self).items() if name != "_shared"}
        model = self._shared[0]
        with lock_of(model), fou.SetAttributes(model, **given), model:
            yield self._shared


def check_in_zoo(name: str) -> None:
    """Checks that the zoo has a model of this name; loads nothing.

    Raises:
        InvalidRequest: if it has none
    """
    if name not in foz.list_zoo_models():
        raise InvalidRequest(
            f"The FiftyOne model zoo has no model {model_arguments.shown(name)}. "
            "Choose one that `fiftyone zoo models list` shows."
        )


def is_downloaded(name: str, model_kwargs: dict[str, Any] | None = None) -> bool:
    """Whether a zoo model is downloaded, as far as FiftyOne knows; loads nothing."""
    folder, model = fo.config.model_zoo_dir, foz.get_zoo_model(name)
    if model.manager is not None:
        return bool(model.is_in_dir(folder))
    config = (model.default_deployment_config_dict or {}).get("config") or {}
    named = {**config, **(model_kwargs or {})}.get("name_or_path")
    repository = str(named or "").replace("/", "--")
    return bool(repository) and Path(folder, f"models--{repository}").is_dir()


def is_loaded(name: str, model_kwargs: dict[str, Any] | None = None) -> bool:
    """Whether :func:`load` gives the model at once."""
    with _lock:
        return _key(name, model_kwargs) in _models


def loading_seconds(
    name: str, model_kwargs: dict[str, Any] | None = None
) -> float | None:
    """For how many seconds a model is being loaded by now; ``None`` if it isn't."""
    with _lock:
        _, began = _loading.get(_key(name, model_kwargs), (None, None))
    return None if began is None else time.monotonic() - began


def embeds_text(name: str) -> bool:
    """Whether a zoo model embeds text as well; loads nothing."""
    found = foz.get_zoo_model(name)
    return any(found.has_tag(tag) for tag in TEXT_TAGS)


def load(
    name: str, model_kwargs: dict[str, Any] | None = None, *, stamp: Any = None
) -> Any:
    """The model that a record names; the last few stay loaded. Calls while it is being
    loaded wait for it.

    Args:
        name: its name in the zoo
        model_kwargs: keyword arguments for loading it
        stamp: the record's stamp for them, see ``model_trust.py``

    Returns:
        a ``fiftyone.core.models.Model`` that gives embeddings

    Raises:
        UntrustedModel: if nobody has accepted the arguments here
        InvalidRequest: if it doesn't exist, can't be loaded, or gives no embeddings
    """
    model_trust.check_trusted(name, model_kwargs, stamp)
    return load_given(name, model_kwargs)


def load_given(
    name: str, model_kwargs: dict[str, Any] | None = None, *, with_text: bool = False
) -> Any:
    """As :func:`load`, for arguments from the caller's own code or from a form, and not
    from a record; with what a model loads for its first text, if that is asked for."""
    key = _key(name, model_kwargs)
    future: Future[Any] = Future()
    with _lock:
        known = _models.get(key) or _loading.get(key, (None,))[0]
        if known is None:
            _loading[key] = future, time.monotonic()
    if known is not None:
        return known.result()
    try:
        model = _loaded(name, model_kwargs or {})
        if with_text and getattr(model, "can_embed_prompts", False):
            with suppress(Exception):  # a search by text gives the reason
                model.embed_prompt("an image")
    except BaseException as e:
        with _lock:
            del _loading[key]
        future.set_exception(e)
        raise
    with _lock:
        del _loading[key]
        _models[key] = future
    future.set_result(model)
    return model


def warm(
    name: str, model_kwargs: dict[str, Any] | None = None, *, stamp: Any = None
) -> None:
    """Loads the model that a record names in the background, unless it is loaded or
    being loaded, or another is being loaded so, and embeds a text with it, which loads
    the rest of some models. Downloads nothing, and loads nothing that :func:`load`
    would refuse. Errors are raised later, by :func:`load`."""
    threading.Thread(
        target=_warm, args=(name, model_kwargs, stamp), daemon=True
    ).start()


def lock_of(model: Any) -> FairLock:
    """The lock to hold while embedding with a model. Only one thread may use a model:
    FiftyOne's keep a layer's output, and whether to preprocess, in the object."""
    with _lock:
        if TEXT_COPY not in vars(model):
            # now, since a holder of the lock changes the model's attributes
            of_texts = copy.copy(model)
            vars(model)[TEXT_COPY] = vars(of_texts)[TEXT_COPY] = of_texts
        return _locks.setdefault(model, FairLock())


def text_model(model: Any) -> Any:
    """What to embed texts with: another object with the same weights, and a lock of its
    own, so that a search by text doesn't wait for images that the model embeds."""
    lock_of(model)
    return vars(model)[TEXT_COPY]


def _warm(name: str, model_kwargs: dict[str, Any] | None, stamp: Any) -> None:
    if not _warming.acquire(blocking=False):
        return
    try:
        with suppress(Exception):
            model_trust.check_trusted(name, model_kwargs, stamp)
            if is_downloaded(name, model_kwargs):
                load_given(name, model_kwargs, with_text=True)
    finally:
        _warming.release()


def _key(name: str, model_kwargs: dict[str, Any] | None) -> str:
    return json.dumps([name, model_kwargs or {}], sort_keys=True, default=str)


def _loaded(name: str, model_kwargs: dict[str, Any]) -> Any:
    check_in_zoo(name)
    try:
        model = foz.load_zoo_model(name, **model_kwargs)
    except Exception as e:
        raise InvalidRequest(
            f"The model '{name}' can't be loaded: {e}. Install what it needs, or "
            "choose another model."
        ) from e
    if not model.has_embeddings:
        raise InvalidRequest(
            f"The model '{name}' gives no embeddings. Choose one that does."
        )
    return model
