"""The field types of the YAML: each parses one value and says what it expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from supaops.config.duration import parse_duration, parse_positive_duration
from supaops.config.payload_schema import check_payload_schema
from supaops.config.problem import Complaint
from supaops.config.schedule import ScheduleError, parse_schedule
from supaops.config.statement import check_statement

_ENV = re.compile(r"env\(([A-Za-z_][A-Za-z0-9_]*)\)")
_SHELL = re.compile(
    r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?|env\( *[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']? *\)"
)
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
_IDENTIFIER_BYTES = 40
# Derived names (`job_queue_mark_succeeded_many`, indexes, constraints) stay within NAMEDATALEN - 1.
_QUEUE_NAME_BYTES = 32
_NAME_BYTES = 63
_HEADER_BYTES = 100
_FOREIGN_SCHEMAS = frozenset(
    {
        "information_schema",
        "supaops",
        "cron",
        "net",
        "vault",
        "auth",
        "storage",
        "realtime",
        "extensions",
    }
)
# Set by pg_net, by libcurl or by supaops itself, or hop-by-hop (RFC 9110, 7.6.1).
_TAKEN_HEADERS = frozenset(
    {
        "host", "content-type", "content-length", "connection", "transfer-encoding", "te", "trailer",
        "upgrade", "expect", "keep-alive", "proxy-connection", "proxy-authorization", "user-agent",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnvRef:
    """A value that stays outside the file: the name of an environment variable."""

    name: str

    def __str__(self) -> str:
        """Return the form used in the YAML and in Supabase's config.toml."""
        return f"env({self.name})"


def env_ref(value: object) -> EnvRef:
    """Parse ``env(NAME)``."""
    if isinstance(value, EnvRef):
        return value
    match = _ENV.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Complaint(
            "expected env(NAME), for a secret's value never stands in the file",
            hint=_env_remedy(value),
            reveal=False,
        )
    return EnvRef(match.group(1))


def _env_remedy(value: object) -> str:
    match = _SHELL.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        return f"write env({match[1] or match[2]})"
    return "put the value in an environment variable and write env(ITS_NAME)"


def database_url(value: object) -> str | EnvRef:
    """Parse ``env(NAME)``, ``local`` or a URL without a password."""
    if isinstance(value, EnvRef) or (isinstance(value, str) and value.startswith(("env(", "$"))):
        return env_ref(value)
    if value == "local":
        return "local"
    return _url_without_password(text(value))


def _url_without_password(value: str) -> str:
    try:
        parts = urlsplit(value)
        options = parse_qs(parts.query)
        well_formed = parts.scheme in {"postgres", "postgresql"} and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or re.search(r"\s", value):
        raise Complaint(
            "expected env(NAME), local, or a URL such as postgresql://postgres@localhost:5432/postgres",
            hint="write env(DATABASE_URL)",
            reveal=False,
        )
    if parts.password is not None or {"password", "sslpassword"} & options.keys():
        raise Complaint(
            "the URL holds a password, which never stands in the file",
            hint="put the URL in an environment variable and write env(DATABASE_URL)",
            reveal=False,
        )
    return value


def statement(value: object) -> str:
    """Accept exactly one SQL statement."""
    return check_statement(text(value))


def text(value: object) -> str:
    """Accept a text that PostgreSQL can store."""
    if not isinstance(value, str):
        raise Complaint("expected text", hint=_quote(value))
    if "\0" in value:
        raise Complaint("expected text without a NUL character", reveal=False)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Complaint("expected text without a lone surrogate", reveal=False)
    return value


def _quote(value: object) -> str | None:
    if isinstance(value, bool):
        return f'quote it: "{str(value).lower()}"'
    return f'quote it: "{value}"' if isinstance(value, int | float) else None


def identifier(value: object, limit: int = _IDENTIFIER_BYTES) -> str:
    """Accept a lower-case SQL name that needs no quotes, of at most `limit` bytes."""
    name = text(value)
    if not _IDENTIFIER.fullmatch(name) or len(name) > limit:
        raise Complaint(
            f"expected a name of at most {limit} characters: a-z, 0-9 and _, not starting with a digit",
            hint=_snake(name, limit),
        )
    return name


def _snake(name: str, limit: int) -> str | None:
    snake = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip(
        "_"
    )
    usable = _IDENTIFIER.fullmatch(snake) and len(snake) <= limit
    return f"write {snake}" if usable else None


def queue_name(value: object) -> str:
    """Accept the prefix of the queue's objects."""
    return identifier(value, _QUEUE_NAME_BYTES)


def schema_name(value: object) -> str:
    """Accept a schema that can belong to the project."""
    name = identifier(value, _NAME_BYTES)
    if name.startswith("pg_") or name in _FOREIGN_SCHEMAS:
        raise Complaint(
            "expected a schema of your own, for this one is reserved", hint="write public"
        )
    return name


def task_type_name(value: object) -> str:
    """Accept a task type that supaops does not keep for itself."""
    name = identifier(value)
    if name.startswith("supaops_"):
        raise Complaint("expected another name, for `supaops_` is reserved for supaops itself")
    return name


def object_name(value: object) -> str:
    """Accept the name of a cron job or a Vault secret: printable, at most 63 bytes."""
    name = text(value)
    if (
        not name
        or name != name.strip()
        or not name.isprintable()
        or len(name.encode()) > _NAME_BYTES
    ):
        raise Complaint(
            f"expected a printable name of 1 to {_NAME_BYTES} bytes without blanks around it"
        )
    return name


def secret_name(value: object) -> str:
    """Accept the name of a Vault secret as a value, which is never shown: it may be the secret."""
    try:
        return object_name(value)
    except Complaint as error:
        raise Complaint(
            "expected the name of a secret under vault.secrets", hint=error.hint, reveal=False
        ) from error


def header_name(value: object) -> str:
    """Accept an HTTP field name that is free for the secret."""
    name = text(value)
    if not _TOKEN.fullmatch(name) or len(name) > _HEADER_BYTES:
        raise Complaint(
            "expected an HTTP header name: letters, digits and -", hint="write x-job-runner-secret"
        )
    if name.lower() in _TAKEN_HEADERS or name.lower().startswith("x-supaops-"):
        raise Complaint(
            "expected another header, for this one is set by pg_net or supaops",
            hint="write x-job-runner-secret",
        )
    return name


def schedule(value: object) -> str:
    """Accept a schedule that pg_cron accepts and reads as it is written."""
    written = text(value)
    try:
        parsed = parse_schedule(written)
    except ScheduleError as error:
        raise Complaint(f"pg_cron would refuse this schedule: {error}", hint=error.hint) from error
    if parsed.doubt:
        raise Complaint(f"pg_cron would misread this schedule: {parsed.doubt}", hint=parsed.remedy)
    return written


def json_object(value: object) -> dict[str, Any]:
    """Accept a mapping that jsonb can hold."""
    if not isinstance(value, dict):
        raise Complaint("expected a mapping")
    _check_json_text(value)
    return value


def _check_json_text(value: object) -> None:
    if isinstance(value, str):
        text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            text(key)
            _check_json_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_json_text(item)


_DURATION_SCHEMA = {
    "type": "string",
    "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$",
    "minLength": 2,
}
_DURATION_JSON = WithJsonSchema(_DURATION_SCHEMA | {"examples": ["30s", "1h30m", "14d"]})
_IDENTIFIER_PATTERN = r"^[a-z_][a-z0-9_]*$"


def _identifier_json(limit: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": _IDENTIFIER_PATTERN, "maxLength": limit})


_TEXT_JSON = WithJsonSchema({"type": "string"})
_NAME_JSON = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _NAME_BYTES})
_ENV_PATTERN = r"^env\([A-Za-z_][A-Za-z0-9_]*\)$"

Text = Annotated[str, PlainValidator(text), _TEXT_JSON]
Identifier = Annotated[str, PlainValidator(identifier), _identifier_json(_IDENTIFIER_BYTES)]
QueueName = Annotated[str, PlainValidator(queue_name), _identifier_json(_QUEUE_NAME_BYTES)]
SchemaName = Annotated[str, PlainValidator(schema_name), _identifier_json(_NAME_BYTES)]
TaskTypeName = Annotated[str, PlainValidator(task_type_name), _identifier_json(_IDENTIFIER_BYTES)]
ObjectName = Annotated[str, PlainValidator(object_name), _NAME_JSON]
SecretName = Annotated[str, PlainValidator(secret_name), _NAME_JSON]
HeaderName = Annotated[
    str,
    PlainValidator(header_name),
    WithJsonSchema({"type": "string", "pattern": rf"^{_TOKEN.pattern}$"}),
]
Schedule = Annotated[
    str,
    PlainValidator(schedule),
    WithJsonSchema({"type": "string", "examples": ["*/5 * * * *", "30 seconds", "@hourly"]}),
]
Statement = Annotated[str, PlainValidator(statement), _TEXT_JSON]
Duration = Annotated[timedelta, PlainValidator(parse_positive_duration), _DURATION_JSON]
DurationOrZero = Annotated[timedelta, PlainValidator(parse_duration), _DURATION_JSON]
EnvValue = Annotated[
    EnvRef, PlainValidator(env_ref), WithJsonSchema({"type": "string", "pattern": _ENV_PATTERN})
]
DatabaseUrl = Annotated[
    str | EnvRef,
    PlainValidator(database_url),
    WithJsonSchema({"type": "string", "examples": ["env(DATABASE_URL)", "local"]}),
]
JsonObject = Annotated[
    dict[str, Any], PlainValidator(json_object), WithJsonSchema({"type": "object"})
]
PayloadSchema = Annotated[
    dict[str, Any],
    AfterValidator(check_payload_schema),
    BeforeValidator(json_object),
    WithJsonSchema({"type": "object"}),
]
