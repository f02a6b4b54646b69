"""`supabase start`: the database, PostgREST and its gateway, in a project of this test process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from supaops.local.ports import free_port
from tests.servers.container import create_extensions
from tests.servers.unavailable import Unavailable, require_engine
from tests.servers.variables import (
    ADMIN_DSN_VARIABLE,
    ANON_KEY_VARIABLE,
    API_URL_VARIABLE,
    DSN_VARIABLE,
    HOST_VARIABLE,
    JWT_SECRET_VARIABLE,
    SERVICE_ROLE_KEY_VARIABLE,
)
from tests.supabase_cli import HOW, found

# It pulls half a dozen images the first time.
START_TIMEOUT_S = 900
SERVICES = ("realtime", "studio", "local_smtp", "storage", "auth", "edge_runtime", "analytics")
"""What the chain has no use for."""


@dataclass(frozen=True, slots=True)
class Cli:
    """The CLI in the folder of one project."""

    program: str
    folder: Path

    def __call__(self, *words: str) -> str:
        """Run a command, and return what it printed.

        Raises: AssertionError with what it told, when it fails.
        """
        done = subprocess.run(
            [self.program, *words],
            cwd=self.folder,
            env={**os.environ, "SUPABASE_TELEMETRY_DISABLED": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, f"supabase {' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Start a project, and remove it with its data at the end.

    Returns: the variables that name it.
    Raises:  Unavailable without the CLI, or without what runs its containers.
    """
    program = found()
    if program is None:
        raise Unavailable("there is no Supabase CLI", HOW)
    require_engine("docker", "podman")
    with tempfile.TemporaryDirectory(prefix="supaops-tests-") as folder:
        cli = Cli(program, lay_out(Path(folder)))
        try:
            cli("start")
            told = addresses(json.loads(cli("status", "-o", "json")))
            create_extensions(told[DSN_VARIABLE])
            yield told
        finally:
            cli("stop", "--no-backup")


def lay_out(folder: Path) -> Path:
    """Write the config.toml of a project that no other one on this machine can be taken for."""
    config = folder / "supabase" / "config.toml"
    config.parent.mkdir()
    lines = [
        f'project_id = "supaops-tests-{os.getpid()}"',
        f"[api]\nport = {free_port()}",
        f"[db]\nmajor_version = 17\nport = {free_port()}\nshadow_port = {free_port()}",
        *(f"[{service}]\nenabled = false" for service in SERVICES),
    ]
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def addresses(status: dict[str, str]) -> dict[str, str]:
    """Return the variables that name what `supabase status -o json` tells of.

    The superuser has the password of `postgres`. The containers reach this machine by the name
    that the CLI gives them for it.
    """
    url = status["DB_URL"]
    return {
        DSN_VARIABLE: url,
        ADMIN_DSN_VARIABLE: url.replace("//postgres:", "//supabase_admin:", 1),
        API_URL_VARIABLE: status["API_URL"],
        ANON_KEY_VARIABLE: status["ANON_KEY"],
        SERVICE_ROLE_KEY_VARIABLE: status["SERVICE_ROLE_KEY"],
        JWT_SECRET_VARIABLE: status["JWT_SECRET"],
        HOST_VARIABLE: "host.docker.internal",
    }
