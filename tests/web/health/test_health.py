"""The page of health: what the checks say, and what to do about it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from supaops.clock import utc_now
from supaops.db.connect import Connection
from supaops.db.lending import Lender
from supaops.web import rounds
from supaops.web.checking import Checking
from tests.faults.answering import Answers, answering
from tests.projects import Project
from tests.waiting import until
from tests.web.barriers import assert_no_barrier
from tests.web.browsing import follow
from tests.web.conftest import SignedIn
from tests.web.rooms import LOADING, checked, visited, without_database
from tests.web.site import Served

pytestmark = pytest.mark.stack
OPEN = "alter table public.job_queue disable row level security"
CLOSED = "alter table public.job_queue enable row level security"


@pytest.fixture
def exposed(queue: Connection) -> Iterator[Connection]:
    """Have the table open to whoever the Data API lets in."""
    queue.execute(OPEN)
    yield queue
    queue.execute(CLOSED)


@pytest.fixture
def waiting(queue: Connection) -> Iterator[Connection]:
    """Have a run of checks wait for a lock that only the test gives up."""
    with queue.transaction():
        queue.execute("lock table supaops.revision in access exclusive mode")
        yield queue


def lender(project: Project) -> Lender:
    return Lender(project.url, size=1, application_name="pytest", patience=timedelta(seconds=5))


def calls(answers: Answers, act: Callable[[], object]) -> int:
    before = len(answers.seen)
    act()
    return len(answers.seen) - before


def token(page: str) -> dict[str, str]:
    [(name, value)] = set(re.findall(r'name="(form_token)" value="([^"]+)"', page))
    return {name: value}


def tiles(page: str) -> dict[str, int]:
    pattern = r'tile-label">(\w+)</span>\s*<span class="tile-value">(\d+)<'
    return {name: int(value) for name, value in re.findall(pattern, page)}


@pytest.mark.usefixtures("waiting")
def test_the_first_look_does_not_wait_for_the_checks(project: Project) -> None:
    with visited(project) as (room, client):
        answer = client.get(room.url("/health"))
        assert answer.status_code == 200
        assert LOADING in answer.text


@pytest.mark.usefixtures("waiting")
def test_a_run_of_checks_ends_with_the_control_room(project: Project) -> None:
    with visited(project) as (room, client):
        client.get(room.url("/health"))
        until(lambda: "checks" in {each.name for each in threading.enumerate()})
    assert "checks" not in {each.name for each in threading.enumerate()}


@pytest.mark.usefixtures("waiting")
def test_a_run_that_does_not_end_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_GRACE_S", -1000.0)
    with visited(project) as (room, client):
        assert "has not ended: the database may not answer" in client.get(room.url("/health")).text


def test_what_is_old_is_told_to_be(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with visited(project) as (room, client):
        assert "Nobody has looked for" not in checked(room, client, "/health")
        monkeypatch.setattr(rounds, "OLD_S", -1.0)
        assert "Nobody has looked for" in client.get(room.url("/health")).text


def test_the_worker_is_called_once_a_minute_unless_somebody_asks(project: Project) -> None:
    answers = Answers()
    name = "job_queue_worker_endpoint"
    with answering(answers) as url, lender(project) as database:
        secrets = {**project.desired.secrets, name: SecretStr(url)}
        checking = Checking(replace(project.desired, secrets=secrets), database, utc_now)
        first = calls(answers, lambda: checking.look(anew=False))
        assert first > 0
        assert calls(answers, lambda: checking.look(anew=False)) == 0
        assert calls(answers, lambda: checking.look(anew=True)) == first


@pytest.mark.usefixtures("exposed")
def test_what_is_broken_stands_first_with_its_remedy_and_its_runbook(project: Project) -> None:
    with visited(project) as (room, client):
        page = checked(room, client, "/health")
    assert tiles(page)["Critical"] >= 1
    first = page.partition("<article")[2].partition("</article>")[0]
    assert "CRITICAL" in first
    assert "/health/runbooks/" in first
    assert 'id="check-security.rls"' in page
    assert "supaops apply --env test" in page


@pytest.mark.usefixtures("exposed")
def test_links_that_are_well_are_folded_and_the_others_open(project: Project) -> None:
    with visited(project) as (room, client):
        page = checked(room, client, "/health")
    assert '<details class="card chain-link" id="link-security" open>' in page
    assert '<details class="card chain-link" id="link-vault">' in page


def test_a_tile_leads_to_the_checks_that_it_counts(project: Project) -> None:
    with visited(project) as (room, client):
        number = tiles(checked(room, client, "/health"))["Skipped"]
        page = checked(room, client, "/health?level=skipped")
    assert number > 0
    assert page.count('<tr id="row-') == number


def test_a_level_that_is_none_shows_all(project: Project) -> None:
    with visited(project) as (room, client):
        page = checked(room, client, "/health?level=<script>")
    assert page.count('<tr id="row-') == sum(tiles(page).values())
    assert "<script>" not in page


def test_who_looks_again_at_once_is_told_that_the_checks_have_just_run(project: Project) -> None:
    with visited(project) as (room, client):
        form = token(checked(room, client, "/health"))
        answer = client.post(room.url("/health/run"), data=form, follow_redirects=True)
    assert "ran a moment ago" in answer.text


def test_a_run_that_nobody_s_page_asked_for_is_refused(control_room: Served) -> None:
    client = control_room.client("vera")
    assert client.post(control_room.url("/health/run")).status_code == 403
    client.close()


def test_a_database_that_is_away_is_a_finding(project: Project) -> None:
    with visited(without_database(project)) as (room, client):
        page = checked(room, client, "/health")
    assert 'id="check-conn.reachable"' in page
    assert "hidden-password" not in page
    assert tiles(page)["Skipped"] > 50


def test_a_runbook_is_a_page_beside_what_its_check_says(project: Project) -> None:
    with visited(project) as (room, client):
        checked(room, client, "/health")
        page = client.get(room.url("/health/runbooks/security.rls")).text
    assert "Is it real?" in page
    assert '<span class="status ok">OK</span>' in page


@pytest.mark.parametrize("name", ["no.such", "watch", "..%2F..%2Fplaybook"])
def test_there_is_no_page_for_what_is_no_check(control_room: Served, name: str) -> None:
    client = control_room.client("vera")
    answer = client.get(control_room.url(f"/health/runbooks/{name}"))
    client.close()
    assert answer.status_code == 404


def test_nobody_reads_a_runbook_without_signing_in(control_room: Served) -> None:
    answer = httpx.get(control_room.url("/health/runbooks/net.refused"))
    assert answer.headers["location"].partition("?")[0].endswith("/sign-in")


@pytest.mark.browser
@pytest.mark.usefixtures("exposed")
def test_a_page_full_of_findings_has_no_barrier_that_axe_knows(signed_in: SignedIn) -> None:
    page = signed_in("vera", "/health", color_scheme="dark")
    until(lambda: page.reload() and page.locator("#link-security").count(), every=0.2)
    assert_no_barrier(page)
    page.goto(page.url.replace("/health", "/health/runbooks/net.refused"))
    assert_no_barrier(page)


@pytest.mark.browser
def test_check_now_works_without_javascript(signed_in: SignedIn) -> None:
    page = signed_in("vera", "/health", java_script_enabled=False)

    def asked() -> bool:
        follow(page.get_by_role("button", name="Check now"))
        return "The checks are running" in page.locator(".notice").inner_text()

    until(asked)
    until(lambda: page.goto(page.url) and page.get_by_text("Checked 0 s ago").count())
