"""axe: what makes a page hard to use for people who don't see, or don't point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "js/node_modules/axe-core/axe.min.js"
# Colours that fade are of no contrast yet
RUN = """async (within) => {
    const fading = document.getAnimations().filter((a) => a instanceof CSSTransition);
    await Promise.allSettled(fading.map(({ finished }) => finished));
    const found = await window.axe.run(within, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map((n) => `${id}: ${n.failureSummary}: ${n.html.slice(0, 200)}`));
}"""


def violations(page: Page, within: str) -> list[str]:
    """What axe finds within the elements of a selector."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(RUN, within)
    return found
