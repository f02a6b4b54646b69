"""What `up` must remember: one private file, replaced as a whole."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from supaops.errors import LocalStackError

_FORMAT = 1


class Damaged(LocalStackError):
    """The file cannot be read as a state."""


@dataclass(frozen=True, slots=True)
class State:
    """The facts of one local stack.

    Shapes: `base` holds the server's files; `ready` turns true when the bootstrap has finished;
    `port` and `api_port`, the Data API's, are 0 before the first start; `parameters` go into
    postgresql.conf.
    """

    base: str
    sockets: str
    pg_bin: str
    server_version: str
    source: str
    native: tuple[str, ...]
    account: str
    admin_password: str = field(repr=False)
    password: str = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    jwt_secret: str = field(default="", repr=False)
    parameters: dict[str, str] = field(default_factory=dict)
    port: int = 0
    api_port: int = 0
    durable: bool = True
    ready: bool = False
    format: int = _FORMAT

    def url(self, role: str, password: str) -> str:
        """Return the URL of a role; passwords of ours are URL-safe by construction.

        `sslmode` is there because PGSSLMODE=require, set for a hosted project, would apply here.
        """
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/postgres?sslmode=disable"

    @property
    def api_url(self) -> str:
        """Return the URL of the project, as the clients of Supabase take it."""
        return f"http://127.0.0.1:{self.api_port}"


def new_secret() -> str:
    """Return 192 random bits, safe in a URL and a password file."""
    return secrets.token_urlsafe(24)


def new_key() -> str:
    """Return a key, as for Vault: 256 random bits in hexadecimal."""
    return secrets.token_hex(32)


def read(path: Path) -> State | None:
    """Return the remembered state, or None when there is none.

    Raises:  LocalStackError for a file that is another account's or damaged.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return State(**{**raw, "native": tuple(raw["native"])})
    except FileNotFoundError:
        return None
    except OSError as error:
        raise inaccessible(path, error) from error
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged(
            "the state of the local stack is damaged or of another version of supaops",
            place=str(path),
            hint="supaops local up --reset",
        ) from error


def write(path: Path, state: State) -> None:
    """Replace the file at once; only this account may read it."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(state), file, indent=2)
    temporary.replace(path)


def inaccessible(path: Path, error: OSError) -> LocalStackError:
    """Return the user's view of a file or directory that cannot be used."""
    try:
        hint = f"run the command as {path.owner()}, or delete it"
    except (KeyError, OSError):
        hint = "run the command as the account that owns the project"
    return LocalStackError(
        f"cannot use the local stack's files: {error.strerror}", place=str(path), hint=hint
    )
