"""The pictures in a browser: every text lies in its box and in the picture, whole."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from estate.records.preview import Preview
from stacks.kinds import KINDS
from stacks.picture.draw import svg
from stacks.preview.stack import preview_stack
from stacks.settings.file import template
from tests.stacks.test_workload_stacks import OWN

pytestmark = pytest.mark.slow
_OUTSIDE = """() => {
  const found = [];
  const whole = document.querySelector('svg').getBoundingClientRect();
  const rects = [...document.querySelectorAll('svg rect')].map(one => one.getBoundingClientRect());
  for (const text of document.querySelectorAll('svg text')) {
    const seen = text.getBoundingClientRect();
    const around = rects.filter(one => one.left <= seen.left + 1 && seen.left < one.right
                                       && one.top <= seen.top + 4 && seen.bottom - 4 <= one.bottom);
    const box = around.sort((a, b) => a.width * a.height - b.width * b.height)[0] || whole;
    if (seen.right > box.right - 1 || seen.right > whole.right || seen.bottom > whole.bottom)
      found.push(text.textContent);
  }
  return [document.querySelectorAll('svg text').length, found];
}"""


def outside(browser: Browser, preview: Preview, tmp_path: Path) -> list[str]:
    """The texts that run out of their box, or of the picture."""
    path = tmp_path / "picture.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{svg(preview)}</body>", "utf-8")
    page = browser.new_page(viewport={"width": 2400, "height": 1600})
    page.goto(path.as_uri())
    texts, found = page.evaluate(_OUTSIDE)
    page.close()
    assert texts > 10
    return list(found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_a_platform_fits(
    browser: Browser, previews: dict[str, Preview], kind: str, tmp_path: Path
) -> None:
    assert outside(browser, previews[kind], tmp_path) == []


@pytest.mark.parametrize("machines", [1, 6])
def test_every_text_of_a_workload_stack_fits(browser: Browser, machines: int, tmp_path: Path) -> None:
    (tmp_path / "production.toml").write_text(template("production", "production"))
    path = tmp_path / "production-db01-fs01-lib0-69e9.toml"
    more = "".join(
        f'\n[[vm]]\nname = "lib-of-boroughs{at}"\nsystem = "library"\nsize = "Standard_D2as_v5"\n'
        for at in range(1, machines)
    )
    path.write_text(OWN + more)
    assert outside(browser, preview_stack(path), tmp_path) == []


def test_a_text_that_runs_out_is_found(browser: Browser, previews: dict[str, Preview], tmp_path: Path) -> None:
    wide = previews["test"].model_copy(update={"stack": "w" * 300})
    assert outside(browser, wide, tmp_path)
