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
    """The splits' ``names``; the number of each sample's split by sample id, the first
    one for a sample in several; and the ids of the samples ``in_several``."""

    names: tuple[str, ...]
    by_id: Mapping[str, int]
    in_several: tuple[str, ...]

    def codes(self, sample_ids: np.ndarray) -> np.ndarray:
        """The numbers of the splits of samples, ``(n,)``; -1 for none."""
        return np.array(
            [self.by_id.get(id_, -1) for id_ in sample_ids.tolist()], np.intp
        )


def by_sample(
    samples: fo.SampleCollection, tags: Sequence[str] | None, field: str | None
) -> Splits:
    """The split of each sample.

    Args:
        samples: all samples that the index may have; frames and clips are in the splits
            of their videos
        tags: the sample tags that are the splits
        field: instead of tags, a field of the samples whose values are the splits

    Raises:
        InvalidRequest: unless there are two splits or more
    """
    if (not tags) == (not field):
        raise InvalidRequest("Name the splits, either by tags or by a field")
    ids, splits = _by_tags(samples, tags) if tags else _by_field(samples, field)
    present = {name for some in splits for name in some}
    names = tuple(dict.fromkeys(tags)) if tags else tuple(sorted(present))
    absent = [name for name in names if name not in present]
    if absent:
        raise InvalidRequest(f"No sample has the tag '{absent[0]}'. Name tags in use.")
    if not 2 <= len(names) <= MAX_SPLITS:
        raise InvalidRequest(
            f"There are {len(names)} splits. Name 2 to {MAX_SPLITS} of them."
        )
    at = {name: number for number, name in enumerate(names)}
    pairs = [(id_, some) for id_, some in zip(ids, splits, strict=True) if some]
    return Splits(
        names,
        {id_: min(at[name] for name in some) for id_, some in pairs},
        tuple(id_ for id_, some in pairs if len(some) > 1),
    )


def _by_tags(
    samples: fo.SampleCollection, tags: Sequence[str]
) -> tuple[list[str], list[set[str]]]:
    ids, tagged = samples.values(["id", "tags"])
    if samples._is_generated:
        root = indexed_samples.all_samples(samples._root_dataset, None)
        of_videos = dict(zip(*root.values(["id", "tags"]), strict=True))
        owners = samples.values("sample_id")
        pairs = zip(tagged, owners, strict=True)
        tagged = [[*(own or ()), *(of_videos.get(owner) or ())] for own, owner in pairs]
    return ids, [{*tags} & {*(some or ())} for some in tagged]


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
