"""The report in a real browser: charts, search, sorting, a project's source text; no error and no request.

Needs Chromium and its driver, and selenium. Where they are absent the tests are skipped, but not in CI.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractor.report import report
from extractor.report.entries import visible
from extractor.report.words import words
from extractor.schemas.project import Amounts
from extractor.schemas.record import FlagCode
from extractor.store import RunStore
from tests.patience import HANG
from tests.run_samples import document, flag, info
from tests.test_report import HOSTILE, hostile_run, project

pytestmark = pytest.mark.browser

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1000",
)  # fmt: skip
OPENERS = "#projects .opener"
Browser = Any


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if os.environ.get("CI") != "true":
        pytest.importorskip("selenium")
        if not (CHROMIUM and DRIVER):
            pytest.skip("chromium and chromedriver are not on the PATH")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    assert CHROMIUM, "CI must have chromium"
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    folder = tmp_path_factory.mktemp("chromium")
    for option in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    driver = Chrome(options=options, service=Service(executable_path=DRIVER))
    driver.download_folder = folder
    try:
        yield driver
    finally:
        driver.quit()


Open = Callable[..., Browser]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the report of a run; afterwards the console must be empty, and only that file may have been asked for."""

    def open_report(folder: Path, language: str = "zh", anchor: str = "") -> Browser:
        with RunStore(folder / "run.sqlite", create=False) as store:
            file = report(store, folder / "report.html", language=language)
        browser.get("about:blank")
        for kind in ("browser", "performance"):
            browser.get_log(kind)
        browser.get(file.as_uri() + anchor)
        if browser.find_elements("id", "projects"):
            until(browser, lambda: script(browser, "return document.documentElement.dataset.ready") == "yes")
        return browser

    yield open_report
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"}
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob"}
    assert len({url.partition("#")[0] for url in asked if url.startswith("file")}) == 1


def until(browser: Browser, holds: Callable[[], object], seconds: float = HANG) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, (
            f"the page did not get there: {script(browser, 'return document.body.innerText')[-500:]}"
        )
        time.sleep(0.02)


def script(browser: Browser, code: str, *arguments: object) -> Any:
    return browser.execute_script(code, *arguments)


def shown(browser: Browser) -> list[str]:
    """Names of the projects in the list."""
    # In one go: the list may be made anew at any moment.
    return list(
        script(browser, "return Array.from(document.querySelectorAll(arguments[0]), (one) => one.innerText)", OPENERS)
    )


def found(browser: Browser) -> str:
    return str(browser.find_element("id", "found").text)


def search(browser: Browser, text: str) -> None:
    field = browser.find_element("id", "q")
    before = found(browser)
    field.clear()
    field.send_keys(text)
    until(browser, lambda: found(browser) != before)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """120 projects of two files; the seventh is flagged, the ninth withheld, the last has no known unit of amounts."""
    flags = (flag(FlagCode.UNGROUNDED, "name", message="原文中找不到。"),)
    with RunStore(tmp_path / "run.sqlite") as store:
        for number in range(2):
            head = info(f"文件{number}.txt", sha256=f"{number:064}")
            records = [
                project(
                    at,
                    project_amounts(at, number),
                    file=head.file,
                    document=head,
                    name=f"项目{number}-{at}",
                    unit=f"单位{at % 7}",
                    withheld=at == 9,
                    flags=flags if at == 7 else (),
                    spans={"name": (at * 900, at * 900 + 4)},
                    normalized={"amounts": {}} if at == 59 else {},
                )
                for at in range(60)
            ]
            sources = [f"项目{number}\n-{at}  原文第 {at} 段：清淤河道长度≥{at}公里" for at in range(60)]
            store.save(document(head.file, 60, document=head), records, sources, "f")
    return tmp_path


def project_amounts(at: int, number: int) -> Any:
    from extractor.schemas.project import Amounts

    return Amounts(total=f"{(at * 37) % 60 + number / 10}", fiscal=f"{(at * 37) % 60}")


def test_charts_are_drawn_and_named(opened: Open, run: Path) -> None:
    page = opened(run)
    charts = page.find_elements("css selector", ".chart")
    assert {one.get_attribute("data-chart") for one in charts} >= {"sources", "units", "largest"}
    for chart in charts:
        assert chart.find_elements("css selector", "svg path"), chart.get_attribute("data-chart")
        assert chart.get_attribute("aria-label")
    assert "单位0" in script(page, "return document.querySelector('[data-chart=units]').textContent")


def test_a_negative_amount_leaves_bars_and_totals_in_their_places(opened: Open, tmp_path: Path) -> None:
    """Money given back (a negative part) is drawn to the left of the axis; the total stands at the end of its bar."""
    head = info("a.txt")
    printed = [("100", "120", "-20"), ("90", "90", None), ("80", "60", "20")]
    records = [
        project(
            at,
            file=head.file,
            document=head,
            unit=f"单位{at}",
            amounts=Amounts(total=total, fiscal=fiscal, other=other),
        )
        for at, (total, fiscal, other) in enumerate(printed)
    ]
    with RunStore(tmp_path / "run.sqlite") as store:
        store.save(document(head.file, 3, document=head), records, ["原文"] * 3, "f")
    places = """
        const svg = document.querySelector('[data-chart=units] svg');
        const box = (one) => one.getBoundingClientRect();
        const bars = (shade) => Array.from(svg.querySelectorAll(`path[fill="${shade}"]`), box)
          .filter((found) => found.height > 15 && found.width > 1).map((found) => [found.left, found.right]);
        const texts = Array.from(svg.querySelectorAll('text'), (one) => [one.textContent, box(one).left]);
        return [bars('#1f4e79'), bars('#4f8f86'), Object.fromEntries(texts), box(svg).right];
    """
    fiscal, other, texts, edge = script(opened(tmp_path), places)
    assert len(fiscal) == 3
    axis = fiscal[0][0]
    assert other[0][1] <= axis + 1 < other[1][0], "to the left of the axis, and at the end of a bar"
    assert fiscal[0][1] < texts["100.00"] < edge
    assert fiscal[1][1] < texts["90.00"] < texts["100.00"]
    assert other[1][1] < texts["80.00"]


def test_search_finds_names_and_source_texts(opened: Open, run: Path) -> None:
    page = opened(run)
    assert len(shown(page)) == 50
    assert found(page).startswith("120 个项目，共 120 个；其中 118 个计入金额")
    search(page, "项目1-33")
    assert shown(page) == ["项目1-33"]
    search(page, "原文 ≥12公里")
    assert shown(page) == ["项目0-12", "项目1-12"], "words of the source, broken lines and widths aside"
    search(page, "没有这样的词")
    assert shown(page) == []
    assert words("zh").text["nothing_found"] in page.find_element("id", "projects").text


def test_sum_of_what_is_found_is_exact(opened: Open, run: Path) -> None:
    page = opened(run)
    search(page, "单位3")
    numbers = [
        (at * 37) % 60 + Decimal(number) / 10 for number in range(2) for at in range(60) if at % 7 == 3 and at != 59
    ]
    assert f"合计 {sum(numbers):,.2f} 万元" in found(page)


def test_sorting_by_heading_and_by_menu(opened: Open, run: Path) -> None:
    page = opened(run)
    heading = page.find_element("css selector", "th[data-sort=amount] button")
    heading.click()
    assert page.find_element("css selector", "th[data-sort=amount]").get_attribute("aria-sort") == "descending"
    amounts = [one.text for one in page.find_elements("css selector", "#projects tbody td:nth-child(3)")]
    values = [float(text) for text in amounts]
    assert values == sorted(values, reverse=True)
    assert values[0] == 59.1
    heading.click()
    assert page.find_element("css selector", "th[data-sort=amount]").get_attribute("aria-sort") == "ascending"
    assert shown(page)[0] == "项目0-0"
    from selenium.webdriver.support.ui import Select

    Select(page.find_element("id", "order")).select_by_value("check-")
    until(page, lambda: shown(page)[:2] == ["项目0-7", "项目1-7"])


def test_what_has_no_known_amount_stands_last(opened: Open, run: Path) -> None:
    page = opened(run)
    for _ in range(2):
        page.find_element("css selector", "th[data-sort=amount] button").click()
        for _ in range(2):
            page.find_element("id", "next").click()
        assert shown(page)[-2:] == ["项目0-59", "项目1-59"]
        page.find_element("id", "previous").click()
        page.find_element("id", "previous").click()
    assert page.find_element("id", "page").text == "第 1 页，共 3 页"


def test_a_project_opens_with_its_source_by_keyboard(opened: Open, run: Path) -> None:
    page = opened(run)
    search(page, "项目0-7")
    opener = page.find_element("css selector", OPENERS)
    assert opener.get_attribute("aria-expanded") == "false"
    script(page, "arguments[0].focus()", opener)
    page.switch_to.active_element.send_keys("\ue007")  # Enter
    until(page, lambda: page.find_elements("css selector", ".sheet"))
    assert opener.get_attribute("aria-expanded") == "true"
    sheet = page.find_element("css selector", ".sheet")
    assert "原文第 7 段：清淤河道长度≥7公里" in sheet.find_element("css selector", ".source").text
    assert sheet.find_element("css selector", ".source mark").text.startswith("项目0")
    assert "原文中找不到。" in sheet.text
    page.switch_to.active_element.send_keys("\ue007")
    until(page, lambda: not page.find_elements("css selector", ".sheet"))


def test_figures_lead_to_their_projects(opened: Open, run: Path) -> None:
    page = opened(run)
    for selector, number in (
        ("a[data-flag=ungrounded]", 2), ("a[data-withheld]", 2), ("a[data-standing=unknown_unit]", 2),
        ("a[data-document='1']", 60), ("a[data-status=flagged]", 2),
    ):  # fmt: skip
        script(page, "document.querySelector(arguments[0]).click()", selector)
        until(page, lambda number=number: found(page).startswith(f"{number} 个项目"))
    script(page, "document.querySelector('a[data-unit]').click()")
    until(page, lambda: page.find_elements("css selector", ".chip"))
    page.find_element("css selector", ".chip").click()
    until(page, lambda: found(page).startswith("120 个项目"))
    link = page.find_element("css selector", "#largest a[href^='#p-']")
    name = link.text
    script(page, "arguments[0].click()", link)
    until(page, lambda: page.find_elements("css selector", ".opener[aria-expanded=true]"))
    assert page.find_element("css selector", ".opener[aria-expanded=true]").text == name


def test_an_address_leads_to_a_project(opened: Open, run: Path) -> None:
    with RunStore(run / "run.sqlite", create=False) as store:
        last = list(store.records())[-1]
    page = opened(run, anchor=f"#p-{last.id}")
    assert page.find_element("css selector", ".opener[aria-expanded=true]").text == last.project.name
    assert page.find_element("id", "page").text == "第 3 页，共 3 页"


def test_what_was_found_is_saved_as_csv(opened: Open, run: Path) -> None:
    page = opened(run)
    search(page, "项目1-33")
    page.find_element("id", "save").click()
    file = page.download_folder / "projects-found.csv"
    until(page, file.exists)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith('"项目1-33","单位5",')


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_texts_are_texts(opened: Open, tmp_path: Path, language: str) -> None:
    page = opened(hostile_run(tmp_path), language)
    script(page, "for (const one of document.querySelectorAll('.opener')) one.click()")
    until(page, lambda: len(page.find_elements("css selector", ".sheet")) == len(HOSTILE))
    sources = [one.get_attribute("textContent") for one in page.find_elements("css selector", ".source")]
    assert sources == [visible(f"{text} 原文 {text}") for text in HOSTILE]
    names = [one.get_attribute("textContent") for one in page.find_elements("css selector", OPENERS)]
    assert names == [visible(text) for text in HOSTILE]
    # The library draws what is under the pointer as text as well.
    from selenium.webdriver import ActionChains

    chart = page.find_element("css selector", ".chart[data-chart=largest]")
    ActionChains(page).move_to_element(chart).perform()
    until(page, lambda: "万元" in page.page_source)
    assert page.find_elements("css selector", "img, b[onmouseover], svg script, iframe, object, foreignObject") == []
    assert script(page, "return document.querySelectorAll('script:not([type])').length") == 2


def test_a_narrow_screen_needs_no_scrolling_aside(opened: Open, run: Path) -> None:
    page = opened(run)
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    try:
        until(page, lambda: script(page, "return document.querySelector('.chart svg').clientWidth") < 390)
        assert script(page, "return document.documentElement.scrollWidth") == 390
        assert page.find_element("css selector", OPENERS).is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_browser_too_old_is_told_so(browser: Browser, run: Path) -> None:
    with RunStore(run / "run.sqlite", create=False) as store:
        file = report(store, run / "report.html")
    old = browser.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": "delete globalThis.DecompressionStream"}
    )
    try:
        browser.get(file.as_uri())
        message = browser.find_element("id", "loading")
        until(browser, lambda: message.text)
        assert message.text == words("zh").text["too_old"]
        assert browser.find_elements("css selector", ".chart svg")
        assert len(browser.find_elements("css selector", "#projects tbody tr")) == 50
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": old["identifier"]})


def test_an_empty_run(opened: Open, tmp_path: Path) -> None:
    RunStore(tmp_path / "run.sqlite").close()
    page = opened(tmp_path)
    assert words("zh").text["empty_run"] in page.find_element("css selector", "main").text


def test_a_cut_off_file_says_so(browser: Browser, run: Path) -> None:
    with RunStore(run / "run.sqlite", create=False) as store:
        file = report(store, run / "report.html")
    text = file.read_text(encoding="utf-8")
    start = text.index('<script type="text/plain" class="piece">')
    file.write_text(text[:start] + text[text.index("</script>", start) + 9 :], encoding="utf-8")
    browser.get(file.as_uri())
    message = browser.find_element("id", "loading")
    until(browser, lambda: message.text == words("zh").text["broken"])
