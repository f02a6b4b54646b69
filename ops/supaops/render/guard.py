"""The command of a cron job that must not run in a copy of the database (pure)."""

from __future__ import annotations

from itertools import count

import pglast

from supaops.config.guarding import UNGUARDABLE, Guarding, guarding
from supaops.errors import RenderError
from supaops.render.quoting import literal


def guarded(job: str, statement: str) -> str:
    """Return a command that runs `statement` only where `supaops.require_armed` allows `job` to.

    Raises: RenderError for a statement that nothing can go before.
    """
    match guarding(statement):
        case Guarding.BARE:
            return statement
        case Guarding.BLOCK:
            return _block(_check("perform", job), _only_statement(statement))
        case Guarding.BEFORE:
            return f"{_check('select', job)} {statement}"
        case Guarding.IMPOSSIBLE:
            raise RenderError(UNGUARDABLE, place=f"cron.jobs.{job}.sql", hint="set guard: false")


def _check(verb: str, job: str) -> str:
    return f"{verb} supaops.require_armed({literal(job)});"


def _only_statement(sql: str) -> str:
    """Return the statement without the semicolon, and what may follow that."""
    (text,) = pglast.split(sql, with_parser=True)
    return str(text).strip()


def _block(check: str, statement: str) -> str:
    tags = (f"$guard{n or ''}$" for n in count())
    tag = next(each for each in tags if each not in statement)
    # On a line of its own, since the statement may end with a comment.
    return f"do {tag} begin {check} {statement}\n; end {tag}"
