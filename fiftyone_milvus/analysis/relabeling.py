"""Corrects labels of samples and patches, as long as they are what they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import fiftyone as fo

from ..dataset import indexed_samples
from ..errors import InvalidRequest
from .label_outliers import label_path


@dataclass(frozen=True)
class Correction:
    """A label to be replaced: ``id`` is the primary key of a row, so of a sample or a
    patch; ``sample_id`` that of its sample."""

    id: str
    sample_id: str
    old: str
    new: str

    def undone(self) -> Correction:
        """The correction that takes this one back."""
        return replace(self, old=self.new, new=self.old)


def correct(
    samples: fo.SampleCollection,
    patches_field: str | None,
    label_field: str,
    corrections: Iterable[Correction],
) -> None:
    """Replaces labels, all or none of them.

    Args:
        samples: all samples that an index may have rows of
        patches_field: the field of its patches; ``None`` for samples
        label_field: the field of the labels: the patches' own, or one of the samples
        corrections: what to replace

    Raises:
        InvalidRequest: if a label isn't the old one any more, or can't be changed; then
            nothing was
    """
    if samples._is_generated:
        what = indexed_samples.kind_of(samples)
        raise InvalidRequest(
            f"The labels of {what} can't be corrected here: correct them in the "
            "videos' own fields."
        )
    own = label_field == patches_field
    path = label_path(samples, patches_field, label_field)
    _check_writable(samples, path)
    wanted = {one.id if own else one.sample_id: one for one in corrections}
    current = _labels(samples, label_field if own else None, path, wanted)
    changed = [one for key, one in wanted.items() if current.get(key) != one.old]
    if changed:
        raise InvalidRequest(
            f"The label '{changed[0].old}' was changed or deleted since, so it stays "
            "as it is now."
        )
    if not own:
        values = {key: one.new for key, one in wanted.items()}
        samples.select([*values]).set_values(path, values, key_field="id")
        return
    samples._root_dataset.set_label_values(
        path,
        [
            {"sample_id": one.sample_id, "label_id": one.id, "value": one.new}
            for one in wanted.values()
        ],
    )


def _check_writable(samples: fo.SampleCollection, path: str) -> None:
    parts = path.split(".")
    for end in range(1, len(parts) + 1):
        field = samples.get_field(".".join(parts[:end]))
        if field is not None and field.read_only:
            raise InvalidRequest(
                f"The field '{path}' is read-only. Make it editable in the dataset's "
                "schema first."
            )


def _labels(
    samples: fo.SampleCollection, field: str | None, path: str, ids: Iterable[str]
) -> dict[str, str | None]:
    """The labels now: of samples, or of the labels of a field, by id."""
    valid = [str(id_) for id_ in indexed_samples.object_ids(ids)]
    if field is None:
        view, id_path = samples.select(valid), "id"
        return dict(zip(*view.values([id_path, path]), strict=True))
    view = samples.select_labels(ids=valid, fields=field)
    _, id_path = view._get_label_field_path(field, "id")
    return dict(zip(*view.values([id_path, path], unwind=True), strict=True))
