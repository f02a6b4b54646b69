"""The field types of the YAML: each parses one value and says what it expected."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from supaops.config.database_url import database_url
from supaops.config.duration import (
    format_duration,
    parse_duration,
    parse_positive_duration,
    parse_wake_interval,
)
from supaops.config.names import (
    IDENTIFIER_BYTES,
    NAME_BYTES,
    QUEUE_NAME_BYTES,
    header_name,
    identifier,
    object_name,
    queue_name,
    role_claim,
    schema_name,
    secret_name,
    task_type_name,
    text,
)
from supaops.config.payload_schema import check_payload_schema
from supaops.config.places import shorten
from supaops.config.problem import Complaint
from supaops.config.rate import Rate as RateValue
from supaops.config.rate import parse_rate
from supaops.config.references import EnvRef, reference
from supaops.config.references import Reference as ReferenceValue
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
        message = f"pg_cron refuses `{shorten(written)}`: {error}"
        raise Complaint(message, hint=error.hint, reveal=False) from error
    if parsed.doubt:
        message = f"pg_cron misreads `{shorten(written)}`: {parsed.doubt}"
        raise Complaint(message, hint=parsed.remedy, reveal=False)
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


_WRITTEN = PlainSerializer(format_duration, return_type=str, when_used="json")
_AS_TEXT = PlainSerializer(str, return_type=str)


def _json(kind: str, **keywords: Any) -> WithJsonSchema:
    """Return the JSON Schema of a field written as text; `kind` names it in the reference."""
    return WithJsonSchema({"$comment": kind, "type": "string", **keywords})


def _identifier_json(limit: int) -> WithJsonSchema:
    return _json("identifier", pattern=r"^[a-z_][a-z0-9_]*$", maxLength=limit)


_DURATION_JSON = _json(
    "duration", pattern=r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$", minLength=2, examples=["1h30m"]
)
_RATE_JSON = _json("rate", pattern=r"^\d+/(\d+)?[a-z][0-9a-z]*$", examples=["100/s", "500/15m"])
_NAME_JSON = _json("name", minLength=1, maxLength=NAME_BYTES)
_HEADER_JSON = _json("HTTP header name", pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_SCHEDULE_JSON = _json("pg_cron schedule", examples=["*/5 * * * *", "30 seconds", "@hourly"])
_REFERENCE_JSON = _json(
    "reference",
    pattern=r"^(env\([A-Za-z_][A-Za-z0-9_]*\)|file\(.+\)|cmd\(.+\)|project_url\(/.*\))$",
    examples=["env(NAME)", "file(PATH)", "cmd(op read op://VAULT/ITEM/FIELD)"],
)
_CLAIM_JSON = _json(
    "claim", pattern=r"^app_metadata(\.[^.\s]+)+$", examples=["app_metadata.supaops_role"]
)
_URL_JSON = _json("reference, `local` or URL", examples=["env(DATABASE_URL)", "local"])

Text = Annotated[str, PlainValidator(text), _json("text")]
Identifier = Annotated[str, PlainValidator(identifier), _identifier_json(IDENTIFIER_BYTES)]
QueueName = Annotated[str, PlainValidator(queue_name), _identifier_json(QUEUE_NAME_BYTES)]
SchemaName = Annotated[str, PlainValidator(schema_name), _identifier_json(NAME_BYTES)]
TaskTypeName = Annotated[str, PlainValidator(task_type_name), _identifier_json(IDENTIFIER_BYTES)]
ObjectName = Annotated[str, PlainValidator(object_name), _NAME_JSON]
SecretName = Annotated[str, PlainValidator(secret_name), _NAME_JSON]
HeaderName = Annotated[str, PlainValidator(header_name), _HEADER_JSON]
RoleClaim = Annotated[str, PlainValidator(role_claim), _CLAIM_JSON]
Schedule = Annotated[str, PlainValidator(schedule), _SCHEDULE_JSON]
Statement = Annotated[str, PlainValidator(statement), _json("SQL statement")]
Duration = Annotated[timedelta, PlainValidator(parse_positive_duration), _WRITTEN, _DURATION_JSON]
DurationOrZero = Annotated[timedelta, PlainValidator(parse_duration), _WRITTEN, _DURATION_JSON]
Rate = Annotated[RateValue, PlainValidator(parse_rate), _AS_TEXT, _RATE_JSON]
WakeInterval = Annotated[timedelta, PlainValidator(parse_wake_interval), _WRITTEN, _DURATION_JSON]
Reference = Annotated[ReferenceValue, PlainValidator(reference), _AS_TEXT, _REFERENCE_JSON]
DatabaseUrl = Annotated[str | ReferenceValue, PlainValidator(database_url), _AS_TEXT, _URL_JSON]
JsonObject = Annotated[
    dict[str, Any], PlainValidator(json_object), WithJsonSchema({"type": "object"})
]
PayloadSchema = Annotated[
    dict[str, Any],
    AfterValidator(check_payload_schema),
    BeforeValidator(json_object),
    WithJsonSchema({"$comment": "JSON Schema", "type": "object"}),
]

__all__ = [
    "DatabaseUrl",
    "Duration",
    "DurationOrZero",
    "EnvRef",
    "HeaderName",
    "Identifier",
    "JsonObject",
    "ObjectName",
    "PayloadSchema",
    "QueueName",
    "Rate",
    "Reference",
    "RoleClaim",
    "Schedule",
    "SchemaName",
    "SecretName",
    "Statement",
    "TaskTypeName",
    "Text",
    "WakeInterval",
]
