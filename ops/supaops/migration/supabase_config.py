"""supabase/config.toml: which secrets `supabase db push` sets, and whether pg-delta is at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from supaops.config.model import Config
from supaops.config.references import EnvRef
from supaops.errors import RenderError
from supaops.migration.vault_lines import VaultLines, uses_pg_delta, with_vault_lines
from supaops.refusals import refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SupabaseConfig:
    """What the project's own Supabase files say, and should say.

    Attributes:
        path: of config.toml, there or not.
        lines: its `[db.vault]` with what was added; None when there is no such file.
        unreachable: secrets that `[db.vault]` cannot set, since their value is no ``env(NAME)``.
        is_declarative: whether a schema apply of pg-delta may run on this project.
    """

    path: Path
    lines: VaultLines | None
    unreachable: tuple[str, ...]
    is_declarative: bool

    def write(self) -> None:
        """Write the new lines, if there are any.

        Raises: SupaopsError.
        """
        if self.lines is None or not self.lines.added:
            return
        with refused("write", self.path, hint="let this account write it"):
            self.path.write_bytes(self.lines.text.encode())


def read_supabase_config(root: Path, config: Config) -> SupabaseConfig:
    """Read config.toml and compare its `[db.vault]` with the declared secrets.

    Raises: SupaopsError that names the file.
    """
    path = root / "supabase" / "config.toml"
    secrets = config.vault.secrets
    named = {name: it.value.name for name, it in secrets.items() if isinstance(it.value, EnvRef)}
    wanted = {name: f"env({variable})" for name, variable in named.items()}
    text = _read(path)
    lines = _at(path, lambda: with_vault_lines(text, wanted)) if text is not None else None
    delta = text is not None and _at(path, lambda: uses_pg_delta(text))
    return SupabaseConfig(
        path,
        lines,
        unreachable=tuple(name for name in secrets if name not in named),
        is_declarative=delta or (root / "supabase" / "schemas").is_dir(),
    )


def _read(path: Path) -> str | None:
    with refused("read", path, hint="let this account read it, and save it as UTF-8"):
        try:
            return path.read_bytes().decode()
        except FileNotFoundError:
            return None


def _at(path: Path, work: Callable[[], T]) -> T:
    """Do some work; an error then names the file."""
    try:
        return work()
    except RenderError as error:
        raise RenderError(error.message, place=str(path), hint=error.hint) from error
