"""The field types of the YAML: each parses one value and says what it expected."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from supaops.config.duration import parse_duration, parse_positive_duration
from supaops.config.names import (
    IDENTIFIER_BYTES,
    NAME_BYTES,
    QUEUE_NAME_BYTES,
    header_name,
    identifier,
    object_name,
    queue_name,
    schema_name,
    secret_name,
    task_type_name,
    text,
)
from supaops.config.payload_schema import check_payload_schema
from supaops.config.problem import Complaint
from supaops.config.references import EnvRef, database_url, env_ref
from supaops.config.schedule import ScheduleError, parse_schedule
from supaops.config.statement import check_statement


def statement(value: object) -> str:
    """Accept exactly one SQL statement."""
    return check_statement(text(value))


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
_NAME_JSON = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": NAME_BYTES})
_ENV_PATTERN = r"^env\([A-Za-z_][A-Za-z0-9_]*\)$"

Text = Annotated[str, PlainValidator(text), _TEXT_JSON]
Identifier = Annotated[str, PlainValidator(identifier), _identifier_json(IDENTIFIER_BYTES)]
QueueName = Annotated[str, PlainValidator(queue_name), _identifier_json(QUEUE_NAME_BYTES)]
SchemaName = Annotated[str, PlainValidator(schema_name), _identifier_json(NAME_BYTES)]
TaskTypeName = Annotated[str, PlainValidator(task_type_name), _identifier_json(IDENTIFIER_BYTES)]
ObjectName = Annotated[str, PlainValidator(object_name), _NAME_JSON]
SecretName = Annotated[str, PlainValidator(secret_name), _NAME_JSON]
HeaderName = Annotated[
    str,
    PlainValidator(header_name),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"}),
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

__all__ = [
    "DatabaseUrl",
    "Duration",
    "DurationOrZero",
    "EnvRef",
    "EnvValue",
    "HeaderName",
    "Identifier",
    "JsonObject",
    "ObjectName",
    "PayloadSchema",
    "QueueName",
    "Schedule",
    "SchemaName",
    "SecretName",
    "Statement",
    "TaskTypeName",
    "Text",
]
