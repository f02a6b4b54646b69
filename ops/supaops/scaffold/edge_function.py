"""The worker as an Edge Function: which of its files are ours, and which are the project's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from supaops.config import Config
from supaops.render.edge_function import edge_config
from supaops.scaffold.files import refusals, write_new
from supaops.scaffold.runner import EDGE_FUNCTION

FOLDER = EDGE_FUNCTION
NAME = PurePosixPath(FOLDER).name
_CONFIG = f"{FOLDER}/config.ts"
# A project's own handlers, types and packages; the rest is replaced by each version.
_THEIRS = ("handlers/index.ts", "types.ts", "deno.json", "deno.lock")


@dataclass(frozen=True, slots=True)
class EdgeFunction:
    """A project's function beside what it should be; paths are relative to the project's root.

    Attributes:
        stale: files of ours that are missing or other than they should be, with their texts.
        missing: files of the project's own that are not there yet, with what they start from.
    """

    root: Path
    stale: Mapping[str, str]
    missing: Mapping[str, str]

    @property
    def is_due(self) -> bool:
        """Return whether a file has to be written."""
        return bool(self.stale or self.missing)

    def write(self) -> None:
        """Write what is due.

        Raises: SupaopsError when a file cannot be written.
        """
        for path, text in self.stale.items():
            file = self.root / path
            with refusals(file):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="")
        for _ in write_new(self.root, self.missing):
            pass


def read_edge_function(root: Path, config: Config) -> EdgeFunction:
    """Compare a project's function with this version and its YAML.

    Raises: SupaopsError when a file cannot be read.
    """
    ours, theirs = dict(_ours(config)), dict(_texts(_THEIRS))
    return EdgeFunction(
        root,
        stale={path: text for path, text in ours.items() if _read(root / path) != text},
        missing={path: text for path, text in theirs.items() if not (root / path).exists()},
    )


def asks_for_a_token(root: Path) -> bool:
    """Tell whether the platform would refuse what pg_net posts, for want of a user's token."""
    try:
        with (root / "supabase" / "config.toml").open("rb") as stream:
            functions = tomllib.load(stream).get("functions", {})
        return functions[NAME]["verify_jwt"] is not False
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return True


def source() -> Path:
    """Return the folder of the function: inside the wheel, or at the root of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "edge_function"
    return installed if installed.is_dir() else package.parent.parent / FOLDER


def _ours(config: Config) -> Iterator[tuple[str, str]]:
    runtime = sorted(path.name for path in (source() / "runtime").glob("*.ts"))
    yield from _texts(["index.ts", *(f"runtime/{name}" for name in runtime)])
    yield _CONFIG, edge_config(config)


def _texts(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        yield f"{FOLDER}/{name}", (source() / name).read_text(encoding="utf-8")


def _read(path: Path) -> str | None:
    with refusals(path):
        return path.read_bytes().decode(errors="replace") if path.exists() else None
