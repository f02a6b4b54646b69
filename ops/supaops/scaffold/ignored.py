"""What `.gitignore` should say: values and the local stack stay out of git. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase

from supaops.scaffold.additions import Addition

_HEAD = "# Values that nobody may commit, and the local stack.\n"


def ignored_lines() -> Addition:
    """Return the lines for `.gitignore`."""
    return Addition(".gitignore", _missing, _HEAD)


def _missing(text: str) -> list[str]:
    lines = [name for name in (".supaops/", ".env") if not _is_ignored(name, text)]
    return [*lines, "!.env.example"] if _is_ignored(".env.example", text) else lines


def _is_ignored(name: str, text: str) -> bool:
    """Tell what the last pattern says of a name at the root, as git reads plain patterns."""
    verdict = False
    for line in text.splitlines():
        pattern = line.strip()
        negated, bare = pattern.startswith("!"), pattern.lstrip("!").strip("/").removeprefix("**/")
        if bare and not pattern.startswith("#") and fnmatchcase(name.strip("/"), bare):
            verdict = not negated
    return verdict
