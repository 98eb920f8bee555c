"""What this library uses of other packages beyond their documentation: every private
name is in this table, and is looked for at the start.

Another version may have renamed one. What is missing is then named at once, with a
version that has it, rather than where it is first used.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .errors import MissingRequirement

# The versions that all tests run on
TESTED = {
    "fiftyone": "1.22.1",
    "fiftyone-brain": "0.25.0",
    "pymilvus": "3.0.2",
    "milvus-lite": "3.2.2",
}

# By package and owner: a class (of its instances, too), a module, or a function, whose
# parameters are meant
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "fiftyone": {
        "fiftyone.core.collections:SampleCollection": (
            *("_FRAMES_PREFIX", "_aggregate", "_contains_videos", "_dataset"),
            *("_get_label_field_path", "_get_label_field_type", "_handle_db_field"),
            *("_is_clips", "_is_frame_field", "_is_frames", "_is_generated"),
            *("_is_patches", "_max", "_pipeline", "_root_dataset", "_serialize"),
        ),
        "fiftyone.core.collections:SampleCollection.select_group_slices": (
            "_allow_mixed",
        ),
        "fiftyone.core.dataset:Dataset": (
            *("_brain_cache", "_doc", "_frame_collection", "_sample_collection"),
            "_sample_collection_name",
        ),
        "fiftyone.core.view:DatasetView": (
            *("_add_view_stage", "_base_view", "_build", "_stages"),
        ),
        "fiftyone.core.patches:_PatchesView": ("_id_field", "_source_collection"),
        "fiftyone.core.clips:ClipsView": ("_classification_field",),
        "fiftyone.core.fields:Field": ("_set_dataset",),
        "fiftyone.core.labels:": ("_HasLabelList", "_LABEL_LIST_FIELDS"),
        "fiftyone.core.labels:Detections": ("_LABEL_LIST_FIELD",),
        "fiftyone.core.brain:BrainMethod": ("_get_run_doc", "_get_run_docs"),
        "fiftyone.core.stages:ViewStage": ("_serialize",),
        "fiftyone.zoo.models:": (
            *("_iter_model_manifests", "_load_zoo_models_manifest"),
        ),
    },
    "fiftyone-brain": {
        # the module whose classes ours take the place of
        "fiftyone.brain.internal.core.milvus:": (
            *("MilvusSimilarity", "MilvusSimilarityConfig", "MilvusSimilarityIndex"),
        ),
        "fiftyone.brain.internal.core.utils:": ("get_embeddings", "get_ids"),
        "fiftyone.brain.similarity:SimilarityIndex": (
            *("_apply_view", "_config", "_curr_keep_inds", "_curr_label_ids"),
            *("_curr_sample_ids", "_curr_view", "_kneighbors", "_model"),
            *("_parse_query", "_samples"),
        ),
        "fiftyone.brain.similarity:SimilarityIndex.sort_by_similarity": ("_mongo",),
        "fiftyone.brain.similarity:DuplicatesMixin": (
            *("_duplicate_ids", "_neighbors_map", "_remove_duplicates_count"),
            *("_remove_duplicates_thresh", "_thresh", "_unique_ids"),
        ),
    },
    "pymilvus": {
        "pymilvus:MilvusClient": ("_generate_call_context", "_get_connection"),
        "pymilvus.client.ts_utils:update_collection_ts": ("endpoint", "db_name"),
        "pymilvus.client.types:HybridExtraList": ("_lazy_field_data",),
    },
    "milvus-lite": {
        "milvus_lite.engine.collection:Collection": (
            *("_compile_filter", "_indexed_filter_plan", "_memtable", "_num_entities"),
            *("_pk_name", "_read_snapshot", "_require_loaded", "_schema"),
            "_vector_name",
        ),
        "milvus_lite.storage.memtable:MemTable": (
            *("_delete_index", "_insert_batches", "_lock", "_pk_index"),
        ),
        "milvus_lite.storage.delta_index:DeltaIndex": ("_map",),
        "milvus_lite.storage.segment:Segment": ("_pk_field",),
    },
}


@cache
def check(*packages: str) -> None:
    """Checks that packages have all that is used of them.

    Args:
        *packages: keys of :data:`NAMES`

    Raises:
        MissingRequirement: naming what one lacks, and a version that has it
    """
    for package in packages:
        lacking = list(missing(package))
        if not lacking:
            continue
        found, tested = _version(package), TESTED[package]
        raise MissingRequirement(
            f"fiftyone-milvus doesn't work with {package} {found}, which has no "
            f"{', '.join(lacking)}. Install a version that it was tested with: "
            f"pip install '{package}=={tested}'"
        )


def missing(package: str) -> Iterator[str]:
    """What the installed version of a package lacks of :data:`NAMES`."""
    for owner, names in NAMES[package].items():
        found = _found(owner)
        known = set() if found is None else _names(found)
        for name in names:
            if name not in known:
                yield f"{owner.removesuffix(':').replace(':', '.')}.{name}"


def _found(owner: str) -> Any:
    module, _, path = owner.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except ImportError:
        return None
    for name in path.split("."):
        found = getattr(found, name, None) if name else found
    return found


def _names(owner: Any) -> set[str]:
    """The parameters of a function, or the attributes of a module or of a class, with
    those that its methods use."""
    if inspect.isfunction(owner):
        return set(inspect.signature(owner).parameters)
    if not inspect.isclass(owner):
        return set(vars(owner))
    found = set(dir(owner))
    for cls in owner.__mro__:
        for value in vars(cls).values():
            code = getattr(getattr(value, "fget", value), "__code__", None)
            found |= set(code.co_names) if code is not None else set()
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
