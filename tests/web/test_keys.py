"""Keys, selection, copying and the dialog that lists the keys, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import SignedIn

pytestmark = [pytest.mark.browser, pytest.mark.stack]

# What a page of jobs has for the scripts of the frame, by the attributes that they look for.
_ROWS = "".join(
    f"<tr data-row id='job-{n}'><td><label><input type='checkbox' data-select value='{n}'"
    f" id='box-{n}'>Select {n}</label></td><td><a href='#opened-{n}'>Job {n}</a></td></tr>"
    for n in range(1, 6)
)
_TABLE = f"""
  <input data-key="/" id="search" aria-label="Search">
  <button type="button" data-key="r" id="retry">Retry</button>
  <p><b data-selection-count>0</b> selected</p>
  <table><thead><tr><th><input type="checkbox" data-select-all id="all" aria-label="All"></th>
  <th>Job</th></tr></thead><tbody>{_ROWS}</tbody></table>
  <pre id="text">to be copied</pre>
  <button type="button" data-copy="#text" id="copy">Copy</button>
"""


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    """Open a page that stands still, with a table as the page of jobs has it."""
    page = signed_in("vera", "/audit")
    page.evaluate("localStorage.setItem('supaops.live', 'off')")
    page.evaluate(
        "html => document.getElementById('main').insertAdjacentHTML('afterbegin', html)", _TABLE
    )
    page.evaluate("document.getElementById('retry').onclick = () => { document.title = 'retried' }")
    return page


def test_two_keys_lead_to_each_page(page: Page) -> None:
    for key, path in (("h", "/health"), ("q", "/queues"), ("g", "/charts"), ("a", "/audit")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{path}")


def test_keys_move_over_rows_and_select_them(page: Page) -> None:
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Job 2")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#box-2")).to_be_checked()
    expect(page.locator("[data-selection-count]")).to_have_text("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**#opened-2")


def test_keys_search_and_retry(page: Page) -> None:
    page.keyboard.press("r")
    expect(page).to_have_title("retried")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")


def test_a_key_that_is_typed_is_text(page: Page) -> None:
    page.focus("#search")
    page.keyboard.type("gj/rx?")
    expect(page.locator("#search")).to_have_value("gj/rx?")
    assert not page.locator("#help").is_visible()
    assert page.url.endswith("/audit")


def test_a_key_with_a_modifier_is_the_browsers(page: Page) -> None:
    page.keyboard.press("Alt+x")
    page.keyboard.press("Control+j")
    assert page.evaluate("document.activeElement === document.body")


def test_a_dialog_lists_the_keys_and_gives_the_focus_back(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    expect(page.get_by_role("link", name="Job 1")).to_be_focused()


def test_keys_stay_switched_off(page: Page) -> None:
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Single-key shortcuts are on").uncheck()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url.endswith("/audit")


def test_the_box_of_all_tells_none_some_or_all(page: Page) -> None:
    every = page.locator("#all")
    page.click("#box-2")
    assert every.evaluate("box => [box.checked, box.indeterminate]") == [False, True]
    page.click("#box-4", modifiers=["Shift"])
    expect(page.locator("[data-selection-count]")).to_have_text("3")
    every.click()
    assert every.evaluate("box => [box.checked, box.indeterminate]") == [True, False]
    expect(page.locator("[data-selection-count]")).to_have_text("5")
    every.click()
    expect(page.locator("[data-selection-count]")).to_have_text("0")


def test_a_selection_survives_a_repaint(page: Page) -> None:
    page.click("#box-2")
    page.evaluate(
        """() => {
          const main = document.getElementById("main");
          const next = main.cloneNode(true);
          next.querySelector("#job-1").remove();
          next.querySelector("#box-2").checked = false;
          Idiomorph.morph(main, next);
        }"""
    )
    assert page.locator("#job-1").count() == 0
    expect(page.locator("#box-2")).to_be_checked()


@pytest.mark.parametrize("secure", [True, False], ids=["clipboard", "plain-http"])
def test_a_text_is_copied_over_plain_http_too(page: Page, *, secure: bool) -> None:
    if secure:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.focus("#copy")
    page.keyboard.press("Enter")
    expect(page.locator("#copy")).to_have_text("Copied")
    expect(page.locator("#announcer")).to_have_text("Copied.")
    expect(page.locator("#copy")).to_be_focused()
    page.focus("#search")
    page.keyboard.press("Control+v")
    expect(page.locator("#search")).to_have_value("to be copied")
