"""The filter of the control room's list: what the URL says is what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from supaops.web.pages.jobs.filters import CHOICES, Asked, understood

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
TYPED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(str.strip)
ASKED = st.builds(
    Asked,
    status=st.lists(st.sampled_from(CHOICES), unique=True).map(tuple),
    **{name: TYPED for name in Asked.__slots__ if name != "status"},
)


@given(ASKED)
def test_a_filter_comes_back_from_its_url(asked: Asked) -> None:
    assert Asked.of(QueryParams(asked.query)) == asked


@given(ASKED)
def test_whatever_is_typed_is_looked_for_or_told_to_be_wrong(asked: Asked) -> None:
    seen = understood(asked, NOW)
    assert seen.asked == asked
    for name in ("payload", "since", "until"):
        is_looked_for = getattr(seen.wanted, name) is not None
        assert is_looked_for == bool(getattr(asked, name) and name not in seen.problems)
