"""Is it known how the posts end, and how do most of them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from supaops.checks.check import check, graded, ok, skipped, unknown
from supaops.checks.finding import Verdict
from supaops.checks.net.causes import Cause, Ended, ended
from supaops.checks.net.facts import patience, post_facts
from supaops.config.model import Config
from supaops.db.health.net import Post

NO_EVIDENCE = "net.no_evidence"
_RECENT = timedelta(hours=1)
_LATEST, _ENOUGH, _MORE_THAN_CHANCE = 100, 20, 3


def aged(text: str, ends: Sequence[Ended]) -> str:
    """Return the text with the age of the newest of the posts."""
    if not ends:
        return text
    newest = ends[0].post
    return f"{text}, {(newest.now - newest.created_at).total_seconds():.0f} s ago"


def counts(ends: Sequence[Ended]) -> Iterator[str]:
    """Yield how often each cause was seen in the last hour, the most frequent first."""
    recent = [each for each in ends if each.post.now - each.post.created_at <= _RECENT]
    for cause, count in Counter(each.cause for each in recent).most_common():
        yield f"{cause}: {count} in the last hour"


@check(
    NO_EVIDENCE,
    reads=post_facts,
    title="There is an answer to judge by",
    why="A chain of which nothing is known may be broken; pg_net also forgets answers in a crash.",
)
def no_evidence(config: Config, facts: list[Post]) -> Verdict:
    """Judge whether it is known how the newest post ended; no answer is unknown, never well."""
    ends = ended(facts, patience(config))
    fix = f"supaops smoke --env {config.environment}"
    if not ends:
        return _nothing_yet(facts, fix)
    if ends[0].cause is not Cause.LOST:
        return ok(f"{len(ends)} known answers", value=0)
    lost = next((n for n, each in enumerate(ends) if each.cause is not Cause.LOST), len(ends))
    observed = f"{lost} posts without an answer" if lost > 1 else "a post without an answer"
    since = ends[lost - 1].post.created_at
    return unknown(aged(observed, ends), fix, value=lost, since=since)


def _nothing_yet(facts: Sequence[Post], fix: str) -> Verdict:
    """Say why there is no answer; that nothing was ready is no fault, but no proof either."""
    if any(each.is_post for each in facts):
        return unknown("no evidence: the first answer is still awaited", fix)
    newest = facts[0] if facts else None
    if newest is not None and newest.is_held:
        return skipped("the database is not to post: see config.armed")
    if newest is None:
        return unknown("no evidence: nothing was ever posted", fix)
    age = (newest.now - newest.created_at).total_seconds()
    return unknown(f"no post yet, for no job was ready {age:.0f} s ago", fix)


@check(
    "net.failures",
    reads=post_facts,
    title="Most posts are answered well",
    why="Each post that fails starts no job, and those that wait start later than they could.",
)
def failures(config: Config, facts: list[Post]) -> Verdict:
    """Judge the share of the latest posts that failed; a few of them prove nothing yet."""
    latest = [
        each
        for each in ended(facts, patience(config))[:_LATEST]
        if each.post.now - each.post.created_at <= _RECENT
    ]
    failed = sum(each.cause is not Cause.OK for each in latest)
    observed = f"{failed} of the latest {len(latest)} failed"
    if failed < _MORE_THAN_CHANCE or len(latest) < _ENOUGH:
        return ok(observed)
    return graded(
        failed / len(latest),
        config.checks.thresholds("net.failures"),
        observed,
        fix=f"supaops verify --only net --env {config.environment}",
        unit="share",
        evidence=tuple(counts(latest)),
    )
