"""The page for a ticket or a channel. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from supaops.incident import Page
from supaops.report.incident.sections import Row, Section, headline, sections
from supaops.report.markdown import code, plain
from supaops.report.times import utc

_COMMANDS = "Next"


def incident_markdown(page: Page) -> str:
    """Return the page as Markdown; commands stand in code spans, to be copied."""
    parts = [f"## {plain(headline(page))}", f"Seen {utc(page.at)}."]
    parts += ["\n".join(_section(each)) for each in sections(page)]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"### {plain(section.title)}"
    yield ""
    if not section.rows:
        yield f"{plain(section.nothing)}."
    for row in section.rows:
        yield f"{row.label} {code(row.text)}" if section.title == _COMMANDS else _item(row)


def _item(row: Row) -> str:
    below = f"  \n  {plain(row.below)}" if row.below else ""
    return f"- **{plain(row.label)}** {plain(row.text)}{below}"
