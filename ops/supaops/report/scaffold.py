"""What `supaops init` did, as text for people, and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from supaops.scaffold import CI, Fate, File

_DIFF_STYLE = {"+": "green", "-": "red", "@": "cyan"}
_FIRST_STEPS = (
    ("supaops local up", "start a PostgreSQL like Supabase's"),
    ("supaops plan", "see what an apply would make"),
    ("supaops apply", "make it"),
)
_NEXT: dict[CI | None, str] = {
    None: "Edit ops/config/job_queue.yaml: your kinds of jobs, and when the worker wakes.",
    CI.GITHUB: "The first lines of .github/workflows/supaops.yml say what it needs on GitHub.",
    CI.GITLAB: "The first lines of .gitlab-ci.supaops.yml say what it needs on GitLab.",
}

_MANIFESTS = "The first lines of each file of ops/kubernetes say what it needs."


def scaffold_lines(
    files: Iterable[File],
    service: CI | None,
    *,
    kubernetes: bool = False,
    verbose: bool = False,
) -> Iterator[Text]:
    """Yield a line per file that is new or other than ours, then the next steps.

    Args:    verbose: also show how a file differs from what it was not given.
    """
    told = [file for file in files if file.fate is not Fate.SAME]
    for file in told:
        yield from _lines(file, verbose=verbose)
    if not told:
        yield Text("Everything is there already.", "green")
    yield from _next(service, kubernetes=kubernetes)


def _lines(file: File, *, verbose: bool) -> Iterator[Text]:
    if file.fate is Fate.WRITTEN:
        yield Text("  + wrote  ", "green").append(file.path, "bold")
        return
    note = "" if verbose else "  is not as the template; --verbose shows how"
    yield Text("  . kept   ", "yellow").append(file.path, "bold").append(note, "not bold dim")
    for line in file.difference if verbose else ():
        yield Text(f"      {line}", _DIFF_STYLE.get(line[:1], ""), no_wrap=True)


def _next(service: CI | None, *, kubernetes: bool) -> Iterator[Text]:
    yield Text()
    if kubernetes:
        yield Text(_MANIFESTS)
    if service or not kubernetes:
        yield Text(_NEXT[service])
    if service is None and not kubernetes:
        yield Text("Then:")
        for command, meaning in _FIRST_STEPS:
            yield Text(f"  {command:<18}", "bold").append(meaning, "not bold dim")
