"""What `supaops init` found and did, as text for people, and what to do next. Pure."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from supaops.report.difference import difference_lines
from supaops.scaffold import CI, Fate, File, Runner, Survey, Wanted

_SHOWN = 6
"""Lines of a difference; the rest with --verbose."""
_MARKS = {
    Fate.WRITTEN: ("  + wrote     ", "green"),
    Fate.ADDED: ("  + added to  ", "green"),
    Fate.REPLACED: ("  ~ replaced  ", "yellow"),
    Fate.KEPT: ("  . kept      ", "yellow"),
}
_RUNNERS = {
    Runner.EDGE: "an Edge Function",
    Runner.PYTHON: "a Python service",
    Runner.ROUTE: "a route of the app",
}
_LOCAL = (
    ("supaops doctor", "what is missing"),
    ("supaops local up", "a Supabase-like PostgreSQL"),
    ("supaops bootstrap --env local --yes", "apply, and one job through"),
)
_EDGE = ("supaops render --edge-function --env production", "the worker, in TypeScript")
_PIPELINES = {
    CI.GITHUB: "The first lines of .github/workflows/supaops.yml say what it needs on GitHub.",
    CI.GITLAB: "The first lines of .gitlab-ci.supaops.yml say what it needs on GitLab.",
}
_MANIFESTS = "The first lines of each file of ops/kubernetes say what it needs."
_ELSEWHERE = (
    ("cp .env.example .env", "and fill it in"),
    ("set -a; . ./.env; set +a", "hand its values to the shell"),
    ("supaops doctor --env staging", "what is missing there"),
)


def facts(found: Survey) -> Iterator[str]:
    """Yield what the repository has told of itself, a fact a line."""
    for label, told in _facts(found):
        yield f"  {label:<10}{told}"


def _facts(found: Survey) -> Iterator[tuple[str, str]]:
    if found.is_supabase:
        linked = f", linked to {found.ref}" if found.ref else ", not linked"
        yield "Supabase", f"supabase/config.toml{linked}"
    if found.service:
        service, why = found.service
        yield "pipeline", f"{service}, by {why}"
    for runner, why in found.runners:
        yield "worker", f"{_RUNNERS[runner]}, by {why}"


def file_lines(file: File, *, verbose: bool) -> Iterator[Text]:
    """Yield what became of a file; nothing where it was as it should be.

    Args:    verbose: show all of how a kept file differs from what it was not given.
    """
    if file.fate is Fate.SAME:
        return
    mark, style = _MARKS[file.fate]
    note = f"  {file.note}" if file.note else ""
    yield Text(mark, style).append(file.path, "bold").append(note, "not bold dim")
    shown = file.difference if verbose else file.difference[2 : 2 + _SHOWN]
    yield from difference_lines(shown)
    yield from _rest(file, len(file.difference) - 2 - len(shown))


def _rest(file: File, hidden: int) -> Iterator[Text]:
    if not file.difference:
        return
    lines = "line" if hidden == 1 else "lines"
    more = f"{hidden} more {lines}: --verbose; " if hidden > 0 else ""
    yield Text(f"      {more}to have the template's text: --force", "dim")


def nothing_lines() -> Iterator[Text]:
    """Yield that no file was touched."""
    yield Text("Everything is there already.", "green")


def next_lines(found: Survey, wanted: Wanted, here: Path) -> Iterator[Text]:
    """Yield what to do next, in its order.

    Args:    here: the current folder.
    """
    yield Text()
    if wanted.kubernetes:
        yield Text(_MANIFESTS)
    if wanted.service:
        yield Text(_PIPELINES[wanted.service])
    if wanted.is_addition:
        return
    yield Text("Put your kinds of jobs into ops/config/job_queue.yaml. Then:")
    yield from _commands(_steps(found, wanted, here))
    yield Text("For staging and production:")
    yield from _commands(_ELSEWHERE)


def _steps(found: Survey, wanted: Wanted, here: Path) -> Iterator[tuple[str, str]]:
    if not here.is_relative_to(found.root):
        yield f"cd {shlex.quote(os.path.relpath(found.root, here))}", "the project's folder"
    yield from _LOCAL
    if wanted.runner is Runner.EDGE:
        yield _EDGE


def _commands(steps: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[Text]:
    rows = list(steps)
    width = max(len(command) for command, _ in rows)
    for command, meaning in rows:
        yield Text(f"  {command:<{width}}  ", "bold").append(meaning, "not bold dim")
