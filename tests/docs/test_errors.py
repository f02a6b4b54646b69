"""Every error that the code can raise: it says where, what, and what to do about it.

Read from the code itself, so that a new one is held to it too. How they look is in `tests/cli`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.projects import ROOT

ROOM = ROOT / "ops" / "supaops"
SQL = ROOT / "templates" / "sql"
SAID = re.compile(r"\bhint =|message = fault|sqlerrm")
CODE = re.compile(r"`([A-Z0-9]{5})`")
STATES = {"invalid_parameter_value": "22023", "unique_violation": "23505"}
ERRORS = {"SupaopsError"}
"""And what derives from it, which is found below."""

WITHOUT_HINT = {
    "ConfigError": "holds problems, each with a remedy of its own",
    "TooMany": "makes its own of the seconds to wait",
    "NotSigned": "answers a caller nobody trusts; the sentence says which side to look at",
    "ShuttingDown": "a worker that stops takes no more, and pg_net posts to the next one",
    "LeaseLost": "nothing helps, and nothing is lost: whoever holds the job now does it",
}
"""Kinds that need no remedy, and why."""

PLACED = {
    "ConfigError": "each of its problems has its own",
    "UsageError": "the command line stands above it, and the message names the option",
    "Refusal": "of a page or a request, which the reader looks at",
    "LocalStackError": "a project has one stack",
    "LockHeld": "a database has one such lock; the first line names the database",
    "ConnectionFailed": "a command has one database, which its first line names",
    "MissingExtension": "as above",
    "DatabaseError": "as above",
    "QueryTimeout": "as above",
    "NotSigned": "of a request",
    "ShuttingDown": "of the worker that says so",
    "LeaseLost": "names the job",
    "Refused": "what was to be changed is what the command names",
    "TooMany": "of a page, which the reader looks at",
    "OutOfTime": "is what a check's own line says",
}
"""Kinds whose place goes without saying, and why."""

_DATABASE = "of the command's only database, which its first line names"
_PAGE = "of the page that shows it"
ABOUT = {
    "adopt/transaction.py": "of the table that the import has just shown",
    "cli/arm.py": _DATABASE,
    "db/history.py": _DATABASE,
    "db/pause.py": "of the option or the field that gives the reason",
    "migration/vault_lines.py": "gets the file as its place where it is read",
    "plan/rollback.py": _DATABASE,
    "plan/upgrade.py": _DATABASE,
    "render/quoting.py": "gets the template as its place where it is rendered",
    "web/pages/queues/acts.py": _PAGE,
    "worker/context.py": "raised in the handler, whose traceback shows the line",
    "worker/effects.py": "raised in the handler, whose traceback shows the line",
    "worker/executors/call.py": "raised in the handler, whose traceback shows the line",
    "worker/executors/cluster.py": "of the option that names the executor",
}
"""Files whose errors quote nothing, and where what they are about stands instead."""

NOT_OURS = re.compile(
    r"\b(traceback|errno|NoneType|went wrong|unknown error|unexpected(ly)?|oops|please)\b",
    re.IGNORECASE,
)
"""Words of a program to itself, and of nobody in particular."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One place where an error is made."""

    where: str
    kind: str
    call: ast.Call

    @property
    def file(self) -> str:
        return self.where.removeprefix("ops/supaops/").partition(":")[0]

    @property
    def keywords(self) -> set[str]:
        return {each.arg or "**" for each in self.call.keywords}

    @property
    def texts(self) -> list[str]:
        """Return what is written there as text, with a mark for each value in it."""
        parts = [*self.call.args, *(each.value for each in self.call.keywords)]
        return [text for part in parts for text in _texts(part)]

    @property
    def message(self) -> str:
        """Return the message's text, with a mark for each value; of a variable nothing."""
        first = self.call.args[0] if self.call.args else None
        parts = first.values if isinstance(first, ast.JoinedStr) else [first]
        texts = (each.value if isinstance(each, ast.Constant) else "\0" for each in parts)
        return "".join(map(str, texts))

    @property
    def names_something(self) -> bool:
        """Tell whether the message quotes a value, such as the name of what it is about."""
        return any(isinstance(each, ast.JoinedStr | ast.Name | ast.Call) for each in self.call.args)


def _texts(node: ast.expr) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


@cache
def trees() -> dict[str, tuple[ast.AST, ...]]:
    """Return the nodes of each file, by its path below the root."""
    return {
        str(path.relative_to(ROOT)): tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        for path in sorted(ROOM.rglob("*.py"))
    }


def calls(*names: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield the file, the name and the call of each call of these names."""
    for path, nodes in trees().items():
        for node in nodes:
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in names:
                    yield path, name, node


@cache
def kinds() -> frozenset[str]:
    """Return the names of the errors that a user can act on."""
    found = set(ERRORS)
    classes = [
        each for nodes in trees().values() for each in nodes if isinstance(each, ast.ClassDef)
    ]
    for _ in range(4):  # generations
        found |= {
            each.name
            for each in classes
            if any(isinstance(base, ast.Name) and base.id in found for base in each.bases)
        }
    return frozenset(found)


@cache
def raised() -> tuple[Raised, ...]:
    """Return every call that makes one."""
    found = calls(*kinds())
    return tuple(Raised(f"{path}:{call.lineno}", kind, call) for path, kind, call in found)


def told(found: list[Raised]) -> list[str]:
    return [f"{each.where} {ast.unparse(each.call)[:120]}" for each in found]


def test_the_errors_are_found() -> None:
    assert {"UsageError", "Refusal", "MissingExtension"} <= kinds()
    assert len(raised()) > 200


def test_every_error_has_a_remedy() -> None:
    lacking = [
        each
        for each in raised()
        if not {"hint", "**"} & each.keywords and each.kind not in WITHOUT_HINT
    ]
    assert told(lacking) == []


def test_every_error_names_its_place_or_what_it_is_about() -> None:
    lacking = [
        each
        for each in raised()
        if not ("place" in each.keywords or each.names_something or each.kind in PLACED)
        and each.file not in ABOUT
    ]
    assert told(lacking) == []


def test_no_exception_of_the_rule_is_left_over() -> None:
    used = {each.kind for each in raised()}
    assert {*WITHOUT_HINT, *PLACED} - used == set()
    bare = {e.file for e in raised() if not ("place" in e.keywords or e.names_something)}
    assert ABOUT.keys() - bare == set()


def test_no_error_speaks_of_the_program_s_inside() -> None:
    found = [f"{each.where} {text}" for each in raised() for text in each.texts]
    assert [text for text in found if NOT_OURS.search(text)] == []


def test_a_message_is_a_clause_without_a_full_stop_and_a_line_long() -> None:
    """But those of a page, which are whole sentences."""
    wrong = [
        f"{each.where} {each.message}"
        for each in raised()
        if "web/" not in each.where and (each.message.endswith(".") or "\n" in each.message)
    ]
    assert wrong == []


def test_a_complaint_of_a_value_says_what_was_expected_or_what_to_write() -> None:
    found = list(calls("Complaint"))
    lacking = [
        f"{path}:{node.lineno} {ast.unparse(node)}"
        for path, _, node in found
        if not ({each.arg for each in node.keywords} & {"hint"})
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
        and "expected" not in "".join(_texts(node.args[0]))
    ]
    assert found
    assert lacking == []


def test_an_error_of_the_sql_says_what_was_expected_or_what_to_do() -> None:
    """What a variable says is looked at where it is made."""
    texts = {path: path.read_text(encoding="utf-8") for path in SQL.rglob("*.sql.j2")}
    raises = [
        (path.name, found)
        for path, text in texts.items()
        for found in re.findall(r"raise exception\b.*?;\n", text, re.DOTALL)
        if "U0000" not in found  # caught by the block that raises it
    ]
    lacking = [f"{name}: {text}" for name, text in raises if not SAID.search(text)]
    assert len(raises) > 20
    assert lacking == []


def codes_of_the_reference() -> tuple[set[str], set[str]]:
    """Return the SQLSTATEs in its table, and those that its functions' sections name."""
    page = (ROOT / "docs" / "reference" / "sql.md").read_text(encoding="utf-8")
    table = page.partition("## Error codes")[2].partition("\n## ")[0]
    named = re.findall(r"^Errors: (.*?)\n\n", page, re.MULTILINE | re.DOTALL)
    return set(re.findall(CODE, table)), set(re.findall(CODE, " ".join(named)))


def test_every_code_that_the_sql_raises_is_in_the_reference() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SQL.rglob("*.sql.j2"))
    raises = set(re.findall(r"errcode = '(\w+)'", text)) - {"U0000"}
    codes = {STATES.get(each, each) for each in raises}
    assert {"JQ001", "22023"} <= codes
    assert codes - codes_of_the_reference()[0] == set()


def test_every_code_of_a_function_s_section_is_explained() -> None:
    table, named = codes_of_the_reference()
    assert {"JQ005", "23503"} <= named
    assert named - table == set()
