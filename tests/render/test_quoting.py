"""What `{{ value }}` becomes in SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, UndefinedError
from pydantic import SecretStr

from supaops.config.references import CommandRef, EnvRef, FileRef, ProjectUrl
from supaops.errors import RenderError
from supaops.render.quoting import identifier, literal

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
STORABLE = st.text(CHARACTERS)


def column(sql: str) -> Any:
    """Return the parse tree of the one column of a select."""
    statement: Any = pglast.parse_sql(f"select {sql}")[0].stmt
    return statement.targetList[0]


def constant(sql: str) -> str:
    """Return the value that PostgreSQL's parser reads from a string constant."""
    return str(column(sql).val.val.sval)


@given(STORABLE)
def test_a_text_literal_means_its_text(text: str) -> None:
    assert constant(literal(text)) == text


@given(STORABLE)
def test_a_text_literal_is_one_line_and_free_of_dollars(text: str) -> None:
    rendered = literal(text)
    assert "$" not in rendered
    assert "\n" not in rendered
    assert "\r" not in rendered


@given(STORABLE)
def test_a_literal_inside_a_body_cannot_end_it(text: str) -> None:
    sql = f"do $body$ begin perform {literal(text)}; end $body$"
    assert len(pglast.parse_sql(sql)) == 1


@given(st.text(CHARACTERS, min_size=1, max_size=15))
def test_an_identifier_names_what_it_says(name: str) -> None:
    assert column(f"1 as {identifier(name)}").name == name


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (7, "7"),
        (0.25, "0.25"),
        ("it's", "'it''s'"),
        ("a\\b", r"E'a\\b'"),
        ("$1", r"E'\x241'"),
        (timedelta(days=14), "interval '1209600.000000 seconds'"),
        (timedelta(milliseconds=250), "interval '0.250000 seconds'"),
        ({"b": [1, None], "a": "x"}, """'{"a": "x", "b": [1, null]}'::jsonb"""),
    ],
)
def test_each_type_has_its_literal(value: object, rendered: str) -> None:
    assert literal(value) == rendered


@pytest.mark.parametrize("name", ["select", "user", "Mixed", "with space", 'q"uote', "1st"])
def test_a_name_that_needs_quotes_gets_them(name: str) -> None:
    assert identifier(name).startswith('"')


@pytest.mark.parametrize("name", ["", "x" * 64, "nul\0", "é" * 32])
def test_a_name_that_postgresql_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(RenderError, match="cannot be an SQL identifier"):
        identifier(name)


@pytest.mark.parametrize(
    "secret",
    [
        SecretStr("hush"),
        EnvRef("HUSH"),
        FileRef("hush"),
        CommandRef("hush", ("hush",)),
        ProjectUrl("/hush"),
    ],
)
def test_a_secret_cannot_be_rendered(secret: object) -> None:
    with pytest.raises(RenderError, match="a secret cannot be rendered") as caught:
        literal(secret)
    assert "hush" not in str(caught.value).lower()


def test_an_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(RenderError, match="a set has no SQL literal"):
        literal({1, 2})


def test_an_undefined_variable_is_an_error_that_names_it() -> None:
    with pytest.raises(UndefinedError, match="'nothing' is undefined"):
        literal(StrictUndefined(name="nothing"))
