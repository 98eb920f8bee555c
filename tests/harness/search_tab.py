"""What a person does in the panel's Search tab."""

from __future__ import annotations

from playwright.sync_api import expect

from .app import App

PANEL = "milvus_panel"


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
