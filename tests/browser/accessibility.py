"""What every page owes to everybody: nothing axe-core objects to, and no scrolling sideways, whatever the screen."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
DESKTOP, PHONE = (1280, 800), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """async rules => {
  const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  const where = violation => violation.nodes.map(node => node.target.join(" ")).join(", ");
  return violations.map(violation => `${violation.id}: ${violation.help}: ${where(violation)}`);
}"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def complaints(page: Page) -> list[str]:
    """About the page as it is, on screens large and small, light and dark."""
    page.evaluate(AXE)
    page.emulate_media(reduced_motion="reduce")  # colours half-way through a transition are nobody's to judge
    return list(_complaints(page))


def _complaints(page: Page) -> Iterator[str]:
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        if excess := page.evaluate(SIDEWAYS):
            yield f"{width}×{height}: {excess} px too wide"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            yield from (f"{width}×{height}, {scheme}: {found}" for found in page.evaluate(CHECK, RULES))
