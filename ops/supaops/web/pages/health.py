"""The page of health: what the checks say, and the runbook of each."""

from __future__ import annotations

from starlette.responses import Response

from supaops.checks.catalogue import check_named
from supaops.checks.finding import worst
from supaops.checks.round import Round
from supaops.checks.runbooks import runbook
from supaops.config import config_place
from supaops.config.thresholds import Thresholds
from supaops.errors import UsageError
from supaops.report.health.chain import links
from supaops.report.health.document import FindingPart, HealthDocument, Occasion, document
from supaops.report.health.listing import bounds_text
from supaops.report.health.remedy import segments
from supaops.status import Severity
from supaops.web.access.role import Role
from supaops.web.notices import Notice
from supaops.web.refusal import Refusal
from supaops.web.runbook import runbook_page
from supaops.web.site import Site
from supaops.web.visit import Entry, Visit, act, look

RUNBOOKS = "/health/runbooks"
_LEVELS = tuple(sorted(Severity, key=lambda severity: -severity.rank))


def show(visit: Visit) -> Response:
    """Return the page: what is not well first, then the chain link by link."""
    standing = visit.site.rounds.standing()
    told = standing.done and _document(visit.site, standing.done)
    level = _level(visit.query.get("level", ""))
    return visit.page(
        "pages/health.html.j2",
        standing=standing,
        document=told,
        links=list(links(_of_level(told, level))) if told else [],
        broken=[each for each in told.worst_first if level in (None, each.level)] if told else [],
        level=level,
        levels=_LEVELS,
        bounds=_bounds,
        segments=segments,
    )


def run(visit: Visit) -> Response:
    """Have all checks run now, and go back to the page."""
    if visit.site.rounds.again():
        return visit.back("/health", Notice("The checks are running; this takes some seconds."))
    why = "The checks run already, or ran a moment ago: here is what they say."
    return visit.back("/health", Notice(why, "refused"))


def explain(visit: Visit) -> Response:
    """Return the runbook of a check."""
    name = str(visit.request.path_params["check"])
    try:
        check = check_named(name)
    except UsageError as error:
        raise Refusal(404, error.message, hint=error.hint) from None
    standing = visit.site.rounds.standing()
    told = _document(visit.site, standing.done).findings if standing.done else ()
    return visit.page(
        "pages/runbook.html.j2",
        check=check,
        runbook=runbook_page(runbook(check.id), visit.site.config.environment, visit.url(RUNBOOKS)),
        finding=next((each for each in told if each.id == check.id), None),
    )


def _document(site: Site, done: Round) -> HealthDocument:
    occasion = Occasion(
        site.config.environment,
        site.target,
        done.at,
        done.duration_s,
        worst(done.findings),
        lambda finding: (
            config_place(site.config, finding.verdict.declared_at)
            if finding.verdict.declared_at
            else None
        ),
    )
    return document(done.findings, occasion)


def _level(name: str) -> Severity | None:
    """Return the severity to show alone; None for all, and for what is none."""
    return next((each for each in Severity if each.name.lower() == name), None)


def _of_level(told: HealthDocument, level: Severity | None) -> list[FindingPart]:
    return [each for each in told.findings if level in (None, each.level)]


def _bounds(part: FindingPart) -> str:
    return bounds_text(Thresholds(part.warning, part.critical), part.unit)


ENTRIES: tuple[Entry, ...] = (
    look("/health", show),
    act("/health/run", run, Role.VIEWER),
    look(f"{RUNBOOKS}/{{check}}", explain),
)
