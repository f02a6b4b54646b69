"""SQL literals and identifiers, pure: what `{{ value }}` becomes in a template.

Source: PostgreSQL manual, 4.1.2 "Constants" (escape string syntax) and 4.1.1 "Identifiers".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import singledispatch
from typing import Any

from jinja2 import Undefined
from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS
from pydantic import SecretBytes, SecretStr

from supaops.config.references import CommandRef, EnvRef, FileRef, ProjectUrl
from supaops.errors import RenderError

# Escaped so that a literal is one line and free of `$`: it then means the same inside a
# dollar-quoted function body and cannot end a `--` comment.
_ESCAPES = {"\\": r"\\", "'": "''", "$": r"\x24", "\n": r"\n", "\r": r"\r"}

_IDENTIFIER_BYTES = 63  # NAMEDATALEN - 1
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_KEYWORDS = COL_NAME_KEYWORDS | RESERVED_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS


class Sql(str):
    """A checked fragment of SQL text, rendered as it stands."""

    __slots__ = ()


def indented(fragment: Sql, width: int) -> Sql:
    """Return a fragment whose lines after the first begin with `width` more spaces.

    Its meaning stays: a literal is one line.
    """
    return Sql(fragment.replace("\n", "\n" + " " * width))


def identifier(name: str) -> Sql:
    """Return `name` as an identifier, quoted only where PostgreSQL needs it.

    Raises: RenderError when the name is empty, holds a NUL or is too long for PostgreSQL.
    """
    if not name or "\0" in name or len(name.encode()) > _IDENTIFIER_BYTES:
        raise RenderError(
            f"{name!r} cannot be an SQL identifier: 1 to 63 bytes without NUL",
            hint="shorten the name",
        )
    if _PLAIN.fullmatch(name) and name not in _KEYWORDS:
        return Sql(name)
    return Sql('"' + name.replace('"', '""') + '"')


def text_literal(value: str) -> Sql:
    """Return `value` as a string constant that is safe in any context, bodies included.

    Raises: RenderError for a NUL, which PostgreSQL's text cannot hold.
    """
    if "\0" in value:
        raise RenderError(
            "a text value holds a NUL character, which PostgreSQL cannot store", hint="take it out"
        )
    escaped = "".join(_ESCAPES.get(character, character) for character in value)
    prefix = "E" if "\\" in escaped else ""
    return Sql(f"{prefix}'{escaped}'")


def json_literal(value: Any) -> Sql:
    """Return a JSON value, of any type, as a jsonb constant."""
    return Sql(text_literal(json.dumps(value, sort_keys=True, ensure_ascii=False)) + "::jsonb")


@singledispatch
def literal(value: Any) -> Sql:
    """Return a Python value as an SQL literal.

    Raises: RenderError for a type without a literal, and for every kind of secret.
    """
    raise RenderError(
        f"a {type(value).__name__} has no SQL literal",
        hint="this is a defect of supaops: report it",
    )


@literal.register
def _(value: Sql) -> Sql:
    return value


@literal.register
def _(value: str) -> Sql:
    return text_literal(value)


@literal.register
def _(value: bool) -> Sql:  # noqa: FBT001  singledispatch passes the value by position
    return Sql("true" if value else "false")


@literal.register(int)
@literal.register(float)
def _(value: float) -> Sql:
    return Sql(repr(value))


@literal.register(type(None))
def _(value: None) -> Sql:  # noqa: ARG001  dispatched on the type alone
    return Sql("null")


@literal.register
def _(value: timedelta) -> Sql:
    micros = value // timedelta(microseconds=1)
    return Sql(f"interval '{micros // 1_000_000}.{micros % 1_000_000:06d} seconds'")


@literal.register(Mapping)
@literal.register(list)
@literal.register(tuple)
def _(value: object) -> Sql:
    return json_literal(dict(value) if isinstance(value, Mapping) else value)


@literal.register(Undefined)
def _(value: Undefined) -> Sql:
    return Sql(str(value))  # StrictUndefined raises here, naming the variable


@literal.register(EnvRef)
@literal.register(FileRef)
@literal.register(CommandRef)
@literal.register(ProjectUrl)
@literal.register(SecretStr)
@literal.register(SecretBytes)
def _(value: object) -> Sql:  # noqa: ARG001  not even its name is needed to refuse it
    raise RenderError(
        "a secret cannot be rendered into SQL",
        hint="read it from vault.decrypted_secrets by name when the statement runs",
    )


finalize: Callable[[Any], Sql] = literal
