"""A copy of a server: its data directory as it lies on the disk, started beside it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supaops.local.layout import Base, Home
from tests.private_server import PrivateServer, private_server

# cron.job says which host and port to connect to. On another machine that is the copy itself; here
# it is the original, so the copy's pg_cron must not connect at all.
_NOWHERE = {"cron.use_background_workers": "on"}


@contextmanager
def physical_copy(original: PrivateServer) -> Iterator[PrivateServer]:
    """Stop a server, copy its data directory and Vault's key, start it again and its copy."""
    with private_server(**_NOWHERE) as copy:
        for server in (copy, original):
            server.stop("fast")
        _replace_data(_base(copy), _base(original))
        _take_passwords(copy, original)
        original.start()
        copy.start()
        yield copy


def _replace_data(target: Base, source: Base) -> None:
    subprocess.run(["rm", "-rf", target.data], check=True)
    subprocess.run(["cp", "-a", source.data, target.data], check=True)
    subprocess.run(["cp", "-a", source.vault_key, target.vault_key], check=True)


def _take_passwords(copy: PrivateServer, original: PrivateServer) -> None:
    passwords = ("admin_password", "password")
    taken = _state(original)
    known = _state(copy) | {name: taken[name] for name in passwords}
    _state_file(copy).write_text(json.dumps(known), encoding="utf-8")


def _base(server: PrivateServer) -> Base:
    return Base(Path(_state(server)["base"]))


def _state(server: PrivateServer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_state_file(server).read_text(encoding="utf-8"))
    return found


def _state_file(server: PrivateServer) -> Path:
    return Home.of(server.root).state
