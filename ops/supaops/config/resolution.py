"""From a Config and what lies outside it to the values that never stand in a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from supaops.config.database_url import project_ref
from supaops.config.loading import config_place
from supaops.config.model import Config
from supaops.config.outside import Outside, Unread
from supaops.config.places import KeyPath, dotted
from supaops.config.references import CommandRef, EnvRef, FileRef, Reference
from supaops.config.values import (
    Check,
    dsn_fault,
    endpoint_fault,
    fault,
    jwt_secret_fault,
    key_fault,
    password_fault,
    runner_fault,
    url_fault,
)
from supaops.errors import ConfigError, SupaopsError

_URL: KeyPath = ("database", "url")
_DSN: KeyPath = ("sentry", "dsn")
_HEARTBEAT: KeyPath = ("watch", "heartbeat")
_API_URL: KeyPath = ("worker", "supabase", "url")
_SERVICE_KEY: KeyPath = ("worker", "supabase", "service_key")


def _nothing(_path: KeyPath) -> SecretStr | None:
    return None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The values behind a Config's references; `database_url` is None for the local stack.

    What a command can do without is read when it is first asked for: a reference may be a program
    that asks a person.
    """

    database_url: SecretStr | None
    secrets: dict[str, SecretStr]
    _optional: Callable[[KeyPath], SecretStr | None] = field(
        default=_nothing, repr=False, compare=False
    )
    _needed: Callable[[KeyPath], SecretStr | None] = field(
        default=_nothing, repr=False, compare=False
    )

    @property
    def sentry_dsn(self) -> SecretStr | None:
        """Return where events go; None where no DSN is declared, or its variable is unset.

        Raises: ConfigError where the reference leads to nothing, or to what is no DSN.
        """
        return self._optional(_DSN)

    @property
    def heartbeat_url(self) -> SecretStr | None:
        """Return the URL that the watcher calls; None where none is declared, or it is unset.

        Raises: ConfigError where the reference leads to nothing, or to what is no URL.
        """
        return self._optional(_HEARTBEAT)

    @property
    def data_api(self) -> tuple[str, SecretStr] | None:
        """Return the URL of the project's Data API and its service key; None where one is unset.

        Raises: ConfigError where a reference leads to nothing, or to what is no URL.
        """
        url, key = self._optional(_API_URL), self._optional(_SERVICE_KEY)
        return (url.get_secret_value(), key) if url and key else None

    def value(self, path: KeyPath) -> SecretStr | None:
        """Return the value of a key of the section `dashboard`; None where none is declared.

        Raises: ConfigError where the reference leads to nothing, or to what is unfit.
        """
        return self._needed(path)

    @property
    def revealed_url(self) -> str:
        """Return the database's URL with its password; empty for the local stack."""
        return self.database_url.get_secret_value() if self.database_url else ""


def resolve(
    config: Config,
    environ: Mapping[str, str],
    outside: Outside | None = None,
    names: Collection[str] | None = None,
    *,
    database: bool = True,
) -> Resolved:
    """Return the value of every reference, or of the database's and of the named secrets'.

    Args:
        names: of the secrets that are wanted; None wants all.
        database: whether the database's URL is wanted.
    Raises: ConfigError that names every reference which leads to nothing, to a placeholder or to
        what is unfit, with the key that asks for it; never a value.
    """
    resolved, problems = resolve_some(config, environ, outside, names, database=database)
    if problems:
        raise ConfigError(problems)
    return resolved


def resolve_some(
    config: Config,
    environ: Mapping[str, str],
    outside: Outside | None = None,
    names: Collection[str] | None = None,
    *,
    database: bool = True,
) -> tuple[Resolved, list[SupaopsError]]:
    """Return the values that there are, and a problem for each of the others.

    Args:
        names: of the secrets that are wanted; None wants all.
        database: whether the database's URL is wanted.
    """
    reading = _Reading(config, environ, outside or Outside())
    url = reading.database_url() if database else None
    secrets = {name: reading.secret(name) for name in config.vault.secrets if _wants(names, name)}
    kept = {name: SecretStr(value) for name, value in secrets.items() if value is not None}
    resolved = Resolved(SecretStr(url) if url else None, kept, reading.optional, reading.needed)
    return resolved, list(reading.problems)


def _wants(names: Collection[str] | None, name: str) -> bool:
    return names is None or name in names


class _Reading:
    """One resolution under way: what was read so far, and what was wrong with it."""

    def __init__(self, config: Config, environ: Mapping[str, str], outside: Outside) -> None:
        self.config = config
        self.environ = environ
        self.outside = outside
        self.problems: list[SupaopsError] = []
        self._printed: dict[CommandRef, str | Unread] = {}
        self._url: str | None = None

    def database_url(self) -> str | None:
        """Return the database's URL, or None for the local stack and for a fault."""
        url = self.config.database.url
        if not isinstance(url, str):
            self._url = self._value(_URL, url, fault)
        elif url != "local":
            self._url = url
        return self._url

    def secret(self, name: str) -> str | None:
        """Return a secret's value, or None for a fault."""
        path = ("vault", "secrets", name, "value")
        return self._value(path, self.config.vault.secrets[name].value, self._check(name))

    def optional(self, path: KeyPath) -> SecretStr | None:
        """Return the value of a key that need not have one, read when it is asked for.

        Raises: ConfigError for a fault.
        """
        reference, _ = self._outlets[path]
        return None if reference is None or self._is_unset(reference) else self.needed(path)

    def needed(self, path: KeyPath) -> SecretStr | None:
        """Return the value of a key that must have one where it is declared.

        Raises: ConfigError for a fault, as a variable that is not set.
        """
        reference, check = self._outlets[path]
        if reference is None:
            return None
        before = len(self.problems)
        value = self._value(path, reference, check)
        if len(self.problems) > before:
            raise ConfigError(self.problems[before:])
        return None if value is None else SecretStr(value)

    @property
    def _outlets(self) -> dict[KeyPath, tuple[Reference | None, Check]]:
        config = self.config
        return {
            _DSN: (config.sentry.dsn, lambda value: fault(value) or dsn_fault(value)),
            _HEARTBEAT: (config.watch.heartbeat, _url_fault),
            _API_URL: (config.worker.supabase.url, _url_fault),
            _SERVICE_KEY: (config.worker.supabase.service_key, fault),
            **self._dashboard,
        }

    @property
    def _dashboard(self) -> dict[KeyPath, tuple[Reference | None, Check]]:
        dashboard = self.config.dashboard
        accounts: dict[KeyPath, tuple[Reference | None, Check]] = {
            ("dashboard", "accounts", name, "password"): (each.password, password_fault)
            for name, each in dashboard.accounts.items()
        }
        supabase = dashboard.supabase
        return {
            ("dashboard", "key"): (dashboard.key, key_fault),
            ("dashboard", "supabase", "url"): (supabase.url, _url_fault),
            ("dashboard", "supabase", "anon_key"): (supabase.anon_key, fault),
            ("dashboard", "supabase", "jwt_secret"): (supabase.jwt_secret, jwt_secret_fault),
            **accounts,
        }

    def _is_unset(self, reference: Reference) -> bool:
        """Tell whether it names a variable that is not there, or empty as CI makes an unset one."""
        return isinstance(reference, EnvRef) and not self.environ.get(reference.name, "").strip()

    def _check(self, name: str) -> Check:
        worker = self.config.worker
        checks = {worker.endpoint: endpoint_fault, worker.secret: runner_fault}
        special = checks.get(name)
        return lambda value: fault(value) or (special(value) if special else "")

    def _value(self, path: KeyPath, reference: Reference, check: Check) -> str | None:
        try:
            value = self._read(reference)
        except _Untold:
            return None
        except Unread as error:
            self._note(path, reference, error.fault, error.hint)
            return None
        if wrong := check(value):
            self._note(path, reference, wrong, _remedy(reference))
            return None
        return value

    def _read(self, reference: Reference) -> str:
        match reference:
            case EnvRef():
                return self._variable(reference)
            case FileRef():
                return self.outside.read(self.outside.root / reference.path)
            case CommandRef():
                return self._print(reference)
            case _:
                return self._project_url() + reference.path

    def _variable(self, reference: EnvRef) -> str:
        if reference.name not in self.environ:
            raise Unread("is not set", _remedy(reference))
        return self.environ[reference.name]

    def _print(self, command: CommandRef) -> str:
        """Run a command once, however many keys name it: it may ask a person."""
        if command not in self._printed:
            self._printed[command] = self._outcome(command)
        outcome = self._printed[command]
        if isinstance(outcome, Unread):
            raise outcome
        return outcome

    def _outcome(self, command: CommandRef) -> str | Unread:
        try:
            return self.outside.run(command.words, self.outside.root)
        except Unread as error:
            return error

    def _project_url(self) -> str:
        if self.config.database.url == "local":
            return self._local_api()
        if self._url is None:
            raise _Untold  # the database's URL has its own problem
        ref = project_ref(self._url)
        if ref is None:
            raise Unread(
                "cannot be told from the database's URL",
                "expected the host db.<ref>.supabase.co, or the pooler's role postgres.<ref>; "
                "else write the whole URL: env(NAME)",
            )
        return f"https://{ref}.supabase.co"

    def _local_api(self) -> str:
        if not self.outside.api_url:
            raise Unread(
                "leads nowhere: the local stack has no Supabase API",
                "write env(NAME) in the overlay, or run that of `supabase start`",
            )
        return self.outside.api_url

    def _note(self, path: KeyPath, reference: Reference, wrong: str, hint: str) -> None:
        message = f"{dotted(path)}: {reference.subject} {wrong}"
        place = config_place(self.config, path)
        self.problems.append(SupaopsError(message, place=place, hint=hint))


def _url_fault(value: str) -> str:
    return fault(value) or url_fault(value)


class _Untold(Exception):
    """There is no value, for a reason that another problem tells."""


def _remedy(reference: Reference) -> str:
    match reference:
        case EnvRef():
            return f"export {reference.name}=..."
        case FileRef():
            return "write the value into it, and nothing else"
        case CommandRef():
            return "run it by hand to see what it prints"
        case _:
            return "write the whole URL: env(NAME)"
