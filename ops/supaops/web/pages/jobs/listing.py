"""The list of jobs and the tiles above it."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from supaops.db.connect import Connection
from supaops.db.filtering import Filter
from supaops.db.pages.search import Found, search
from supaops.db.pages.tiles import Numbers, read_numbers
from supaops.web.charts.activity import activity
from supaops.web.charts.chart import Chart
from supaops.web.pages.jobs.filters import CHOICES, SIZES, WINDOWS, Asked, Understood, understood
from supaops.web.pages.jobs.lines import line
from supaops.web.pages.jobs.tiles import tiles, window_of
from supaops.web.visit import Visit

_LABELS = {"task_type": "task type", "id": "ids"}


def show(visit: Visit) -> Response:
    """Return the list, at the shortest address that says it; one id leads to its job."""
    asked = Asked.of(visit.query)
    if "" in visit.query.values():
        # A form sends its empty fields as well, and the address is to say no more than is asked.
        return visit.back(f"?{asked.query}" if asked.pairs else "")
    seen = understood(asked, visit.site.clock())
    if seen.wanted.ids and len(seen.wanted.ids) == 1 and not seen.problems:
        return visit.back(f"/{seen.wanted.ids[0]}")
    with visit.reading() as conn:
        numbers = read_numbers(conn, visit.site.config, seen.wanted, window_of(seen))
        found = _found(conn, visit, seen, numbers)
        hour = _hour(conn, visit, seen)
    return _page(visit, seen, numbers, found, hour)


def _found(conn: Connection, visit: Visit, seen: Understood, numbers: Numbers) -> Found:
    """Return a page of jobs; none for what was not understood."""
    if seen.problems:
        return Found()
    return search(conn, visit.site.config, seen.wanted, seen.place, numbers.by_status)


def _hour(conn: Connection, visit: Visit, seen: Understood) -> Chart | None:
    """Return what ended in the last hour; None for a part of the jobs that nobody counts alone."""
    wanted = replace(seen.wanted, statuses=None)
    if wanted != Filter(queue=wanted.queue):
        return None
    return activity(conn, visit.site.config, visit.site.clock(), wanted.queue)


def _page(
    visit: Visit, seen: Understood, numbers: Numbers, found: Found, hour: Chart | None
) -> Response:
    config, now = visit.site.config, visit.site.clock()
    queues = {each.queue for each in numbers.counts} | set(config.queue.limits)
    types = {each.task_type for each in numbers.counts} | set(config.queue.task_types)
    return visit.page(
        "pages/jobs.html.j2",
        seen=seen,
        asked=seen.asked,
        found=found,
        total=_total(seen, numbers, found),
        tiles=tiles(config, seen, numbers),
        hour=hour,
        lines=[line(each, now) for each in found.rows],
        chips=chips(seen.asked),
        queues=sorted(queues),
        task_types=sorted(types),
        choices=CHOICES,
        sizes=SIZES,
        windows=WINDOWS,
        there_are_jobs=any(each.jobs for each in numbers.counts),
    )


def _total(seen: Understood, numbers: Numbers, found: Found) -> int | None:
    """Return how many jobs match; None where nobody has counted them."""
    wanted = seen.wanted
    if found.total is not None or seen.problems:
        return found.total
    is_known = wanted.is_counted and set(wanted.statuses or ()) == set(wanted.columns or ())
    return wanted.expected(numbers.by_status) if is_known else None


def chips(asked: Asked) -> list[tuple[str, str]]:
    """Return each part of a filter in words, with the query of the list without it."""
    found = [
        (status, asked.but(status=tuple(each for each in asked.status if each != status)))
        for status in asked.status
    ]
    texts = asked.but(status=(), size="", window="").pairs
    found += [(f"{_LABELS.get(k, k)}: {v}", asked.but(**{k: ""})) for k, v in texts]
    return [(text, without.query) for text, without in found]
