"""Texts and names: what PostgreSQL, pg_cron, Vault and HTTP take as one."""

from __future__ import annotations

import re

from supaops.config.problem import Complaint

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")
_CLAIM = re.compile(r"app_metadata(\.[^.\s]+)+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
IDENTIFIER_BYTES = 40
# Derived names (`job_queue_mark_succeeded_many`, indexes, constraints) stay within NAMEDATALEN - 1.
QUEUE_NAME_BYTES = 32
NAME_BYTES = 63
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
        "host", "content-type", "content-length", "connection", "transfer-encoding", "te",
        "trailer", "upgrade", "expect", "keep-alive", "proxy-connection", "proxy-authorization",
        "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature",
    }
)  # fmt: skip


def former(secret: str) -> str:
    """Return the name in Vault under which the value before a rotation is kept."""
    return f"{secret} (before rotation)"


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


def identifier(value: object, limit: int = IDENTIFIER_BYTES) -> str:
    """Accept a lower-case SQL name that needs no quotes, of at most `limit` bytes."""
    name = text(value)
    if not _IDENTIFIER.fullmatch(name) or len(name) > limit:
        raise Complaint(
            f"expected a-z, 0-9 and _, without a digit first, at most {limit} characters",
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
    return identifier(value, QUEUE_NAME_BYTES)


def schema_name(value: object) -> str:
    """Accept a schema that can belong to the project."""
    name = identifier(value, NAME_BYTES)
    if name.startswith("pg_") or name in _FOREIGN_SCHEMAS:
        raise Complaint("expected a schema of your own, not a reserved one", hint="write public")
    return name


def task_type_name(value: object) -> str:
    """Accept a task type that supaops does not keep for itself."""
    name = identifier(value)
    if name.startswith("supaops_"):
        raise Complaint("expected a name without `supaops_` in front, which is reserved")
    return name


def object_name(value: object) -> str:
    """Accept the name of a cron job or a Vault secret: printable, at most 63 bytes."""
    name = text(value)
    if (
        not name
        or name != name.strip()
        or not name.isprintable()
        or len(name.encode()) > NAME_BYTES
    ):
        raise Complaint(
            f"expected printable text of 1 to {NAME_BYTES} bytes without blanks around it"
        )
    return name


def secret_name(value: object) -> str:
    """Accept the name of a Vault secret as a value, which is never shown: it may be the secret."""
    try:
        return object_name(value)
    except Complaint as error:
        message = "expected the name of a secret under vault.secrets"
        raise Complaint(message, reveal=False) from error


def header_name(value: object) -> str:
    """Accept an HTTP field name that is free for the secret."""
    name = text(value)
    if not _TOKEN.fullmatch(name) or len(name) > _HEADER_BYTES:
        raise Complaint(
            "expected an HTTP header name: letters, digits and -", hint="write x-job-runner-secret"
        )
    if name.lower() in _TAKEN_HEADERS or name.lower().startswith("x-supaops-"):
        raise Complaint(
            "expected a header that neither pg_net nor supaops sets",
            hint="write x-job-runner-secret",
        )
    return name


def role_claim(value: object) -> str:
    """Accept the way to a claim that only the project's own side can write.

    Users write their `user_metadata` themselves.
    Source: https://supabase.com/docs/guides/auth/jwt-fields
    """
    claim = text(value)
    if not _CLAIM.fullmatch(claim):
        raise Complaint(
            "expected a claim below app_metadata, which users cannot write themselves",
            hint="write app_metadata.supaops_role",
        )
    return claim
