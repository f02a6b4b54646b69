"""No function of ours writes a whole table without a condition.

Who comes through Supabase's Data API is in a session that loads `safeupdate`; it refuses such a
statement inside of functions too. Source: the migrations `*safeupdate*.sql` of supabase/postgres.
"""

from __future__ import annotations

import re
from itertools import accumulate

from supaops.config import load
from supaops.render import Kind, resources
from tests.projects import ROOT, base_file

WRITE = re.compile(r"(?<!for )(?<!do )\b(?:delete\s+from|update)\s+[\w.{}]+(?:\s+\w+)?", re.I)
COMMENT = re.compile(r"--[^\n]*|^comment on .*?;", re.M | re.S)
INNERMOST = re.compile(r"\([^()]*\)")


def unconditional(definition: str) -> list[str]:
    """Return the updates and deletes that have no condition of their own."""
    text = COMMENT.sub("", definition)
    found = (statement(text[match.start() :]) for match in WRITE.finditer(text))
    return [each for each in found if not re.search(r"\bwhere\b", each)]


def statement(text: str) -> str:
    """Return what belongs to the statement that a text begins with, without its subqueries."""
    depths = accumulate((char == "(") - (char == ")") for char in text)
    ends = (at for at, depth in enumerate(depths) if depth < 0 or (depth == 0 and text[at] == ";"))
    own = text[: next(ends, len(text))]
    while (shorter := INNERMOST.sub(" ", own)) != own:
        own = shorter
    return own


def test_no_function_writes_a_table_without_a_condition() -> None:
    declared = resources(load(base_file(ROOT), "production"))
    functions = [each for each in declared if each.kind is Kind.FUNCTION]
    found = {each.name: unconditional(each.definition) for each in functions}
    assert len(found) > 100
    assert {name: bare for name, bare in found.items() if bare} == {}


def test_a_statement_is_told_from_its_subqueries() -> None:
    assert unconditional("update a set b = (select c from d where true);") != []
    assert unconditional("with x as (delete from a returning b) select b from x where true;") != []
    assert unconditional("with x as (delete from a where true) select b from x;") == []
    assert unconditional("select b from a for update of a;") == []
