"""What inputs are called, here and in the panel: a thing has one label in all forms."""

LABELS = {
    "alpha": "Expand patches by",
    "batch_size": "Batch size",
    "brain_key": "Brain key",
    "clips_field": "Clips field",
    "collection_name": "Collection",
    "consistency_level": "Consistency level",
    "db_name": "Database",
    "dry_run": "Dry run",
    "embeddings_field": "Embeddings field",
    "engine": "Embed and write in",
    "filter_fields": "Fields to filter by",
    "force_square": "Make patches square",
    "fps": "Frames per second",
    "from_key": "Copy from",
    "index": "Index",
    "index_type": "Index type",
    "k": "Results",
    "metric": "Metric",
    "model": "Model",
    "model_kwargs": "Model arguments",
    "overwrite": "Overwrite an earlier export",
    "patches_field": "Patches field",
    "path": "File",
    "scope": "Search in",
    "scope_to_index": "Samples to index",
    "slices": "Group slices",
    "source": "Embeddings from",
    "tag": "Tag",
    "take_ownership": "Take ownership",
    "uri": "Move to",
    "vectors_model": "Embedding model",
    "videos_as": "Index videos as",
}

MODEL_HINT = (
    "Optional: the model that computed them, to search by text and by image files"
)
