"""What inputs mean whose label alone doesn't say it to somebody who sees no form, such
as a program that asks for an operator's schema."""

from __future__ import annotations

import fiftyone.operators.types as types

ID_LIST = "Ids of the index: of samples, or of labels where it has patches"
SELECTED = "; in place of what is selected in the grid"
# By the input's name; one that means something else in one operator, by both names
DESCRIPTIONS = {
    "batch_size": "How many images the model embeds at once; empty for its default",
    "brain_key": "The Milvus index, by its brain key",
    "by": "Choose near duplicates up to a distance, or as many as a fraction of all",
    "consistency_level": "Which writes a search sees; Session: those of its process",
    "copy_index.brain_key": "The key of the new index, which must be free",
    "count": "How many, the most unique first",
    "db_name": "The database on that server; empty for its default",
    "embeddings_field": "The field with the vectors; of patches, their attribute",
    "engine": "This process, or a Ray cluster whose workers embed and write",
    "exclude": "Ids of samples or patches that are not to be results",
    "exclude_query": "Leave out the samples or patches that the search is for",
    "fields": "Fields to copy beside the path, the tags and the metadata",
    "from_key": "The similarity index of another backend, which stays as it is",
    "force_square": "Widen the box of each patch to a square before it is cropped",
    "ids": ID_LIST + SELECTED,
    "k": "How many results, 1 to 10,000; more only with a score field",
    "less": ID_LIST + " that results should be less like",
    "map_key": "The key of the visualization, which must be free",
    "mark": "Whether results should be more or less like the selection",
    "max_score": "Leave out results with a higher score, in the index's kind of score",
    "metric": "How vectors are compared; cosine ignores their lengths",
    "min_score": "Leave out results with a lower score, in the index's kind of score",
    "mode": "Auto compares all pairs up to 50,000 vectors; candidates may miss a few",
    "more": "Shows further inputs; a call may pass them without it",
    "refine_search.more": ID_LIST + " that results should be more like",
    "name": "The name that the search is saved under",
    "new_brain_key": "A key that is free: a letter, then letters, digits and _",
    "adopt_collection.brain_key": "The key of the new index, which must be free",
    "compute_index.brain_key": "The key of the new index, or of a build to finish",
    "import_index.brain_key": "The key of the new index, which must be free",
    "not_text": "Steer away from this; as the text, several phrasings with | between",
    "other": "The index to compare with, by its brain key",
    "other_dataset": "The dataset to search, by its name",
    "delete_marked.operator": "What found it; empty for what was found last",
    "plan_id": "The plan_id of a dry run; what is deleted must still be the same",
    "params": "A search to save, as search takes it; in place of one of the history",
    "query": '{"terms": [...]}, each with one of id, sample_id, text (a list of '
    "phrasings), image (base64), crop, vector or result_ids, and if you like weight "
    "and negative; in place of the text, the ids and the selection",
    "remove": "Remove the tag from them",
    "reverse": "Ranks from the least to the most similar",
    "scope": "The dataset, or only the samples of the current view",
    "compute_index.scope": "The samples to index: dataset, view or selected",
    "tag_results.scope": "What to tag: dataset, view or selected",
    "selection": "What the samples or patches selected in the grid are in the query",
    "skip": "Leave out so many of the latest searches",
    "search_history.count": "How many searches, the latest first",
    "source": "Compute vectors by a model, or copy those that a field has",
    "tag": "The tag to add or remove",
    "transfer": "What the panel downloads or uploads, in place of the file",
    "where": "Values of fields that the index stores: a value, a list of values, or "
    '{"min": ..., "max": ...}, by the name of the field; in place of the inputs for '
    "these fields",
}


def add(operator: str, inputs: types.Object) -> None:
    """Gives inputs that have no description theirs.

    Args:
        operator: the operator's name
        inputs: its form
    """
    for name, prop in inputs.properties.items():
        found = DESCRIPTIONS.get(f"{operator}.{name}") or DESCRIPTIONS.get(name)
        view = prop.view
        if found is None or isinstance(view, types.Notice) or view.description:
            continue
        view.description = found
