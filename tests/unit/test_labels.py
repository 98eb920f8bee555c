"""Inputs are called the same in the panel and in the operators' forms."""

from pathlib import Path

import pytest

from plugin.app.labels import LABELS, MODEL_HINT

STRINGS = (Path(__file__).resolve().parents[2] / "js" / "src").glob("*/strings.ts")
PANEL = "".join(path.read_text() for path in STRINGS)
# The panel offers the samples and the patches of each field in one list, has a dialog
# instead of a dry run, and a list of the indexes that are there
OF_FORMS_ALONE = {"patches_field", "dry_run", "index", "collection_name"}


@pytest.mark.parametrize("name", sorted(set(LABELS) - OF_FORMS_ALONE))
def test_the_panel_and_the_operators_have_one_label_for_a_thing(name):
    assert f'"{LABELS[name]}' in PANEL


def test_they_say_the_same_about_the_model_of_existing_vectors():
    assert PANEL.count(f'"{MODEL_HINT}"') == 2
