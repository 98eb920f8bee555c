"""What a person does in the panel's Search tab."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Locator, expect

from fiftyone_milvus.dataset import models
from fiftyone_milvus.searches.query import Query, Term

from .app import App
from .searching import search_index

PANEL = "milvus_panel"
MODEL = "conse-lite0-minilm-offline"


def open_panel(app: App) -> App:
    """Opens the panel, and waits for the text box."""
    app.open(PANEL)
    expect(app.cy("milvus-query")).to_be_visible(timeout=30_000)
    return app


def choose(panel: App, key: str) -> None:
    """Chooses an index."""
    panel.cy("milvus-index-select").select_option(key)
    expect(panel.cy("milvus-index-select")).to_have_value(key)


def search_text(panel: App, text: str) -> list[str]:
    """Types a text and presses Enter; the ids that the grid then shows."""
    panel.cy("milvus-query").fill(text)
    return panel.results_after(lambda: panel.cy("milvus-query").press("Enter"))


def set_option(panel: App, name: str, value: str) -> None:
    """Fills in one of the further options."""
    if not panel.cy(f"milvus-{name}").count():
        panel.cy("milvus-more-options").click()
    panel.cy(f"milvus-{name}").fill(value)


def use_selected(panel: App, count: int) -> list[str]:
    """Makes what is selected a part of the query; the ids that the grid then shows."""
    button = panel.cy("milvus-use-selected")
    expect(button).to_have_text(f"Use {count} selected")
    return panel.results_after(button.click)


def set_reverse(panel: App) -> None:
    """Asks for the least similar first."""
    panel.cy("milvus-more-options").click()
    panel.cy("milvus-reverse").click()


def start_over(panel: App) -> None:
    """Clears the query, its options, and the results in the grid."""
    if panel.cy("milvus-result-line").count():
        panel.view_after(panel.cy("milvus-clear").click)
    else:
        panel.cy("milvus-clear").click()
    expect(panel.cy("milvus-result-line")).to_have_count(0)


def chips(panel: App) -> Locator:
    """The chips of the query."""
    return panel.cy("milvus-chip")


def found_by(index, *terms: Term, k: int = 25, **options) -> list[str]:
    """What the library finds for the same."""
    return search_index(index, Query(terms), k, **options).ids


def ranked(index, query: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Ids and cosine similarities by numpy, the most similar first."""
    vectors, sample_ids, label_ids = index.get_embeddings()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = unit @ (query / np.linalg.norm(query))
    ids = sample_ids if label_ids is None else label_ids
    order = np.lexsort((ids, -scores))
    return ids[order].tolist(), scores[order]


def text_vector(text: str) -> np.ndarray:
    """The vector ``(dim,)`` of a text by the demo's model."""
    return np.asarray(models.load(MODEL).embed_prompts([text]))[0]
