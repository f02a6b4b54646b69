"""What an import found and did, as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from supaops.adopt import Discovery, Imported
from supaops.adopt.items import Item, counted_items
from supaops.adopt.notes import counted, table_notes
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
    table = [] if done.jobs is None else [f"a table of {counted(done.jobs)}"]
    what = _joined([*_counts(found.taken), *table])
    yield Text(f"Imported {what} as revision {done.revision_id}.", "green")
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
    if found.table and found.table.obstacles:
        number = len(found.table.obstacles)
        reasons = "1 reason" if number == 1 else f"{number} reasons"
        return Text(f"Import: refused, for {reasons} against the table.", "bold red")
    parts = [*_counts(found.taken), *(["the table"] if found.table else [])]
    return Text(f"Import: {_joined(parts)}.", "bold")


def _counts(items: Iterable[Item]) -> list[str]:
    return counted_items(item.live.kind for item in items)


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _variables(found: Discovery) -> list[str]:
    values = (str(item.entry.get("value", "")) for item in found.taken)
    return [value.removeprefix("env(").removesuffix(")") for value in values if value]
