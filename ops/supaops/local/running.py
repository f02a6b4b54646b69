"""The database that `database.url: local` means: our own stack's, else that of `supabase start`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local.stack import find
from supaops.local.supabase_cli import find_supabase


@dataclass(frozen=True, slots=True)
class LocalDatabase:
    """A local database that runs.

    Attributes:
        url: for role postgres.
        environment: variables that the stack lends to the YAML's ``env(NAME)``.
        api_url: of the Supabase API beside it, as the database reaches it; empty when it has none.
    """

    url: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    api_url: str = ""


def local_database(root: Path) -> LocalDatabase:
    """Return the local database of a project; connect to nothing.

    Raises: LocalStackError when none runs.
    """
    if stack := find(root):
        return LocalDatabase(stack.url, stack.environment, stack.api_url)
    if supabase := find_supabase(root):
        return LocalDatabase(supabase.url, {}, supabase.api_url)
    raise LocalStackError(
        "the local stack is not running", hint="supaops local up; or: supabase start"
    )
