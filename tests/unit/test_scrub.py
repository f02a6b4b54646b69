"""Secrets and payloads are taken out of texts, in whichever form they stand there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supaops.worker.sentry.scrub import PAYLOAD, SECRET, Scrubber, secrets_in, without_payload

TOKEN = 'a"b\\c\nd-é-secret'


@pytest.mark.parametrize("form", [str, repr, json.dumps])
def test_a_secret_is_taken_out_as_it_is_and_as_it_is_quoted(form: Any) -> None:
    assert TOKEN[4:] not in Scrubber([TOKEN]).text(f"refused: {form(TOKEN)}")
    assert SECRET in Scrubber([TOKEN]).text(f"refused: {form(TOKEN)}")


def test_what_looks_like_a_secret_is_taken_out_unknown() -> None:
    told = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.abc and postgres://me:hunter2x@db/x"
    assert Scrubber([]).text(told) == f"{SECRET} and {SECRET}db/x"


def test_an_event_keeps_its_shape() -> None:
    event = {"level": "error", "extra": {"n": 1, "deep": [TOKEN, None, 2.5]}, "tags": ("x",)}
    assert Scrubber([TOKEN]).event(event) == {
        "level": "error",
        "extra": {"n": 1, "deep": [SECRET, None, 2.5]},
        "tags": ["x"],
    }


def test_short_words_are_no_secrets() -> None:
    assert Scrubber(["", " ", "yes"]).text("yes, it is") == "yes, it is"


def test_variables_with_a_secret_s_name_are_secrets() -> None:
    environ = {"UPSTREAM_API_KEY": "12345678", "MONKEY": "true", "HOME": "/nowhere"}
    assert list(secrets_in(environ)) == ["12345678"]


@pytest.mark.parametrize(
    ("text", "payload", "expected"),
    [
        ("no customer 17 of 170", {"id": 17}, "no customer [payload] of 170"),
        ("KeyError: 'name'", {"id": 1}, "KeyError: 'name'"),
        ("KeyError: 'name'", {"name": None}, "KeyError: '[payload]'"),
        ("it is true", {"dry": True}, "it is true"),
        ("nothing", None, "nothing"),
        ("a plan", "a", "[payload] plan"),
        ("too much", list(range(2000)), PAYLOAD),
    ],
)
def test_a_payload_is_taken_out_of_a_message(text: str, payload: Any, expected: str) -> None:
    assert without_payload(text, payload) == expected


TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Z"]), min_size=4, max_size=20)
PAYLOADS = st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=3), min_size=1, max_size=4)


@given(PAYLOADS, st.sampled_from([str, repr, json.dumps]))
def test_no_value_of_a_payload_is_left(payload: dict[str, Any], form: Any) -> None:
    left = without_payload(f"bad {form(payload)}", payload).replace(PAYLOAD, "")
    for value in [*payload, *(each for each in payload.values() if isinstance(each, str))]:
        assert value not in left
