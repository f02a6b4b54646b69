"""`supaops incident`: one page for who was just woken up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from supaops.cli.console import print_error, show, show_json, write
from supaops.cli.options import ConfigOption, EnvOption, Target, duration, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.clock import utc_now
from supaops.errors import ConnectionFailed
from supaops.incident import Page, take_stock, without_database
from supaops.report.incident import incident_json, incident_lines, incident_markdown


class PageFormat(StrEnum):
    """``text`` for a terminal, ``markdown`` for a ticket, ``json`` for programs."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


PageFormatOption = Annotated[
    PageFormat,
    typer.Option("--format", metavar="text|markdown|json", help="How to print the page."),
]
LastOption = Annotated[
    str, typer.Option("--last", metavar="DURATION", help="How far back to look for changes.")
]


def incident(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    last: LastOption = "1d",
    output: PageFormatOption = PageFormat.TEXT,
) -> None:
    """Tell on one page what is broken, since when, and what to do.

    Runs every check, groups the jobs that failed by their error, and lists what was applied and
    what operators did. Changes nothing. Exits 0 when the page was made, however bad it is.
    """
    window = duration(last, "--last")
    where = target(env, config)
    page = _page(where, window)
    if output is PageFormat.JSON:
        show_json(incident_json(page))
    elif output is PageFormat.MARKDOWN:
        write(incident_markdown(page).rstrip("\n"))
    else:
        show(incident_lines(page))


def _page(where: Target, window: timedelta) -> Page:
    """Return the page; of a database that does not answer what there is to say without it."""
    try:
        connection = where.connect("incident")
    except ConnectionFailed as error:
        print_error(error)
        return without_database(where.desired, window, utc_now, error)
    with connection as conn:
        return take_stock(conn, where.desired, window, utc_now)
