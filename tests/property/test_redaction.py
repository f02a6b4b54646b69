"""What no page may show of a payload is not in it, wherever it stood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supaops.config.dashboard import REDACTED
from supaops.web.redaction import HIDDEN, TOO_DEEP, redacted, shown

SECRET = "hide-me"
SPELLINGS = (str.upper, str.title, lambda key: "x-" + key, lambda key: "user_" + key)


def spelled(key: str) -> st.SearchStrategy[str]:
    """Return a key as people write it."""
    return st.sampled_from([key, *(spell(key) for spell in SPELLINGS)])


def below(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects and lists, objects with a secret, and texts that hold such as JSON."""
    keys = st.sampled_from(REDACTED).flatmap(spelled)
    objects = st.dictionaries(st.text(max_size=5), children, max_size=3)
    hiding = st.builds(lambda key, rest, deep: {**rest, key: deep}, keys, objects, SECRETS)
    return st.one_of(st.lists(children, max_size=3), objects, hiding, hiding.map(json.dumps))


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
SECRETS: st.SearchStrategy[Any] = st.sampled_from([SECRET, [SECRET], {"plain": [{"a": SECRET}]}])
DOCUMENTS = st.recursive(PLAIN, below, max_leaves=12)


@given(DOCUMENTS)
@example({"Token": SECRET})
@example([{"body": json.dumps({"a": json.dumps({"apiKey": SECRET})})}])
def test_no_value_of_a_declared_key_survives_at_any_depth(document: Any) -> None:
    assert SECRET not in shown(json.dumps(document), REDACTED)


@given(DOCUMENTS)
def test_what_is_shown_is_the_same_document_but_for_what_is_hidden(document: Any) -> None:
    text = shown(json.dumps(document), ())
    assert json.loads(text) == redacted(document, ())


@pytest.mark.parametrize(
    "key", ["token", "TOKEN", "accessToken", "access_token", "x-access-token", "APIKey", "Api-Key"]
)
def test_a_key_is_hidden_however_it_is_written(key: str) -> None:
    assert redacted({key: SECRET}, ["token", "api_key"]) == {key: HIDDEN}


@pytest.mark.parametrize("key", ["tokens", "token_count", "tokenizer", "betoken", "key"])
def test_a_key_that_merely_resembles_one_is_shown(key: str) -> None:
    assert redacted({key: 5}, ["token", "api_key"]) == {key: 5}


@pytest.mark.parametrize("text", ["9007199254740993", "0.10000000000000000555", "1" * 5000])
def test_a_number_is_shown_with_the_digits_it_has(text: str) -> None:
    assert shown(f'{{"n": {text}}}', ()) == f'{{\n  "n": {text}\n}}'


def test_a_text_that_is_json_is_looked_into() -> None:
    assert redacted('{"a": 1.50, "password": [1]}', ["password"]) == (
        '{"a": 1.50, "password": "[redacted]"}'
    )


def test_what_looks_like_a_secret_is_hidden_under_any_key() -> None:
    assert "sk_live" not in shown('{"note": "sk_live_0123456789abcdef"}', ())


def test_a_document_too_deep_to_be_read_is_not_shown_at_all() -> None:
    assert shown("[" * 100_000 + "]" * 100_000, ()) == TOO_DEEP
