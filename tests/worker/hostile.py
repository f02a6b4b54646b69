"""Calls of the endpoint as nobody in his right mind makes them, and what none of them may get."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple

from hypothesis import strategies as st

from supaops.worker.http.signature import sign, signing_key

SECRET = "s3cret-of-the-runner-that-nobody-sees"
MARK = "payl0ad-that-nobody-sees"
"""Stands in bodies and queries."""

Headers = list[tuple[bytes, bytes]]
_RUN = b"/api/jobs/run"


def _mostly(usual: st.SearchStrategy[Any], other: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the usual four times out of five, since what is refused early is never looked at."""
    return st.sampled_from([usual] * 4 + [other]).flatmap(lambda each: each)


_METHODS = _mostly(
    st.sampled_from([b"POST", b"POST", b"POST", b"GET"]),
    st.sampled_from([b"GET", b"HEAD", b"PUT", b"OPTIONS", b"DELETE", b"PATCH", b"TRACE", b"post"])
    | st.from_regex(rb"[A-Z]{1,12}", fullmatch=True),
)
_TARGETS = _mostly(
    st.sampled_from([_RUN, _RUN, _RUN + b"?" + MARK.encode()]),
    st.sampled_from(
        (
            *(b"/", b"//", b"*", b"/%", b"/%ff%fe", b"/\\..", b"/healthz", _RUN + b"/"),
            *(b"/api/jobs/run%00", b"/api/jobs/../jobs/run", b"/api/jobs/%72un"),
            b"http://elsewhere.example/api/jobs/run",
        )
    )
    | st.from_regex(rb"/[!-~]{0,40}", fullmatch=True),
)
_NUMBERS: st.SearchStrategy[object] = st.one_of(
    st.integers(-3, 30),
    st.integers(),
    st.sampled_from(
        [10**400, -(10**400), 2**63, 1e999, 1e-999, 0.5, True, None, "1", MARK, [MARK], {}]
    ),
)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_WISHES = st.fixed_dictionaries(
    {}, optional={"limit": _NUMBERS, "linger_ms": _NUMBERS, MARK: _JSON, "sent_by": st.just(MARK)}
)
_BODIES = st.one_of(
    st.just(b""),
    *[_WISHES.map(lambda value: json.dumps(value).encode())] * 2,
    _JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b'{"limit": 1, "limit": 2}',
            b'{"limit": 1' + b"0" * 5000 + b"}",
            b"[" * 9000,
            b'{"a":' * 3000,
            f'{{"{MARK}": '.encode(),
            f'{{"limit": "{MARK}"}}'.encode(),
            f'{{"limit": 1, "x": "{MARK}"}}'.encode("utf-16"),
            f'{{"x": "{MARK}'.encode() + b'\xff"}',
            b"x" * 17_000,
            MARK.encode() * 2000,
        ]
    ),
    st.binary(max_size=200),
)
_VALUES = st.one_of(
    st.sampled_from(
        [b"", b"1", b"-1", b"9" * 19, b"9" * 400, b"1" * 19, "٤٢".encode(), b"\xff\xfe"]
    ),
    st.sampled_from(
        [b"v1,", b"v1,AAAA v1,BBBB", b"v1," * 50, b"get_1", b"1_a", b"815", b"1_", b"_"]
    ),
    st.sampled_from([b"application/json", b"text/plain", b"application/json; charset=utf-16"]),
    st.binary(max_size=40).map(lambda each: each.translate(None, b"\r\n\0").strip()),
)
_NAMES = st.sampled_from(
    (
        *(b"content-type", b"x-supaops-dispatch", b"x-supaops-nonce", b"x-job-runner-secret"),
        *(b"webhook-id", b"webhook-timestamp", b"webhook-signature", b"traceparent", b"te"),
        *(b"accept", b"cookie", b"host", b"expect", b"upgrade", b"connection"),
    )
)
_NOISE = st.lists(st.tuples(_NAMES, _VALUES), max_size=6)
# Behind the noise, where the first of a name counts; without it no body is looked at.
_JSON_TYPE = _mostly(st.just([(b"content-type", b"application/json")]), st.just([]))
_ACCESS = st.sampled_from(["secret"] * 4 + ["signature"] * 4 + ["wrong", "none", "both", "old"])
_IDS = st.sampled_from(["msg_{}", "msg_{}", "get_{}", "{}", "{}_a"])
_numbers = count()


class Call(NamedTuple):
    """A request, but for how it is sent."""

    method: bytes
    target: bytes
    headers: Headers
    body: bytes


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """Draw a request that is let in more often than not, and then is a strange one."""
    body, id_ = draw(_BODIES), draw(_IDS).format(next(_numbers))
    headers = _admission(draw(_ACCESS), id_, body) + draw(_NOISE) + draw(_JSON_TYPE)
    return Call(draw(_METHODS), draw(_TARGETS), headers, body)


def _admission(access: str, id_: str, body: bytes) -> Headers:
    """Return the headers that let a call in, or nearly."""
    headers: Headers = []
    if access in ("secret", "both", "wrong"):
        value = SECRET if access != "wrong" else SECRET[:-1] + "!"
        headers.append((b"x-job-runner-secret", value.encode()))
    if access in ("signature", "both", "old"):
        moment = int(time.time()) - (1000 if access == "old" else 0)
        headers += [
            (b"webhook-id", id_.encode()),
            (b"webhook-timestamp", str(moment).encode()),
            (b"webhook-signature", sign(signing_key(SECRET), id_, moment, body)),
        ]
    return headers


def assert_nothing_leaks(texts: Iterable[bytes]) -> None:
    """Assert that neither the secret, nor a body, nor a defect's stack is in what is shown."""
    shown = b"\n".join(texts)
    for leak in (SECRET, MARK, "Traceback", 'File "'):
        assert leak.encode() not in shown, shown


class Log(logging.Handler):
    """Keep what is logged, as it is written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record))

    def assert_clean(self) -> None:
        """Assert that each record is one line that can be shown, no error, and tells nothing."""
        lines, self.lines = self.lines, []
        assert_nothing_leaks(each.encode() for each in lines)
        assert [each for each in lines if not each.isprintable() or each.startswith("ERROR")] == []
