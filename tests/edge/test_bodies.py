"""Bodies of every kind: what the function answers, and what the Python worker does."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from supaops.worker.http.request import parse_wish
from tests.edge.conftest import AWAY, answer
from tests.edge.serving import Served
from tests.examples import inputs

JSON = "application/json"
# Its looks for more would take up the slots of the next post.
LINGERS: tuple[int, dict[str, str]] = (0, {})
TYPES = [
    JSON,
    "APPLICATION/JSON",
    f"{JSON}; charset=utf-8",
    f'{JSON};charset="UTF-8"',
    f"{JSON}; charset=latin-1",
    "text/plain",
    "",
    None,
]
CORNERS = [
    b"",
    b" ",
    b"{}}",
    b'{"limit":1,"limit":2}',
    b'{"x":{"a":1,"a":1}}',
    b'{"x":["a:",{"b":"c:"}]}',
    b'\xef\xbb\xbf{"limit":1}',
    b'{"limit":1e0}',
    b'{"limit":-0}',
    b'{"limit":01}',
    b'{"limit":NaN}',
    b'{"limit":1' + b"0" * 400 + b"}",
]


def expected(body: bytes, content_type: str | None) -> tuple[int, dict[str, str]]:
    """Return what the Python worker answers to a body when its database is away."""
    try:
        wish = parse_wish(body, content_type, default=10, maximum=10)
    except HTTPException as error:
        return error.status_code, {"error": error.detail}
    return LINGERS if wish.linger else AWAY


numbers = st.integers() | st.floats() | st.sampled_from([0, -1, 1, 1.0, 2**63, 10**400, -0.0])
values = st.none() | st.booleans() | st.text() | numbers
keys = st.sampled_from(["limit", "linger_ms", "x", "", "__proto__", 'a"b', "\ud800"])
documents = st.dictionaries(keys, values | st.lists(values) | st.dictionaries(keys, values))
bodies = st.one_of(
    documents.map(lambda each: json.dumps(each).encode()),
    values.map(lambda each: json.dumps(each).encode()),
    st.binary(max_size=40),
)
types = st.sampled_from(TYPES)


@inputs(60)
@given(body=bodies, content_type=types)
def test_every_body_is_answered_as_by_the_python_worker(
    alone: Served, body: bytes, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    wanted = expected(body, content_type)
    assume(wanted != LINGERS)
    assert answer(alone, content=body, headers=headers) == wanted


@pytest.mark.parametrize("body", CORNERS)
def test_a_corner_of_json_is_no_exception(alone: Served, body: bytes) -> None:
    assert answer(alone, content=body, headers={"content-type": JSON}) == expected(body, JSON)
