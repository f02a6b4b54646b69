"""Texts that are nearly schedules."""

from __future__ import annotations

from hypothesis import strategies as st

_NAMES = ["jan", "Feb", "DEC", "sun", "Mon", "SAT", "monday", "L", "W", "?", "$", "x", "\u00e9", ""]
_NUMBERS = st.integers(0, 70).map(str) | st.sampled_from(["007", "4294967301", "9" * 23, "-1"])
_NUMBER = st.one_of(_NUMBERS, _NUMBERS, _NUMBERS, st.sampled_from(_NAMES))
_SMALL = st.integers(1, 7).map(str)
_END = st.sampled_from(["", "", "", "", "", ";", "x", "-", "/", "*", "\r"])


@st.composite
def _range(draw: st.DrawFn, number: st.SearchStrategy[str]) -> str:
    base = draw(st.sampled_from(["*", "n", "n-m"]))
    text = "*" if base == "*" else draw(number)
    text += f"-{draw(number)}" if base == "n-m" else ""
    return text + (f"/{draw(number)}" if base != "n" and draw(st.booleans()) else "")


def _list(number: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(_range(number), min_size=1, max_size=3).map(",".join)


_WILD_FIELD = st.tuples(_list(_NUMBER), _END).map("".join)
_FIELD = st.one_of(_list(_SMALL), _list(_SMALL), _list(_SMALL), _WILD_FIELD, st.just("$"))
_BLANK = st.sampled_from([" ", " ", "\t", "  ", "\n"])
_FRAME = st.sampled_from(["", "", "", " ", "\t", "\n", "# c\n", " #x", "\r", " x"])


@st.composite
def _fields(draw: st.DrawFn) -> str:
    fields = draw(
        st.lists(_FIELD, min_size=4, max_size=6) | st.lists(_FIELD, min_size=5, max_size=5)
    )
    text = draw(_FRAME) + fields[0]
    for field in fields[1:]:
        text += draw(_BLANK) + field
    return text + draw(_FRAME)


_UNITS = ["second", "seconds", "SECONDS", "sec", "minutes", "secondss", "second ", "seconds x"]
_SECONDS = st.tuples(
    st.sampled_from(["", " ", "\t", "\v", "-", "+"]),
    _NUMBERS,
    st.sampled_from(["", " ", "  ", "\n"]),
    st.sampled_from([*_UNITS, "\u017feconds"]),
    st.sampled_from(["", "", " ", "x"]),
).map("".join)
_WORDS = ["hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually", "reboot"]
_SHORTHANDS = st.tuples(
    st.sampled_from(["@", " @", "\n@", "@ "]),
    st.sampled_from([*_WORDS, "restart", "Hourly", "every", ""]),
    _FRAME,
).map("".join)


def crontabs() -> st.SearchStrategy[str]:
    """Return schedules of every kind that pg_cron knows, right and slightly wrong; no NUL."""
    return st.one_of(_fields(), _fields(), _SECONDS, _SHORTHANDS)
