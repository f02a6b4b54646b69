"""The game platform example, from the catalogue over HTTP to rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from examples.game_platform import catalogue
from examples.game_platform.handlers import registry
from supaops.db.connect import Connection
from supaops.worker.http.app import create_app
from supaops.worker.transports.database import DatabaseTransport
from tests.projects import ROOT, Project
from tests.worker.queue_rows import enqueue, row
from tests.worker.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

MIGRATION = ROOT / "examples" / "game_platform" / "migrations" / "001_game_catalogue.sql"


class Example:
    """The worker and its upstream, both over HTTP."""

    def __init__(
        self,
        db: Connection,
        worker: httpx.AsyncClient,
        upstream: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.db = db
        self.worker = worker
        self.upstream = upstream
        self._monkeypatch = monkeypatch

    async def sync(self, query: str = "", payload: str = "{}") -> dict[str, Any]:
        """Run one sync against the catalogue in a mood and return the job's row."""
        self._monkeypatch.setenv("GAME_CATALOGUE_URL", f"{self.upstream}/games?{query}")
        job_id = enqueue(self.db, "game_platform_sync", payload)
        await self.worker.post("/api/jobs/run", json={"limit": 1})
        return row(self.db, job_id)

    def rows(self) -> tuple[int, int, int]:
        [found] = self.db.execute(
            "select (select count(*) from public.game) as games,"
            " (select count(*) from public.platform) as platforms,"
            " (select count(*) from public.game_platform) as offers"
        ).fetchall()
        return found["games"], found["platforms"], found["offers"]


@pytest.fixture
async def example(
    project: Project, queue_db: Connection, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Example]:
    queue_db.execute("drop table if exists public.game_platform, public.game, public.platform")
    queue_db.execute(MIGRATION.read_bytes())
    async with both(project) as (worker, upstream):
        yield Example(queue_db, worker, upstream, monkeypatch)


@asynccontextmanager
async def both(project: Project) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    app = create_app(project.settings, DatabaseTransport(project.settings, project.url), registry)
    async with serving(catalogue.create_app()) as upstream, serving(app) as worker:
        worker.headers["x-job-runner-secret"] = project.settings.secret.get_secret_value()
        yield worker, str(upstream.base_url).rstrip("/")


async def test_sync_copies_every_page_and_counts(example: Example) -> None:
    job = await example.sync(payload='{"dryRun": false}')
    assert job["result"] == {
        "games": 360,
        "pages": 5,
        "inserted": 360,
        "updated": 0,
        "unchanged": 0,
    }
    assert example.rows() == (360, 4, 900)


async def test_second_sync_changes_nothing(example: Example) -> None:
    await example.sync()
    before = example.db.execute("select max(xmin::text::bigint) as m from public.game").fetchall()
    job = await example.sync()
    assert (job["result"]["inserted"], job["result"]["updated"]) == (0, 0)
    assert job["result"]["unchanged"] == 360
    after = example.db.execute("select max(xmin::text::bigint) as m from public.game").fetchall()
    assert after == before


async def test_changed_prices_and_left_platforms_are_updates(example: Example) -> None:
    await example.sync()
    job = await example.sync("revision=2")
    assert (job["result"]["updated"], job["result"]["unchanged"]) == (37, 323)
    assert example.rows() == (360, 4, 899)


async def test_dry_run_reads_everything_and_writes_nothing(example: Example) -> None:
    job = await example.sync(payload='{"dryRun": true}')
    assert (job["status"], job["result"]["games"], job["result"]["inserted"]) == (
        "succeeded",
        360,
        0,
    )
    assert example.rows() == (0, 0, 0)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("status=500", "UpstreamError: page 1 was answered with HTTP 500"),
        ("status=503&status_on=3", "UpstreamError: page 3 was answered with HTTP 503"),
        ("malformed=1", "UpstreamError: page 1 breaks the agreed shape in "),
    ],
)
async def test_upstream_failure_is_retried_and_leaves_nothing_half_written(
    example: Example, query: str, error: str
) -> None:
    job = await example.sync(query)
    assert (job["status"], job["attempts"]) == ("pending", 1)
    assert job["last_error"].startswith(error)
    assert example.upstream not in job["last_error"]
    assert example.rows() == (0, 0, 0)


async def test_unreachable_upstream_is_retried(example: Example) -> None:
    example.upstream = "http://127.0.0.1:9"
    job = await example.sync()
    assert (job["status"], job["attempts"]) == ("pending", 1)
    assert job["last_error"].startswith("UpstreamError: page 1 cannot be read: ConnectError")


async def test_migration_runs_twice_and_hides_the_tables_from_the_data_api(
    example: Example,
) -> None:
    example.db.execute(MIGRATION.read_bytes())
    open_tables = example.db.execute(
        "select c.relname from pg_class c, unnest(array['anon', 'authenticated']) r"
        " where c.relname in ('game', 'platform', 'game_platform')"
        "   and (has_table_privilege(r, c.oid, 'select') or not c.relrowsecurity)"
    ).fetchall()
    assert open_tables == []
