"""The runbooks: in docs/runbooks of a checkout, and in the wheel."""

from __future__ import annotations

from pathlib import Path

from supaops.errors import SupaopsError


def runbook(id: str) -> str:  # noqa: A002  it is called so everywhere else
    """Return the Markdown of a check's runbook.

    Raises: SupaopsError when there is none.
    """
    try:
        return (_folder() / f"{id}.md").read_text(encoding="utf-8")
    except OSError as error:
        raise SupaopsError(
            f"there is no runbook of {id} here",
            hint=f"look at docs/runbooks/{id}.md in supaops' repository",
        ) from error


def _folder() -> Path:
    """Return the folder of runbooks: inside the wheel, or at the root of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "runbooks"
    return installed if installed.is_dir() else package.parent.parent / "docs" / "runbooks"
