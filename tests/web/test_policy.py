"""The content security policy, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from psycopg.types.json import Jsonb

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue
from tests.web.browsing import follow
from tests.web.conftest import SignedIn
from tests.web.site import PASSWORDS, Served

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HOSTILE = """</pre></script><script>window.hacked = 1</script>
<img src="x" onerror="window.hacked = 2"><style>body {display: none}</style>
"><svg onload="window.hacked = 3">' onfocus='window.hacked = 4' autofocus='"""
INJECT = """() => {
  window.violations = [];
  const note = event => window.violations.push(event.violatedDirective);
  document.addEventListener('securitypolicyviolation', note);
  const script = document.createElement('script');
  script.textContent = 'window.hacked = 1';
  document.body.append(script);
  const style = document.createElement('style');
  style.textContent = 'body { display: none }';
  document.head.append(style);
  const image = document.createElement('img');
  image.setAttribute('onerror', 'window.hacked = 2');
  image.src = 'https://elsewhere.example.test/x.png';
  document.body.append(image);
  const form = document.createElement('form');
  form.action = 'https://elsewhere.example.test/';
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture
def page(control_room: Served, browser: Browser) -> Iterator[Page]:
    """Open the control room where complaints of the policy are what is wanted."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(control_room.url("/sign-in"))
    opened.get_by_label("Name").fill("ada")
    opened.get_by_label("Password").fill(PASSWORDS["ada"])
    follow(opened.get_by_role("button", name="Sign in"))
    yield opened
    context.close()


def test_what_is_put_into_a_page_does_not_run(page: Page) -> None:
    page.evaluate(INJECT)
    page.wait_for_function("window.violations.length >= 4")
    violated = set(page.evaluate("window.violations"))
    assert violated >= {"script-src-elem", "style-src-elem", "img-src", "form-action"}
    assert page.evaluate("window.hacked") is None
    assert page.locator("main").is_visible()


def test_a_job_that_holds_a_script_is_shown_as_it_is(
    queue: Connection, signed_in: SignedIn
) -> None:
    job_id = enqueue(queue, "send_email", payload=Jsonb({"to": HOSTILE}), max_attempts=1)
    claim(queue, 1)
    queue.execute("select job_queue_mark_failed(%s, %s)", [job_id, HOSTILE])
    for path in ("", f"/{job_id}", "/incident", "/health"):
        page = signed_in("ada", path, java_script_enabled=True)
        assert page.evaluate("window.hacked") is None
        assert page.locator("main").is_visible()
