"""The page in a real browser, from a file, with the network watched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headwater.checks import judge, observe
from headwater.formats import open_recording
from headwater.report import Film, Shown, page
from headwater.testing.forgeries import forge

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.media]

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"
ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a frozen episode with a hostile task, and of a GoPro clip."""
    folder = tmp_path_factory.mktemp("page")
    frozen = forge("frozen_video", EXAMPLES / "lerobot_v21_g1", folder / "frozen", episode=1)
    episodes = []
    for path in (frozen, EXAMPLES / "gopro_karma.mp4"):
        film = Film.of(2)
        episode = replace(open_recording(path)[0], tasks=(ATTACK,))
        seen = observe(episode, on_frame=film)
        episodes.append(Shown(seen, film, judge(seen)))
    file = folder / "page.html"
    file.write_bytes(page(episodes))
    return file


@pytest.fixture
def opened(browser: Browser, written: Path) -> Iterator[Page]:
    """The page, ready; it fails the test if anything was logged or asked of a network."""
    asked: list[str] = []
    logged: list[str] = []
    tab = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme="dark")
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: logged.append(message.text))
    tab.on("pageerror", lambda error: logged.append(str(error)))
    tab.goto(written.as_uri())
    tab.wait_for_selector(".episode[data-ready]")
    yield tab
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert logged == []
    tab.close()


def now(tab: Page) -> str:
    return tab.locator(".episode:visible .now").inner_text()


def ink(tab: Page, selector: str) -> int:
    """Different colours of a canvas."""
    code = """canvas => {
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(data.buffer)).size;
    }"""
    return int(tab.locator(f".episode:visible {selector}").first.evaluate(code))


def test_pictures_and_signals_are_drawn(opened: Page) -> None:
    assert ink(opened, ".view") > 50
    assert ink(opened, ".film") > 50
    assert ink(opened, ".signal .plot") > 5
    assert ink(opened, ".ruler") > 2


def test_a_lone_camera_shows_what_was_before_and_after(opened: Page) -> None:
    """The freeze is frames 80 to 140: around its middle the two pictures are one but for coding, elsewhere not."""
    code = """() => {
        const data = (name) => {
            const canvas = document.querySelector(`.episode:not([hidden]) .${name} canvas`);
            const { width, height } = canvas;
            const copy = Object.assign(document.createElement("canvas"), { width, height });
            const context = copy.getContext("2d", { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            return context.getImageData(0, 0, width, height).data;
        };
        const before = data("earlier"), after = data("later");
        return before.reduce((sum, value, i) => sum + Math.abs(value - after[i]), 0) / before.length;
    }"""
    opened.locator(".scrub:visible").fill("3670")
    frozen = opened.evaluate(code)
    opened.locator(".scrub:visible").fill("6000")
    assert 4 * frozen < opened.evaluate(code)


def test_hostile_text_does_nothing(opened: Page) -> None:
    assert opened.title() == "Headwater check of 2 episodes"
    assert opened.locator(".episode:visible .task").inner_text() == ATTACK


def test_a_finding_takes_everything_to_its_span(opened: Page) -> None:
    assert now(opened).startswith("2.7"), "the first defect with a span is where the page opens"
    opened.locator(".scrub:visible").press("Home")
    assert now(opened).startswith("0.00 s")
    before = opened.locator("figcaption .where:visible").inner_text()
    opened.locator(".card.defect .span:visible").first.click()
    assert now(opened).startswith("2.7")
    assert opened.locator("figcaption .where:visible").inner_text() != before
    assert opened.locator(".shade.defect:visible").count() == 1
    left = opened.evaluate("document.querySelector('.cursor').getBoundingClientRect().left")
    bar = opened.locator(".bar.defect:visible").first.bounding_box()
    assert bar is not None
    assert abs(left - bar["x"]) < 3


def test_moving_over_a_plot_moves_one_cursor_and_names_a_line(opened: Page) -> None:
    plot = opened.locator(".signal:visible canvas").nth(1)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    opened.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    assert now(opened).startswith("6.9")
    readout = opened.locator(".signal:visible .readout").nth(1).inner_text()
    assert readout.startswith("k")
    assert readout.split()[-1].lstrip("-")[0].isdigit()


def test_keys_do_what_the_mouse_does(opened: Page) -> None:
    opened.keyboard.press("Home")
    opened.keyboard.press("n")
    first = now(opened)
    opened.keyboard.press("ArrowRight")
    assert now(opened) != first
    opened.keyboard.press("p")
    opened.keyboard.press("Home")
    opened.keyboard.press(" ")
    opened.wait_for_timeout(500)
    assert not now(opened).startswith("0.00 s")
    opened.keyboard.press(" ")
    still = now(opened)
    opened.wait_for_timeout(150)
    assert now(opened) == still


def test_everything_can_be_reached_and_has_a_name(opened: Page) -> None:
    tree = opened.locator("body").aria_snapshot()
    for part in ("slider", 'button "Play"', 'navigation "Episodes"', "heading", 'img "observation.state: 26 lines'):
        assert part in tree
    reached = set()
    for _ in range(40):
        opened.keyboard.press("Tab")
        reached.add(opened.evaluate("document.activeElement.className.split(' ')[0] || document.activeElement.tagName"))
    assert {"entry", "play", "scrub", "bar", "span"} <= reached


def test_the_other_episode_opens_from_the_list(opened: Page) -> None:
    opened.locator(".entry").nth(1).click()
    opened.wait_for_selector("#episode-1[data-ready]")
    assert opened.locator(".episode:visible").count() == 1
    assert opened.locator(".episode:visible .signal .name").all_inner_texts()[1:] == ["GYRO", "ACCL"]
    assert ink(opened, ".view") > 50


def test_a_phone_in_the_light_has_no_sideways_scroll(browser: Browser, written: Path) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="light")
    tab.goto(written.as_uri())
    tab.wait_for_selector(".episode[data-ready]")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 245, 242)"
    tab.close()
