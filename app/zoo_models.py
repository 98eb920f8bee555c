"""The zoo's models that compute embeddings, and which of them this machine can load."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import metadata

import fiftyone as fo
import fiftyone.zoo.models as fozm
from packaging.requirements import InvalidRequirement, Requirement

from fiftyone_milvus.dataset.models import TEXT_TAGS

TAG = "embeddings"  # of those that compute some


@dataclass(frozen=True)
class Model:
    """A zoo model that computes embeddings.

    Args:
        name: its name in the zoo
        supports_prompts: whether it embeds text as well
        downloaded: whether it is on this machine
        description: what it is, in a line
        license: what it is distributed under, as the zoo says
        size_bytes: how much is downloaded, if the zoo says
        missing_packages: the Python packages it needs that aren't installed here
    """

    name: str
    supports_prompts: bool
    downloaded: bool
    description: str
    license: str | None = None
    size_bytes: int | None = None
    missing_packages: tuple[str, ...] = ()


def models() -> list[Model]:
    """The zoo models that compute embeddings: first those on this machine, last those
    that can't be loaded here."""
    folder = fo.config.model_zoo_dir
    found = [
        replace(model, downloaded=bool(entry.is_in_dir(folder)))
        for entry, model in _embedding_models(_manifests())
    ]
    return sorted(
        found, key=lambda m: (bool(m.missing_packages), not m.downloaded, m.name)
    )


def default_model() -> str | None:
    """A model that is on this machine, rather one that embeds text; else none."""
    here = [
        model for model in models() if model.downloaded and not model.missing_packages
    ]
    here.sort(key=lambda model: not model.supports_prompts)
    return here[0].name if here else None


def _manifests() -> tuple[tuple[str, int], ...]:
    """The files that list the zoo's models beside FiftyOne's own, and since when they
    are as they are."""
    added = [*fozm._iter_model_manifests(), *(fo.config.model_zoo_manifest_paths or ())]
    found = sorted(filter(os.path.isfile, added))
    return tuple((path, os.stat(path).st_mtime_ns) for path in found)


@functools.lru_cache(maxsize=1)
def _embedding_models(
    manifests: tuple[tuple[str, int], ...],
) -> tuple[tuple[fozm.ZooModel, Model], ...]:
    """Those of the zoo that these files describe, each with its entry there. It takes
    too long for forms, which ask at every key press."""
    manifest, _ = fozm._load_zoo_models_manifest()
    return tuple((entry, _model(entry)) for entry in manifest if entry.has_tag(TAG))


def _model(entry: fozm.ZooModel) -> Model:
    return Model(
        entry.name,
        any(map(entry.has_tag, TEXT_TAGS)),
        False,
        entry.description or "",
        entry.license,
        entry.size_bytes,
        _missing_packages(entry.requirements),
    )


def _missing_packages(
    requirements: fozm.etam.ModelRequirements | None,
) -> tuple[str, ...]:
    packages = requirements.packages if requirements else None
    listed = packages if isinstance(packages, list) else []
    return tuple(each for each in listed if not _is_met(each.split("|")))


def _is_met(alternatives: Iterable[str]) -> bool:
    return any(map(_is_installed, alternatives))


@functools.cache
def _is_installed(requirement: str) -> bool:
    try:
        wanted = Requirement(requirement)
        found = metadata.version(wanted.name)
    except (InvalidRequirement, metadata.PackageNotFoundError):
        return False
    return wanted.specifier.contains(found, prereleases=True)
