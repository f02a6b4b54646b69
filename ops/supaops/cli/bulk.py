"""What `retry`, `replay` and `cancel` share: find, show, ask, change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.text import Text

from supaops.cli.console import comment, show, show_json
from supaops.cli.guard import confirm_count, env_is_typed, require_typed
from supaops.cli.options import Format, Target, target
from supaops.cli.selecting import actor, note_undeclared, open_queue
from supaops.cli.waiting import Waiting
from supaops.db.connect import Connection
from supaops.errors import UsageError
from supaops.jobs.bulk import Outcome, change
from supaops.jobs.selection import Filter, Selection, by_filter, by_id
from supaops.jobs.verb import Verb
from supaops.report.bulk import (
    jobs,
    outcome_json,
    outcome_lines,
    selection_json,
    selection_lines,
)
from supaops.status import ExitStatus


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks for: ids or a filter, how many, why, and how to answer."""

    verb: Verb
    ids: list[int]
    wanted: Filter
    limit: int
    reason: str | None
    dry_run: bool
    yes: bool
    output: Format


def run_verb(context: typer.Context, asked: Asked, env: str, config: Path) -> None:
    """Carry out a verb, and exit 1 when a job could not be changed.

    Raises: UsageError, Refused, DatabaseError.
    """
    _require_choice(asked)
    where = target(env, config, needs=lambda _: ())
    if not asked.dry_run:
        require_typed(where, typed=env_is_typed(context))
    note_undeclared(where.config, asked.wanted.queue, asked.wanted.task_type)
    with open_queue(where, asked.verb.name) as conn:
        found = _select(conn, where, asked)
        if asked.dry_run or not found.ids:
            _show_selection(where, asked, found)
            return
        _tell(selection_lines(asked.verb, found))
        doing = f"{asked.verb.name} {jobs(len(found.ids))}"
        confirm_count(where, doing, len(found.ids), yes=asked.yes)
        outcome = _change(conn, where, asked, found, config)
    _show_outcome(where, asked, found, outcome)


def _require_choice(asked: Asked) -> None:
    by_filter_too = asked.wanted != Filter()
    if asked.ids and by_filter_too:
        raise UsageError("give ids or a filter, not both", hint="leave one of them out")
    if not asked.ids and not by_filter_too:
        raise UsageError(
            f"say which jobs to {asked.verb.name}: ids, or a filter such as --status failed",
            hint="`supaops jobs list` shows them",
        )


def _select(conn: Connection, where: Target, asked: Asked) -> Selection:
    if asked.ids:
        return by_id(conn, where.config, asked.verb, asked.ids, asked.limit)
    with Waiting("looking for jobs") as line:
        return by_filter(conn, where.config, asked.verb, asked.wanted, asked.limit, line.now)


def _change(
    conn: Connection, where: Target, asked: Asked, found: Selection, config: Path
) -> Outcome:
    total = len(found.ids)
    with Waiting(f"{asked.verb.name}: {jobs(total)}") as line:

        def told(count: int) -> None:
            line.step(f"{count:,} of {jobs(total)}")

        who = actor(config, asked.reason)
        return change(conn, where.config, asked.verb, found.ids, who, told)


def _show_selection(where: Target, asked: Asked, found: Selection) -> None:
    if asked.output is Format.JSON:
        show_json(selection_json(asked.verb, where.config.environment, found))
    else:
        show(selection_lines(asked.verb, found))


def _show_outcome(where: Target, asked: Asked, found: Selection, outcome: Outcome) -> None:
    if asked.output is Format.JSON:
        show_json(outcome_json(outcome, where.config.environment, found))
    else:
        show(outcome_lines(outcome, found))
    if outcome.failed:
        raise typer.Exit(ExitStatus.ERROR)


def _tell(lines: Iterable[Text]) -> None:
    for line in lines:
        comment(line.plain)
