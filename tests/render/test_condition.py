"""How conditions are joined, simplified and laid out."""

from __future__ import annotations

import pytest

from supaops.render.condition import all_of, any_of, case_of, every, negated, one_of

TWO_LINES = all_of(["a", "b"])
CASE = case_of("t", {"x": "a"}, otherwise="true")


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (all_of([]), "true"),
        (all_of(["true", "a", "true"]), "a"),
        (all_of(["a", "false", "b"]), "false"),
        (all_of(["a", "b"]), "a\nand b"),
        (any_of([]), "false"),
        (any_of(["false", "a"]), "a"),
        (any_of(["a", "true"]), "true"),
        (any_of(["a", "b"]), "(a or b)"),
        (any_of(["a" * 60, "b" * 60]), f"(\n  {'a' * 60}\n  or {'b' * 60}\n)"),
        (any_of([TWO_LINES, "c"]), "(\n  (\n    a\n    and b\n  )\n  or c\n)"),
        (any_of([CASE, "c"]), "(\n  case t\n    when 'x' then a\n    else true\n  end\n  or c\n)"),
        (negated("true"), "false"),
        (negated("false"), "true"),
        (negated("a"), "not (a)"),
        (negated(TWO_LINES), "not (\n  a\n  and b\n)"),
        (one_of(["a", "b"]), "(a)::integer + (b)::integer = 1"),
        (every("f(x) as r", "true"), "true"),
        (every("f(x) as r", "r.a"), "not exists (\n  select from f(x) as r\n  where not (r.a)\n)"),
        (case_of("t", {}, otherwise="true"), "true"),
        (case_of("t", {"x": "true"}, otherwise="false"), "t = 'x'"),
        (case_of("t", {"x": "true", "y": "true"}, otherwise="false"), "t in ('x', 'y')"),
        (
            case_of("t", {"x": TWO_LINES, "it's": "c"}, otherwise="false"),
            "case t\n  when 'x' then\n    a\n    and b\n  when 'it''s' then c\n  else false\nend",
        ),
    ],
)
def test_a_condition_says_no_more_than_it_must(condition: str, text: str) -> None:
    assert condition == text
