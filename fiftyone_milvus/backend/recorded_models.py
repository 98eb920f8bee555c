"""The model that an index's record names, and a person's word that it may be loaded."""

from __future__ import annotations

import fiftyone as fo

from ..dataset import model_arguments, model_trust, models
from ..errors import InvalidRequest, UntrustedModel
from .config import MilvusSimilarityConfig
from .runs import config_of


def warm(dataset: fo.Dataset, brain_key: str) -> bool:
    """Begins to load the model of an index that is searched by text; whether it is
    one. What nobody has accepted isn't loaded, and nothing is fetched."""
    config = config_of(dataset, brain_key)
    if not config.supports_prompts or config.model is None:
        return False
    models.warm(config.model, config.model_kwargs, stamp=config.own.model_stamp)
    return True


def to_accept(dataset: fo.Dataset, brain_key: str) -> str | None:
    """The model of an index and its arguments, as one says them in a call, if a person
    has to accept them before they are used; ``None`` if not.

    Raises:
        RefusedModel: if they are never taken from a record
    """
    config = config_of(dataset, brain_key)
    try:
        model_trust.check_trusted(
            config.model, config.model_kwargs, config.own.model_stamp
        )
    except UntrustedModel:
        return _as_call(config)
    return None


def trust_model(
    dataset: fo.Dataset, brain_key: str, arguments: str | None = None
) -> str:
    """Accepts the arguments that the record of an index has for its model. Call it
    where you trust the author of the dataset; it is asked once, and remembered in
    ``FIFTYONE_MILVUS_DIR``, beside no dataset.

    Example::

        print(fiftyone_milvus.trust_model(dataset, "images"))

    Args:
        dataset: the dataset
        brain_key: the index
        arguments: what :func:`to_accept` said before, to be sure that it is the same

    Returns:
        the model and its arguments

    Raises:
        RefusedModel: if such arguments are never taken from a record
        InvalidRequest: if they are others than those given, or that can't be remembered
    """
    refused = to_accept(dataset, brain_key)
    config = config_of(dataset, brain_key)
    call = _as_call(config)
    if arguments is not None and arguments != call:
        raise InvalidRequest(
            f"The record of the index '{brain_key}' has changed: its model is now "
            f"{call}. Look at it again before you accept it."
        )
    if refused is not None:
        model_trust.accept(config.model, config.model_kwargs)
    return call


def _as_call(config: MilvusSimilarityConfig) -> str:
    arguments = model_arguments.as_call(config.model_kwargs or {})
    return f"{config.model}({arguments})"
