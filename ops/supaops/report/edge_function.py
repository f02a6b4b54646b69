"""What `supaops render --edge-function` wrote, as text for people. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rich.text import Text

from supaops.scaffold.edge_function import FOLDER, NAME, EdgeFunction

_MAX_LISTED = 5


def edge_function_lines(
    found: EdgeFunction, *, asks_for_a_token: bool, written: bool
) -> Iterator[Text]:
    """Yield the files that were due, what still stands in the way, and last the verdict.

    Args:
        asks_for_a_token: whether the platform would refuse what pg_net posts.
        written: whether they were written, or only looked at.
    """
    verb = "wrote" if written else "stale"
    yield from _listed(f"~ {verb}", "yellow", found.stale)
    yield from _listed("+ wrote" if written else "+ missing", "green", found.missing)
    if asks_for_a_token:
        yield _note()
    if not found.is_due:
        yield Text("No changes: the function is as declared.", "green")
    elif written:
        yield Text(f"The function is as declared: supabase functions deploy {NAME}", "green")
    else:
        yield Text("The function is not as declared: supaops render --edge-function", "bold")


def _listed(mark: str, style: str, paths: Collection[str]) -> Iterator[Text]:
    if len(paths) > _MAX_LISTED:
        yield Text(f"  {mark:<11}", style).append(f"{len(paths)} files in {FOLDER}", "bold")
    else:
        yield from (Text(f"  {mark:<11}", style).append(path, "bold") for path in paths)


def _note() -> Text:
    note = Text("note: ", "yellow")
    return note.append(
        f"supabase/config.toml does not say `verify_jwt = false` under [functions.{NAME}], so the "
        "platform refuses what pg_net posts: it has the secret, and no user's token",
        "not bold",
    )
