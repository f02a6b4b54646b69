"""What the page says, part by part, before it is text or Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from supaops.incident import Failing, Happening, Lately, Page, QueueState
from supaops.report.explaining import explaining
from supaops.report.times import ago, span, utc


class Row(NamedTuple):
    """A line: a short label, what is said of it, and what stands below that."""

    label: str
    text: str
    below: str = ""


class Section(NamedTuple):
    """A heading and its rows; `nothing` stands there when there are none."""

    title: str
    rows: list[Row]
    nothing: str = ""


def headline(page: Page) -> str:
    """Return the verdict in one line."""
    since = f", since {utc(page.since)}" if page.since else ""
    return f"{page.environment} is {page.severity.name}{since}"


def sections(page: Page) -> Iterator[Section]:
    """Yield the parts of the page in the order in which one asks for them."""
    yield Section("What is broken", list(_broken(page)), "nothing: every check is OK")
    if page.lately is None:
        yield Section("The chain", [Row("unknown", page.silence)])
    else:
        yield from _lately(page, page.lately)
    yield Section("Next", [Row(f"{n}.", step) for n, step in enumerate(page.steps, 1)])
    who = page.contacts
    yield Section("Who to call", [Row("first", who.primary), Row("then", who.escalation)])


def _lately(page: Page, lately: Lately) -> Iterator[Section]:
    window = span(page.window.total_seconds())
    yield Section("The chain", list(_chain(page, lately)))
    failing = [_failing(page, each) for each in page.failing]
    yield Section(f"Failing jobs, last {window}", failing, "none")
    changes = [_change(page, each) for each in lately.changes]
    yield Section(f"What changed, last {window}", changes, "nothing that is known of")


def _broken(page: Page) -> Iterator[Row]:
    for each in page.broken:
        yield Row(each.severity.name, f"{each.id}: {each.observed}", explaining(each.id))


def _chain(page: Page, lately: Lately) -> Iterator[Row]:
    for label, moment in (("last post", lately.posted_at), ("last 2xx", lately.answered_at)):
        when = f"{utc(moment)}, {ago(moment, page.at)}" if moment else "never"
        yield Row(label, when)
    if lately.bad_since:
        yield Row("bad since", f"{utc(lately.bad_since)}, {ago(lately.bad_since, page.at)}")
    for queue in lately.queues:
        yield Row(f"queue {queue.queue}", _queue(queue))
    for pause in lately.pauses:
        what = f"{pause.queue}" if pause.task_type == "*" else f"{pause.queue} {pause.task_type}"
        until = f"until {utc(pause.until)}" if pause.until else "until resumed"
        told = f"{what}, {ago(pause.paused_at, page.at)} by {pause.paused_by}, {until}"
        yield Row("paused", told, pause.reason)


def _queue(queue: QueueState) -> str:
    oldest = queue.oldest_ready_s
    waiting = f", the oldest ready for {span(oldest)}" if oldest is not None else ""
    counts = f"{queue.running:,} running, {queue.failed:,} failed"
    return f"{queue.pending:,} pending{waiting}; {counts}"


def _failing(page: Page, each: Failing) -> Row:
    numbers = f"{each.attempts:,} attempts of {each.jobs:,} jobs, {each.dead:,} of them dead"
    latest = f"latest: job {each.example_id}, {ago(each.last_at, page.at)}: {each.example}"
    return Row(each.task_type, f"{each.error}", f"{numbers}; {latest}")


def _change(page: Page, each: Happening) -> Row:
    number = f" and {each.number - 1:,} more" if each.number > 1 else ""
    why = f": {each.reason}" if each.reason else ""
    return Row(ago(each.at, page.at), f"{each.actor} {each.action} {each.target}{number}{why}")
