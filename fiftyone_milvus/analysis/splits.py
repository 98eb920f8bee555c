"""Which split each sample is in: by tags, or by a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import fiftyone as fo
import numpy as np

from ..dataset import indexed_samples
from ..errors import InvalidRequest

MAX_SPLITS = 50


@dataclass(frozen=True)
class Splits:
    """The splits' names; the number of each sample's split, by sample id, of several
    the first; and the ids of the samples in several."""

    names: tuple[str, ...]
    of: Mapping[str, int]
    in_several: tuple[str, ...]

    def codes(self, sample_ids: np.ndarray) -> np.ndarray:
        """The numbers of the splits of samples, ``(n,)``; -1 for none."""
        return np.array([self.of.get(id_, -1) for id_ in sample_ids.tolist()], np.intp)


def by_sample(
    samples: fo.SampleCollection, tags: Sequence[str] | None, field: str | None
) -> Splits:
    """Who is in which split.

    Args:
        samples: all samples that the index may hold; frames and clips are in the splits
            of their videos
        tags: the sample tags that are the splits
        field: instead of tags, a field of the samples whose values are

    Raises:
        InvalidRequest: if these aren't two splits or more
    """
    if (not tags) == (not field):
        raise InvalidRequest("Name the splits by their tags or by a field, one of them")
    ids, of = _by_tags(samples, tags) if tags else _by_field(samples, field)
    there = {name for one in of for name in one}
    names = tuple(dict.fromkeys(tags)) if tags else tuple(sorted(there))
    absent = [name for name in names if name not in there]
    if absent:
        raise InvalidRequest(f"No sample has the tag '{absent[0]}'. Name tags in use.")
    if not 2 <= len(names) <= MAX_SPLITS:
        raise InvalidRequest(
            f"There are {len(names)} splits; name from 2 to {MAX_SPLITS} of them"
        )
    at = {name: number for number, name in enumerate(names)}
    pairs = [(id_, mine) for id_, mine in zip(ids, of, strict=True) if mine]
    return Splits(
        names,
        {id_: min(at[name] for name in mine) for id_, mine in pairs},
        tuple(id_ for id_, mine in pairs if len(mine) > 1),
    )


def _by_tags(
    samples: fo.SampleCollection, tags: Sequence[str]
) -> tuple[list[str], list[set[str]]]:
    ids, of = samples.values(["id", "tags"])
    if samples._is_generated:
        root = indexed_samples.all_samples(samples._root_dataset, None)
        above = dict(zip(*root.values(["id", "tags"]), strict=True))
        owners = samples.values("sample_id")
        pairs = zip(of, owners, strict=True)
        of = [[*(one or ()), *(above.get(owner) or ())] for one, owner in pairs]
    return ids, [{*tags} & {*(one or ())} for one in of]


def _by_field(
    samples: fo.SampleCollection, field: str | None
) -> tuple[list[str], list[set[str]]]:
    found = None if field is None else indexed_samples.values(samples, field)
    if found is None:
        raise InvalidRequest(f"There is no field '{field}' to take splits from")
    ids, values = found
    if any(isinstance(one, list | dict) or hasattr(one, "to_dict") for one in values):
        raise InvalidRequest(
            f"'{field}' doesn't hold one value for each sample. Name a field of "
            "strings, or the label of a classification, such as 'split.label'."
        )
    return ids, [set() if one is None else {str(one)} for one in values]
