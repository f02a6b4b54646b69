"""What the worker answered; that pg_cron calls its run a success says nothing of it.

One check per cause, since each has a remedy of its own. The newest post that ended decides, so that
of one bad answer one check tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from supaops.checks.check import APPLIED, Check, check, critical, ok
from supaops.checks.finding import Verdict
from supaops.checks.net.causes import Cause, bad_since, ended
from supaops.checks.net.evidence import NO_EVIDENCE, aged, counts
from supaops.checks.net.facts import patience, post_facts
from supaops.config.model import Config
from supaops.db.health.net import Post

_DISABLED, _NO_DATABASE = "job processing is disabled", "the database is unavailable"
# A worker tells a stranger nothing, so what was wrong with a signature is in its own log.
_SIGNED_FIX = (
    "look at the worker's log for `refused with 401`: for another secret start it with the value"
    " of {secret}, for the time set the clock that is wrong"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A cause, and what its check says; `fix` is the remedy, to be filled in."""

    cause: Cause
    title: str
    why: str
    fix: str


_KINDS = (
    _Kind(
        Cause.TIMEOUT,
        "The worker answers in time",
        "pg_net gives up after worker.timeout; whether jobs were claimed is not known then.",
        "look at the worker's log, or raise worker.timeout and: {apply}",
    ),
    _Kind(
        Cause.DNS,
        "The worker's host name resolves",
        "The database cannot find the worker's host, so that no post arrives.",
        "correct {endpoint}, then: {apply}",
    ),
    _Kind(
        Cause.REFUSED,
        "The worker accepts connections",
        "Nothing listens at the endpoint's host and port: no post arrives, and no job is started.",
        "start the worker where the endpoint is; here that is: {serve}",
    ),
    _Kind(
        Cause.TLS,
        "The worker's certificate is good",
        "pg_net refuses to speak to a host whose TLS it cannot verify.",
        "renew it, or correct {endpoint}, then: {apply}",
    ),
    _Kind(
        Cause.CREDENTIAL,
        "The worker accepts the secret",
        "It was refused: the worker's secret differs from the one in Vault, or is paused there.",
        "give both the same {secret}, then: {apply}",
    ),
    _Kind(
        Cause.NOT_FOUND,
        "The worker is at the endpoint's path",
        "Something answers there, and knows no such path: another release, or another program.",
        "correct {endpoint}, then: {apply}",
    ),
    _Kind(
        Cause.FOREIGN_DATABASE,
        "The worker works on this database",
        "It refused a post that its own database did not send: one of the two is a copy.",
        "correct the worker's DATABASE_URL; if this database is a copy, leave it so",
    ),
    _Kind(
        Cause.SERVER_ERROR,
        "The worker does not fail",
        "It was reached, and could not do its work.",
        "look at the worker's log",
    ),
    _Kind(
        Cause.OTHER,
        "The worker's newest answer is a success",
        "A post that is refused or lost starts no job.",
        "{smoke}",
    ),
)


def _answer_check(kind: _Kind) -> Check[list[Post]]:
    def judge(config: Config, facts: list[Post]) -> Verdict:
        ends = ended(facts, patience(config))
        if not ends:
            return ok("no answer yet")
        if ends[0].cause is not kind.cause:
            return ok(aged(_seen(ends[0].post), ends))
        fix = _fix(kind, ends[0].post, config)
        return critical(
            aged(_seen(ends[0].post), ends),
            fix,
            evidence=tuple(counts(ends)),
            since=bad_since(ends),
        )

    needs = (APPLIED, NO_EVIDENCE)
    wrap = check(f"net.{kind.cause}", reads=post_facts, title=kind.title, why=kind.why, needs=needs)
    return wrap(judge)


ANSWERS = tuple(_answer_check(kind) for kind in _KINDS)


def _source(config: Config, secret: str) -> str:
    """Return where the YAML takes a secret's value from."""
    return str(config.vault.secrets[secret].value)


def _fix(kind: _Kind, post: Post, config: Config) -> str:
    """Return the remedy; our own worker says why it answers 503."""
    content = post.content or ""
    if kind.cause is Cause.CREDENTIAL and config.worker.auth == "signature":
        return _SIGNED_FIX.format(secret=_source(config, config.worker.secret))
    if kind.cause is Cause.SERVER_ERROR and _DISABLED in content:
        return "unset JOB_QUEUE_DISABLED where the worker runs, and start it again"
    if kind.cause is Cause.SERVER_ERROR and _NO_DATABASE in content:
        return "correct the worker's DATABASE_URL, or bring its database back"
    return kind.fix.format(
        apply=f"supaops apply --env {config.environment}",
        serve=f"supaops serve --env {config.environment}",
        smoke=f"supaops smoke --env {config.environment}",
        endpoint=_source(config, config.worker.endpoint),
        secret=_source(config, config.worker.secret),
    )


def _seen(post: Post) -> str:
    """Return what is known of an answer; of its body only words that are our own."""
    if post.status_code is None:
        error = post.error or "no answer"
        return "an error that names a URL" if "://" in error else error.partition(". Total")[0]
    known = [each for each in (_DISABLED, _NO_DATABASE) if each in (post.content or "")]
    return ": ".join([f"HTTP {post.status_code}", *known])
