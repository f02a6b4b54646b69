"""Which pages are measured, and what must be on them for a figure to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One request; ``{name}`` in it is the id of a job that was filled in.

    Attributes:
        path: below the control room's own.
        expects: texts that the answer must hold.
        form: what is posted; None for a page that is looked at.
    """

    name: str
    path: str
    expects: tuple[str, ...]
    form: Mapping[str, str] | None = None


_WINDOWS = ("1h", "6h", "24h", "7d")

PAGES: tuple[Page, ...] = (
    Page("jobs", "", ("jobs/{newest}",)),
    Page("jobs: failed", "?status=failed", ("jobs/{failed}",)),
    Page("jobs: failed, old", "?status=failed&task_type=sync_catalogue", ("jobs/{old_failed}",)),
    Page("jobs: running", "?status=running", ("jobs/{running}",)),
    Page("jobs: retrying", "?status=retrying", ("jobs/{retrying}",)),
    Page("jobs: scheduled", "?status=scheduled", ("<tbody", "jobs/")),
    Page("jobs: ready", "?status=ready", ("<tbody", "jobs/")),
    Page("jobs: one queue", "?queue=media", ("make_thumbnail",)),
    Page("jobs: error text", "?error=UpstreamTimeout", ("jobs/{retrying}",)),
    Page("jobs: payload", "?payload=customer.id:{customer}", ("<tbody", "jobs/")),
    Page("jobs: id", "?id={failed},{running}", ("jobs/{failed}", "jobs/{running}")),
    Page("jobs: worker", "?worker=bench", ("<tbody", "jobs/")),
    Page("jobs: last 2 h", "?since=2h", ("jobs/{newest}",)),
    Page("jobs: older page", "?before={middle}", ("<tbody", "jobs/")),
    Page("jobs: rare and old", "?status=succeeded&task_type=bench", ("bench",)),
    Page("job: failed", "/{failed}", ("UpstreamTimeout", "send_email")),
    Page("job: running", "/{running}", ("bench-worker", "make_thumbnail")),
    Page("job: succeeded", "/{succeeded}", ("sync_catalogue",)),
    *(Page(f"charts: {each}", f"/charts?window={each}", ("<svg", "<table")) for each in _WINDOWS),
    Page("cron", "/cron", ("job_queue_worker", "job_queue_cleanup_daily")),
    Page("queues", "/queues", ("default", "mail", "media")),
    Page("health", "/health", ("What is not well", "link-queue")),
    Page("health: runbook", "/health/runbooks/queue.dead", ("Is it real?",)),
    Page("incident", "/incident?last=1d", ("UpstreamTimeout", "What changed", "send_email")),
    Page("incident: 7 d", "/incident?last=7d", ("UpstreamTimeout", "What changed")),
    Page("audit", "/audit", ("otto", "upstream is back")),
    Page("audit: one job", "/audit?target=job:4711", ("job:4711",)),
    Page(
        "bulk: preview of all",
        "/bulk",
        ("300",),
        {"verb": "retry", "query": "status=failed", "scope": "all"},
    ),
)
"""In the order of the navigation; a page that lands later needs a line here and nothing else."""


def chosen(names: list[str]) -> list[Page]:
    """Return the pages whose names begin with one of these, or all."""
    return [each for each in PAGES if not names or each.name.startswith(tuple(names))]


def addressed(page: Page, ids: Mapping[str, int]) -> Page:
    """Return the page with the ids in their places."""
    expects = tuple(each.format(**ids) for each in page.expects)
    return Page(page.name, page.path.format(**ids), expects, page.form)
