"""One scan: files first, then rendered SQL, then the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from supaops.config import Config, Resolved
from supaops.config.database_url import password
from supaops.config.known import MIN_VALUE, Known
from supaops.config.places import shorten
from supaops.config.references import ProjectUrl
from supaops.db.connect import Connection
from supaops.db.scan import cron_commands
from supaops.errors import ConnectionFailed
from supaops.render import resources
from supaops.scan.files import project_files, read_text
from supaops.scan.history import scan_history
from supaops.scan.leak import Leak, Scan, Source, Text
from supaops.scan.search import search

QUEUE_UNREAD = "net.http_request_queue: its headers hold the secret while a request waits"


@dataclass(frozen=True, slots=True)
class Request:
    """What to scan.

    Attributes:
        config, root: the base YAML, and the project's folder.
        loaded: None when the YAML is not valid; then only files are read.
        resolved: the values that there are.
        connect: opens the database; None leaves it out.
        since: how far back run history is read.
    """

    environment: str
    config: Path
    root: Path
    loaded: Config | None
    resolved: Resolved | None
    connect: Callable[[], Connection] | None
    since: datetime


@dataclass
class _Progress:
    known: Known
    leaks: list[Leak] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def search(self, texts: Iterable[Text]) -> int:
        """Search each text and return how many there were."""
        searched = list(texts)
        for text in searched:
            self.leaks.extend(search(text, self.known))
        return len(searched)


def run_scan(request: Request) -> Scan:
    """Return every secret that stands where it may not, without showing any.

    Raises: ConnectionFailed or DatabaseError when the database is wanted and cannot be read.
    """
    values = _values(request)
    found = _Progress(Known.of(values))
    found.unread += _not_compared(request, values)
    _scan_files(request, found)
    if request.loaded is None:
        found.unread.append("rendered SQL and the database: the YAML is not valid")
    else:
        count = found.search(_rendered(request.loaded))
        found.read.append(f"{count} rendered objects")
        _scan_database(request, found)
    return Scan(request.environment, tuple(found.leaks), tuple(found.read), tuple(found.unread))


def _values(request: Request) -> dict[str, SecretStr]:
    """Return the values to look for; a project's URL is no secret."""
    if request.loaded is None or request.resolved is None:
        return {}
    declared = request.loaded.vault.secrets
    values = {
        f"the value of vault.secrets.{name}": value
        for name, value in request.resolved.secrets.items()
        if not isinstance(declared[name].value, ProjectUrl)
    }
    secret = password(request.resolved.revealed_url)
    return {**values, "the password of database.url": SecretStr(secret)} if secret else values


def _not_compared(request: Request, values: Mapping[str, SecretStr]) -> Iterator[str]:
    """Say whose value was looked for by its form alone."""
    for name, secret in request.loaded.vault.secrets.items() if request.loaded else ():
        value = values.get(f"the value of vault.secrets.{name}")
        if isinstance(secret.value, ProjectUrl):
            continue
        if value is None:
            yield f"the value of vault.secrets.{name}: {secret.value} leads to none here"
        elif len(value) < MIN_VALUE:
            yield f"the value of vault.secrets.{name}: shorter than {MIN_VALUE} characters"


def _scan_files(request: Request, found: _Progress) -> None:
    texts: list[Text] = []
    for source, path in project_files(request.config, request.root):
        text = read_text(source, path)
        if isinstance(text, Text):
            texts.append(text)
        else:
            found.unread.append(text)
    found.read.append(f"{found.search(texts)} files")


def _rendered(config: Config) -> Iterator[Text]:
    for each in resources(config):
        yield Text(Source.RENDERED, f"rendered {each.address}", each.definition)


def _scan_database(request: Request, found: _Progress) -> None:
    if request.connect is None:
        found.unread.append("the database: --no-database")
        return
    with _connected(request.connect) as conn:
        jobs = [
            Text(Source.CRON_JOB, f'cron.job "{shorten(name, 63)}"', text)
            for name, text in cron_commands(conn)
        ]
        found.read.append(f"{found.search(jobs)} cron jobs")
        history = scan_history(conn, request.since, found.known)
    found.leaks += history.leaks
    found.read.append(f"{history.count} cron runs")
    found.unread.append(history.unread)
    if request.loaded is None or request.loaded.worker.auth == "secret":
        found.unread.append(QUEUE_UNREAD)


def _connected(connect: Callable[[], Connection]) -> Connection:
    try:
        return connect()
    except ConnectionFailed as error:
        hint = f"{error.hint}; or scan files alone: --no-database"
        raise ConnectionFailed(error.message, place=error.place, hint=hint) from error
