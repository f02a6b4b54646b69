"""What an import found and did, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from supaops.adopt import Discovery, Imported
from supaops.adopt.items import Item
from supaops.adopt.notes import table_notes
from supaops.adopt.survey import TableSurvey


def discovery_lines(found: Discovery) -> Iterator[Text]:
    """Yield what would be imported and how, and what is left and why."""
    for item in found.items:
        yield from _item_lines(item)
    for sentence in found.unnamed:
        yield Text(f"  . left     {sentence}", "dim")
    if found.table:
        yield from _table_lines(found.table)
    for sentence in found.functions:
        yield Text(f"      {sentence}")
    if found.taken and not found.edit.is_empty:
        yield Text(f"  + write    {found.edit.path}", "green")
    yield Text()
    yield _verdict(found)


def imported_lines(found: Discovery, done: Imported) -> Iterator[Text]:
    """Yield what was imported, and what comes next."""
    if done.revision_id is None:
        return
    jobs = "" if done.jobs is None else f" and {done.jobs} jobs, none of them lost"
    yield Text(f"Imported {_count(done.items)}{jobs} as revision {done.revision_id}.", "green")
    for name in _variables(found):
        yield Text(f"Set {name} before the next plan: it holds the secret's value.", "yellow")
    yield Text("Next: `supaops plan`, which shows what an apply would still change.")


def _item_lines(item: Item) -> Iterator[Text]:
    if item.fault is not None:
        line = Text("  . left     ", "dim").append(item.label, "bold")
        yield line.append(f"  {item.fault}", "not bold")
        if item.remedy:
            yield Text(f"{'':13}fix: {item.remedy}", "cyan")
        return
    how = "" if item.entry else "  is declared already: the plan shows what differs"
    yield Text("  + import   ", "green").append(item.label, "bold").append(how, "dim")
    for key, value in item.entry.items():
        yield Text(f"      {key}: {value}", no_wrap=True)


def _table_lines(table: TableSurvey) -> Iterator[Text]:
    if table.obstacles:
        yield Text("  x refuse   ", "bold red").append(f"table {table.draft.site.table}", "bold")
        for each in table.obstacles:
            yield Text(f"      {each.reason}")
            yield Text(f"{'':6}  fix: {each.remedy}", "cyan")
    elif table.rows:
        yield Text("  ~ import   ", "yellow").append(f"table {table.draft.site.table}", "bold")
        for sentence in table_notes(table.draft, table.rows):
            yield Text(f"      {sentence}")


def _verdict(found: Discovery) -> Text:
    if found.is_empty:
        return Text("Nothing to import.", "green")
    table = found.table
    parts = [_count(len(found.taken))] if found.taken else []
    if table and table.obstacles:
        return Text(
            f"Import: refused, for {len(table.obstacles)} reasons against the table.", "bold red"
        )
    parts += ["the table"] if table else []
    return Text(f"Import: {' and '.join(parts)}.", "bold")


def _count(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"


def _variables(found: Discovery) -> list[str]:
    values = (str(item.entry.get("value", "")) for item in found.taken)
    return [value.removeprefix("env(").removesuffix(")") for value in values if value]
