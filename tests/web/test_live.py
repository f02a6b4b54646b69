"""Pages that follow the queue: one look for all, and a repaint that takes nothing from a reader."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Page
from starlette.responses import Response

from supaops.db.connect import Connection, connect
from supaops.db.pages.stamp import read_stamp
from supaops.errors import ConnectionFailed
from supaops.local import Stack
from supaops.web.error_page import Failure
from supaops.web.live import Live, _messages
from supaops.web.site import BASE
from supaops.web.visit import Visit, look
from tests.chains import SUPAOPS, unused_endpoint
from tests.db.calls import claim, enqueue
from tests.projects import ROOT, Project
from tests.waiting import until
from tests.web.browsing import follow, sign_in
from tests.web.conftest import SignedIn
from tests.web.site import Served, served

MARK = "document.getElementById('main').insertAdjacentHTML('beforeend', '<i id=mark></i>')"
"""Puts something on the page that a repaint takes away, for the server does not send it."""
FORM = """
document.getElementById('main').insertAdjacentHTML('beforeend', `
  <form id="form"><label>Text <input id="text" value="before"></label>
  <label><input type="checkbox" id="box" data-select> Job 7</label></form>`)
"""


def pill(page: Page, text: str) -> None:
    page.locator("#live", has_text=text).wait_for()


def up_to_date(page: Page, queue: Connection, project: Project) -> None:
    """Wait until the page shows the newest there is, and knows it."""
    now = read_stamp(queue, project.config.queue)
    page.locator(f"main[data-version='{now}']").wait_for(state="attached")


def gone(page: Page) -> None:
    page.locator("#mark").wait_for(state="detached", timeout=10_000)


# -- in a browser


@pytest.mark.browser
@pytest.mark.stack
def test_a_page_repaints_itself_once_a_job_is_added(
    queue: Connection, project: Project, signed_in: SignedIn
) -> None:
    page = signed_in("vera")
    pill(page, "Live")
    up_to_date(page, queue, project)
    page.evaluate(MARK)
    made = page.locator("#made time").get_attribute("datetime")
    enqueue(queue, "send_email")
    gone(page)
    assert page.locator("#made time").get_attribute("datetime") != made


Act = Callable[[Page], None]


@pytest.mark.browser
@pytest.mark.stack
@pytest.mark.parametrize(
    ("why", "begin", "end"),
    [
        ("rows are selected", lambda page: page.click("#box"), lambda page: page.click("#box")),
        (
            "a field is in use",
            lambda page: page.focus("#text"),
            lambda page: page.evaluate("document.activeElement.blur()"),
        ),
        (
            "a field was changed",
            lambda page: (
                page.fill("#text", "typed"),
                page.evaluate("document.activeElement.blur()"),
            ),
            lambda page: page.evaluate(
                "document.getElementById('form').reset(); document.body.click()"
            ),
        ),
        (
            "a dialog is open",
            lambda page: page.keyboard.press("?"),
            lambda page: page.keyboard.press("Escape"),
        ),
    ],
    ids=["selected", "focus", "typed", "dialog"],
)
def test_a_page_stands_still_while_its_reader_is_busy_and_goes_on_at_once(
    queue: Connection, signed_in: SignedIn, why: str, begin: Act, end: Act
) -> None:
    page = signed_in("vera", "/audit")
    page.evaluate("localStorage.setItem('supaops.live', 'off')")  # until it is all there
    page.evaluate(FORM)
    begin(page)
    page.evaluate("localStorage.setItem('supaops.live', 'on')")
    pill(page, f"Paused: {why}")
    page.evaluate(MARK)
    enqueue(queue, "send_email")
    page.locator("#live[data-behind]").wait_for()
    assert page.locator("#mark").count() == 1
    end(page)
    gone(page)
    pill(page, "Live")


@pytest.mark.browser
@pytest.mark.stack
def test_a_pause_by_hand_is_remembered_until_it_is_ended(
    queue: Connection, signed_in: SignedIn
) -> None:
    page = signed_in("vera", "/audit")
    page.get_by_role("button", name="Pause").click()
    page.reload()
    pill(page, "Paused")
    page.evaluate(MARK)
    enqueue(queue, "send_email")
    page.locator("#live[data-behind]").wait_for()
    assert page.locator("#mark").count() == 1
    page.get_by_role("button", name="Resume").click()
    gone(page)


@pytest.mark.browser
@pytest.mark.stack
def test_a_hidden_tab_listens_to_nothing(control_room: Served, signed_in: SignedIn) -> None:
    page = signed_in("vera")
    until(lambda: control_room.live.viewers == 1)
    _hide(page, hidden=True)
    until(lambda: control_room.live.viewers == 0)
    _hide(page, hidden=False)
    until(lambda: control_room.live.viewers == 1)


def _hide(page: Page, *, hidden: bool) -> None:
    """Do as if another tab had come before it: a headless browser has none that is hidden."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


@pytest.mark.browser
@pytest.mark.stack
def test_what_a_reader_has_opened_stays_open(signed_in: SignedIn) -> None:
    page = signed_in("vera", "/audit")
    pill(page, "Live")
    page.evaluate(
        "document.querySelector('#main h1').outerHTML = '<details id=d open><p>x</p></details>'"
    )
    morphed = page.evaluate(
        """() => {
          const main = document.getElementById("main");
          const next = main.cloneNode(true);
          next.querySelector("#d").removeAttribute("open");
          Idiomorph.morph(main, next);
          return document.getElementById("d").open;
        }"""
    )
    assert morphed


@pytest.mark.browser
@pytest.mark.stack
def test_a_session_that_has_ended_stops_the_page_and_says_so(
    queue: Connection, signed_in: SignedIn
) -> None:
    page = signed_in("vera", "/audit")
    pill(page, "Live")
    page.context.clear_cookies()
    enqueue(queue, "send_email")
    pill(page, "Signed out")
    assert page.get_by_role("heading", name="Audit").is_visible()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in*")


@pytest.mark.browser
@pytest.mark.stack
def test_a_page_is_stale_while_the_database_is_away_and_heals_by_itself(
    stack: Stack, project: Project, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.web.app.ENTRIES", (look("/reading", _reading),))
    context = browser.new_context()  # whose console may complain of a 503
    page = context.new_page()
    with served(project) as site:
        sign_in(context, site, "vera")
        page.goto(site.url("/reading"))
        pill(page, "Live")
        with _away(stack):
            pill(page, "Stale since")
            assert page.get_by_text("All is well").is_visible()
            page.reload()
            page.get_by_role("heading", name="The database is away").wait_for()
            assert page.get_by_role("link", name="Charts").is_visible()
        page.get_by_text("All is well").wait_for()
        pill(page, "Live")
        context.close()


def _reading(visit: Visit) -> Response:
    with visit.reading() as conn:
        conn.execute("select 1")
    return visit.page("error.html.j2", told=Failure(504, "all is well"))


@contextmanager
def _away(stack: Stack) -> Iterator[None]:
    """Let no control room in, and end the sessions it has."""
    with connect(stack.admin_url, application_name="pytest") as admin:
        admin.execute("alter role postgres nologin")
        try:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'supaops dashboard'"
            )
            yield
        finally:
            admin.execute("alter role postgres login")


@pytest.mark.browser
@pytest.mark.stack
def test_without_scripts_nothing_pretends_to_be_live(signed_in: SignedIn) -> None:
    page = signed_in("vera", "/audit", java_script_enabled=False)
    assert page.get_by_role("heading", name="Audit").is_visible()
    assert page.locator("#live").is_hidden()
    assert page.get_by_role("button", name="Keyboard").is_hidden()
    follow(page.get_by_role("link", name="Charts"))
    assert page.get_by_role("heading", name="Charts").is_visible()


# -- over HTTP


@pytest.mark.stack
def test_nobody_hears_of_changes_without_signing_in(control_room: Served) -> None:
    with control_room.client() as client:
        assert client.get(f"{BASE}/events").status_code == 401


@pytest.mark.stack
def test_the_command_stops_at_once_although_a_page_listens(project: Project) -> None:
    port = httpx.URL(unused_endpoint()).port
    words = ["dashboard", "--config", str(project.config_path), "--port", str(port)]
    process = subprocess.Popen(
        [*SUPAOPS, *words],
        env={**project.environ, "PYTHONPATH": str(ROOT / "ops")},
        stderr=subprocess.PIPE,
    )
    site = Served(project, f"http://127.0.0.1:{port}", Live(lambda: ""))
    with process:
        until(lambda: _answers(process, site))
        with closing(site.client("vera")) as client, client.stream("GET", f"{BASE}/events") as told:
            lines = told.iter_lines()
            until(lambda: "event: tick" in next(lines))
            process.terminate()
            begun = time.monotonic()
            assert process.wait(20) == 0
            assert time.monotonic() - begun < 5
            list(lines)  # it has come to a proper end


def _answers(process: subprocess.Popen[bytes], site: Served) -> bool:
    assert process.poll() is None, process.communicate()
    try:
        return httpx.get(site.url("/sign-in")).is_success
    except httpx.TransportError:
        return False


Step = Callable[[Connection], object]


@pytest.mark.stack
@pytest.mark.parametrize(
    "step",
    [
        lambda conn: enqueue(conn, "send_email"),
        lambda conn: claim(conn, 1),
        lambda conn: conn.execute("select job_queue_mark_failed(id, 'x') from job_queue"),
        lambda conn: conn.execute("select job_queue_cancel(array(select id from job_queue))"),
        lambda conn: conn.execute("update job_queue set status = 'succeeded'"),
        lambda conn: conn.execute("select job_queue_pause('mail', 'moved')"),
        lambda conn: conn.execute("delete from supaops.pause"),
        lambda conn: conn.execute("select job_queue_trigger_worker()"),
        lambda conn: conn.execute(
            "insert into supaops.revision (environment, applied_by, tool_version, summary, plan)"
            " values ('test', 'x', '0', '', '{}')"
        ),
    ],
    ids=[
        "added",
        "claimed",
        "failed",
        "cancelled",
        "edited",
        "paused",
        "resumed",
        "posted",
        "applied",
    ],
)
def test_what_a_page_would_show_changes_the_stamp(
    queue: Connection, project: Project, step: Step
) -> None:
    enqueue(queue, "send_email")
    claim(queue, 1)
    enqueue(queue, "send_email")
    queue.execute("select job_queue_pause('media', 'moved')")
    before = read_stamp(queue, project.config.queue)
    assert read_stamp(queue, project.config.queue) == before
    with queue.transaction(force_rollback=True):
        step(queue)
        assert read_stamp(queue, project.config.queue) != before


# -- the looking itself


def test_all_viewers_share_one_look_and_none_is_taken_while_nobody_watches() -> None:
    looks: list[int] = []

    def look() -> str:
        looks.append(len(looks))
        return str(len(looks))

    async def watch() -> list[str]:
        live = Live(look, every_s=0.01)
        streams = [live.versions() for _ in range(3)]
        seen = [await asyncio.gather(*(anext(each) for each in streams)) for _ in range(2)]
        for each in streams:
            await each.aclose()
        async with asyncio.timeout(5):
            while live.is_looking:
                await asyncio.sleep(0.01)
        return [version for turn in seen for version in turn]

    assert looks == []
    seen = asyncio.run(watch())
    assert seen[0] == seen[1] == seen[2]
    assert len(looks) < 6


def test_a_look_without_an_answer_is_told_as_none_and_is_not_the_last() -> None:
    answers: Iterator[str | Exception] = iter([ConnectionFailed("away"), ValueError("x"), "v"])

    def look() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def watch() -> list[str]:
        versions = Live(look, every_s=0).versions()
        return [await anext(versions) for _ in range(3)]

    assert asyncio.run(watch()) == ["", "", "v"]


def test_there_is_an_end_to_how_many_watch_at_once() -> None:
    async def watch() -> tuple[bool, bool]:
        live = Live(lambda: "v", every_s=0, most=1)
        stream = live.versions()
        await anext(stream)
        full = live.is_full
        await stream.aclose()
        return full, live.is_full

    assert asyncio.run(watch()) == (True, False)


def test_a_stream_ends_in_time_to_pass_the_gate_again() -> None:
    async def watch() -> list[str]:
        async with asyncio.timeout(5):
            return [each async for each in _messages(Live(lambda: "v", every_s=0, lasts_s=0))]

    told = asyncio.run(watch())
    assert "event: tick" in told[-1]
    assert len(told) == 2
