"""The page for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from supaops.incident import Page
from supaops.report.incident.sections import Row, headline, sections
from supaops.report.severity import STYLE
from supaops.report.times import utc
from supaops.status import Severity

_STYLES = {each.name: STYLE[each] for each in Severity}


def incident_lines(page: Page) -> Iterator[Text]:
    """Yield the page, line by line."""
    yield Text(headline(page), STYLE[page.severity])
    yield Text(f"seen {utc(page.at)}", "dim")
    for section in sections(page):
        yield Text()
        yield Text(section.title, "bold")
        if not section.rows:
            yield Text(f"  {section.nothing}", "dim")
        width = max((len(row.label) for row in section.rows), default=0)
        for row in section.rows:
            yield from _row(row, width)


def _row(row: Row, width: int) -> Iterator[Text]:
    label = Text(f"  {row.label:<{width}}  ", _STYLES.get(row.label, "cyan"))
    yield label.append(row.text, "not bold default")
    if row.below:
        yield Text(f"  {'':<{width}}  {row.below}", "dim")
