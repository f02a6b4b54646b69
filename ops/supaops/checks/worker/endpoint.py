"""Does the endpoint answer who may call it, and nobody else?"""

from __future__ import annotations

from http import HTTPStatus

from supaops.checks.check import check, critical, graded, ok, skipped, unknown, warning
from supaops.checks.finding import Verdict
from supaops.checks.words import number, span
from supaops.checks.worker.asking import Reply
from supaops.checks.worker.facts import (
    Reached,
    answers,
    posts_are_due,
    reached,
    strangers_answer,
)
from supaops.config.model import Config
from supaops.db.health.answers import Answers

_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_NOT_OFFERED = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_SUCCESS, _FAILURE = range(200, 300), range(500, 600)


@check(
    "worker.reachable",
    reads=reached,
    title="The worker answers to the secret",
    why="A worker that refuses the secret, or fails, runs no job of any post.",
)
def reachable(config: Config, facts: Reached) -> Verdict:
    """Judge the answer to a call from here; where none comes, the database's posts decide."""
    status = facts.reply.status
    if status is None:
        return _unreached(config, facts.reply.reason, facts.answers)
    if status in _SUCCESS:
        return ok(f"HTTP {status} within {span(facts.reply.latency_s)}")
    if status in _REFUSED:
        fix = "give the worker the secret's value and restart it, then "
        fix += f"supaops apply --env {config.environment}"
        return critical(f"HTTP {status}: it refuses the secret of this environment", fix)
    if status in _NOT_OFFERED:
        return skipped(f"HTTP {status} to a GET: only its posts tell")
    if status in _FAILURE:
        return critical(f"HTTP {status}", "look at the worker's log, and restart it")
    fix = f"correct the endpoint's URL, then supaops apply --env {config.environment}"
    return warning(f"HTTP {status}, which is no answer of a worker", fix)


@check(
    "worker.unauthorized",
    reads=strangers_answer,
    title="The worker refuses who has not the secret",
    why="Whoever finds the URL could run jobs, and learn from the answers.",
)
def unauthorized(config: Config, facts: Reply) -> Verdict:
    """Judge the answer to a post without the secret, which asks for no job."""
    del config
    if facts.status is None:
        return skipped(f"not asked from here: {facts.reason}")
    seen = f"HTTP {facts.status} without the secret"
    if facts.status in _REFUSED:
        return ok(seen)
    if facts.status in _SUCCESS:
        fix = "have the worker compare the header before anything else, and answer 401; until then "
        return critical(f"{seen}: anybody can run jobs", fix + "take it off the internet")
    if facts.status in _NOT_OFFERED:
        return skipped(f"{seen}: no worker there")
    if facts.status in _FAILURE:
        return unknown(f"{seen} says nothing", "look at the worker's log")
    fix = "have the worker ask for the secret before it reads anything else, and answer 401"
    return warning(f"{seen}: it looked at more than the secret", fix)


@check(
    "worker.last_success",
    reads=answers,
    title="The worker has answered 2xx of late",
    why="As long as no post succeeds no job starts, whatever pg_cron says of its runs.",
)
def last_success(config: Config, facts: Answers) -> Verdict:
    """Judge for how long posts have been made without a success."""
    if facts.failing_s is not None:
        since = f"no success in {number(facts.failures, 'post')} and {span(facts.failing_s)}"
        return graded(
            facts.failing_s,
            config.checks.thresholds("worker.last_success"),
            f"{since}; {_last(facts)}",
            fix=f"supaops smoke --env {config.environment}",
            unit="s",
            since=facts.failing_since,
        )
    if facts.success_age_s is not None:
        return ok(_last(facts), value=0, unit="s")
    if not posts_are_due(config):
        return skipped("nothing active posts to the worker")
    return unknown("nothing was posted yet", f"supaops smoke --env {config.environment}")


def _unreached(config: Config, reason: str, answers: Answers | None) -> Verdict:
    """Judge a worker that cannot be called from here: only the database need reach it."""
    if answers is None or answers.failures == 0:
        return skipped(f"not asked from here: {reason}")
    fix = f"start the worker at its endpoint: supaops serve --env {config.environment}"
    return warning(f"neither from here ({reason}) nor from the database", fix)


def _last(facts: Answers) -> str:
    if facts.success_age_s is None:
        return "none before"
    return f"the last success was {span(facts.success_age_s)} ago"
