"""The reports in a browser: on a phone and on a desk, judged by axe-core, alone, and on paper."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from practice import spec
from tests.decant.face import decant
from tests.decant.test_discover_and_estate import TRANSCRIPTS

pytestmark = pytest.mark.slow
WIDTHS = {"phone": 390, "desk": 1280}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both editions over the recorded practice estate."""
    root = tmp_path_factory.mktemp("pages") / "anytown"
    assert decant("init", str(root), "--council", "Anytown Borough Council", at=root.parent).code == 0
    (root / "hosts.toml").write_text(
        "".join(
            f'[[host]]\nname = "{one.name}"\naddress = "{one.address}"\nuser = "ops"\n'
            f'sudo = "nopasswd"\nrole = "{one.role}"\n\n'
            for one in spec.HOSTS
            if one.role != "infrastructure"
        )
    )
    for words in (
        ["discover", "--replay", str(TRANSCRIPTS)],
        ["assess"],
        ["plan"],
        ["stack", "preview", "production"],
        ["check", "hosts"],
        ["report", "--output", "full.html"],
        ["report", "--public", "--output", "public.html"],
    ):
        said = decant(*words, at=root, timeout=240)
        assert said.code in (0, 1), said.err
    return {edition: root / f"{edition}.html" for edition in ("full", "public")}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("edition", ["full", "public"])
def test_everybody_can_read_it(browser: Browser, pages: dict[str, Path], edition: str, width: str) -> None:
    page = browser.new_page(viewport={"width": WIDTHS[width], "height": 900}, bypass_csp=True)
    page.goto(pages[edition].as_uri())
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    wrong = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]
    looked_at = len(found.response["passes"])
    page.close()
    assert wrong == []
    assert looked_at > 20


@pytest.mark.parametrize("edition", ["full", "public"])
def test_a_phone_scrolls_down_and_never_sideways(browser: Browser, pages: dict[str, Path], edition: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(pages[edition].as_uri())
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    page.close()
    assert wide <= 390


@pytest.mark.parametrize("edition", ["full", "public"])
def test_it_asks_for_nothing_and_complains_of_nothing(
    browser: Browser, pages: dict[str, Path], edition: str
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(pages[edition].as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == [pages[edition].as_uri()]
    assert said == []


def test_on_paper_every_page_holds_something_and_nothing_is_cut_at_the_side(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page = browser.new_page(viewport={"width": 688, "height": 1000})  # A4 at 96 dots an inch, less its margins
    page.emulate_media(media="print")
    page.goto(pages["full"].as_uri())
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    paper = page.pdf(format="A4")
    page.close()
    assert wide <= 688
    assert paper.startswith(b"%PDF")
