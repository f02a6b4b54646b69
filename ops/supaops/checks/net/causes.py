"""Why a post to the worker did not end well. Pure.

Source of the errors' words: pg_net 0.20.4 hands on those of libcurl (`curl_easy_strerror` in its
lib/strerror.c), first as of 8.14 and then as of older releases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from supaops.db.health.net import Post

_UNRESOLVED = frozenset({"Could not resolve hostname", "Couldn't resolve host name"})
_REFUSED = frozenset({"Could not connect to server", "Couldn't connect to server"})
_TIMEOUT = frozenset({"Timeout was reached"})
_TLS = re.compile(r"\b(?:SSL|TLS|CRL|certificates?)\b", re.ASCII)
_SUCCESS, _SERVER_ERROR = range(200, 300), range(500, 600)


class Cause(StrEnum):
    """How a post ended; each but `ok` is a check of that name, but for `lost`: `no_evidence`."""

    OK = "ok"
    TIMEOUT = "timeout"
    DNS = "dns"
    REFUSED = "refused"
    TLS = "tls"
    CREDENTIAL = "credential"
    NOT_FOUND = "not_found"
    FOREIGN_DATABASE = "foreign_database"
    SERVER_ERROR = "server_error"
    OTHER = "last_answer"
    LOST = "lost"


_BY_STATUS = {401: Cause.CREDENTIAL, 403: Cause.CREDENTIAL, 404: Cause.NOT_FOUND}


def cause_of(
    status: int | None, error: str | None, content: str | None, *, timed_out: bool
) -> Cause:
    """Return how a post that was answered, or given up by pg_net, ended.

    Args:
        status: of the HTTP answer; None when there was none.
        error, timed_out: why there was none.
        content: the answer's body, or its beginning.
    """
    if status is None:
        return Cause.TIMEOUT if timed_out else _cause_of_error(error or "")
    if status in _SUCCESS:
        return Cause.OK
    if status == 409 and "clone_guard" in (content or ""):  # noqa: PLR2004  Conflict
        return Cause.FOREIGN_DATABASE
    return Cause.SERVER_ERROR if status in _SERVER_ERROR else _BY_STATUS.get(status, Cause.OTHER)


def _cause_of_error(error: str) -> Cause:
    if error in _TIMEOUT:
        return Cause.TIMEOUT
    if error in _UNRESOLVED:
        return Cause.DNS
    if error in _REFUSED:
        return Cause.REFUSED
    return Cause.TLS if _TLS.search(error) else Cause.OTHER


@dataclass(frozen=True, slots=True)
class Ended:
    """A post of which it is known how it ended."""

    post: Post
    cause: Cause


def ended(posts: Sequence[Post], patience: timedelta) -> list[Ended]:
    """Return the posts that ended, the newest first.

    Args:    patience: how old a post without an answer must be to count as lost; one that pg_net
             has not sent is not lost.
    """
    known = ((post, _end(post, patience)) for post in posts if post.is_post)
    return [Ended(post, cause) for post, cause in known if cause is not None]


def _end(post: Post, patience: timedelta) -> Cause | None:
    if post.answered_at is not None:
        return cause_of(post.status_code, post.error, post.content, timed_out=post.timed_out)
    is_lost = not post.is_queued and post.now - post.created_at > patience
    return Cause.LOST if is_lost else None


def bad_since(ends: Sequence[Ended]) -> datetime | None:
    """Return when the first of the newest posts was made that all ended badly; None for none."""
    first = None
    for each in ends:
        if each.cause is Cause.OK:
            break
        first = each.post.created_at
    return first
