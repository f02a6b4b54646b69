"""What a migration brings, as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rich.text import Text

from supaops.migration import NextMigration
from supaops.render.resource import Kind, Resource

_MAX_LISTED = 5


def migration_lines(found: NextMigration, root: Path, *, written: bool) -> Iterator[Text]:
    """Yield what the migration brings, what stands beside it, and last the verdict.

    Args:    written: whether it was written, or only looked at.
    """
    changes = list(_changes(found))
    yield from [*changes, Text()] if changes else []
    yield from _notes(found, root)
    yield from _verdict(found, root, written=written)


def _changes(found: NextMigration) -> Iterator[Text]:
    def is_new(each: Resource) -> bool:
        return each.address in found.due.new

    for (kind, new), group in groupby(found.due.put, key=lambda each: (each.kind, is_new(each))):
        mark = ("+ create", "green") if new else ("~ update", "yellow")
        yield from _listed(*mark, kind, [each.address for each in group])
    for address in found.due.removed:
        yield _line("- delete", "red", address)
    for address in found.due.left:
        yield _line(". keep", "dim", address).append("  no longer declared", "dim")


def _listed(mark: str, style: str, kind: Kind, addresses: list[str]) -> Iterator[Text]:
    if len(addresses) > _MAX_LISTED:
        yield _line(mark, style, f"{len(addresses)} x {kind}")
    else:
        yield from (_line(mark, style, address) for address in addresses)


def _line(mark: str, style: str, what: str) -> Text:
    return Text(f"  {mark:<11}", style).append(what, "bold" if style != "dim" else "")


def _notes(found: NextMigration, root: Path) -> Iterator[Text]:
    for sentence in _sentences(found, root):
        yield Text("note: ", "yellow").append(sentence, "not bold")


def _sentences(found: NextMigration, root: Path) -> Iterator[str]:
    supabase = found.supabase
    config = _shown(supabase.path, root)
    if supabase.lines is None:
        yield f"there is no {config}, so `supaops apply` has to set the secrets"
    elif supabase.lines.different:
        names = ", ".join(supabase.lines.different)
        yield f"{config} has another value for {names}; it was left as it is"
    if supabase.unreachable:
        names = ", ".join(supabase.unreachable)
        yield f"[db.vault] cannot set {names}: only an env(NAME) can stand there"
    if supabase.is_declarative:
        yield (
            "this project has declarative schemas: a schema apply of the Supabase CLI unschedules "
            "each cron job that its files do not know"
        )
    if found.due.left:
        yield "what is no longer declared stays; --prune deletes it"


def _verdict(found: NextMigration, root: Path, *, written: bool) -> Iterator[Text]:
    if not found.is_due:
        yield Text("No changes: the migrations are as declared.", "green")
        return
    style = "green" if written else "bold"
    if not found.due.is_empty:
        count = len(found.due.put) + len(found.due.removed)
        changes = "1 change" if count == 1 else f"{count} changes"
        verb = f"Wrote {_shown(found.path, root)}" if written else "A migration is due"
        yield Text(f"{verb}: {changes}.", style)
    if found.supabase.lines and found.supabase.lines.added:
        names = ", ".join(found.supabase.lines.added)
        verb = "Added" if written else "Due"
        yield Text(f"{verb} in [db.vault] of {_shown(found.supabase.path, root)}: {names}.", style)


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
