"""Texts that look like secrets, which must neither stand in a file nor be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Each vendor's own form of its keys, as they and GitHub's secret scanning describe them. The plain
# texts tell most innocent ones at a glance: a history has hundreds of thousands.
_KINDS = (
    ("a JSON web token", ("eyJ",), re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*")),
    ("a Supabase secret key", ("sb_secret_",), re.compile(r"sb_secret_[A-Za-z0-9_-]+")),
    ("a Supabase access token", ("sbp_",), re.compile(r"\bsbp_(?:[a-z0-9]+_)?[a-f0-9]{40}")),
    (
        "a database URL with a password",
        ("postgres://", "postgresql://"),
        re.compile(r"postgres(?:ql)?://[^\s:/@]*:[^\s@]+@"),
    ),
    ("a private key", ("PRIVATE KEY",), re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    (
        "a GitHub token",
        ("gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_"),
        re.compile(r"\b(?:gh[oprsu]_|github_pat_)[A-Za-z0-9_]{20,}"),
    ),
    ("a GitLab token", ("glpat-",), re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("an npm token", ("npm_",), re.compile(r"\bnpm_[A-Za-z0-9]{36}")),
    (
        "a Stripe key",
        ("k_live_", "whsec_"),
        re.compile(r"\b(?:[rs]k_live|whsec)_[A-Za-z0-9]{10,}"),
    ),
    ("a Slack token", ("xox",), re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}")),
    (
        "a Slack webhook",
        ("hooks.slack.com",),
        re.compile(r"hooks\.slack\.com/services/[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]+"),
    ),
    ("an AWS access key", ("AKIA", "ASIA"), re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a Google API key", ("AIza",), re.compile(r"\bAIza[A-Za-z0-9_-]{35}")),
    (
        "an OpenAI or Anthropic key",
        ("sk-ant-", "sk-proj-", "sk-svcacct-"),
        re.compile(r"\bsk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,}"),
    ),
    ("a SendGrid key", ("SG.",), re.compile(r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")),
)

PLACEHOLDER = (
    r"(env|file|cmd|project_url)\(.*\)|<.*>|\$\{.*\}|(change|replace)[-_ ]?me.*|your[-_ ].*"
    r"|todo|fixme|x{3,}|\.{3,}|placeholder"
)
"""What a whole value that nobody has put in looks like, in any case; PostgreSQL reads it too."""
_PLACEHOLDER = re.compile(PLACEHOLDER, re.IGNORECASE | re.DOTALL)
# In a URL that stands as an example, or that a program completes; and what every local stack has.
_URL_EXAMPLE = re.compile(
    r"[^:]+://[^:]*:(?:\[.*\]|<.*>|\*+|[$%{].*|x{3,}|password|your[-_].*)@", re.IGNORECASE
)
_LOCAL_URL = re.compile(r"postgres(?:ql)?://postgres:postgres@(?:127\.0\.0\.1|localhost)\b")


@dataclass(frozen=True, slots=True)
class Match:
    """What looks like a secret: its kind, and the characters of the text that it takes."""

    kind: str
    start: int
    end: int


def kind_of_secret(text: str) -> str | None:
    """Return what secret `text` holds, such as ``a JSON web token``, or None."""
    return next((kind for kind, pattern in _candidates(text) if pattern.search(text)), None)


def matches(text: str) -> Iterator[Match]:
    """Yield what looks like a secret in a text, without examples of one."""
    for kind, pattern in _candidates(text):
        for found in pattern.finditer(text):
            if not _is_example(text, found):
                yield Match(kind, *found.span())


def without_secrets(text: str) -> str:
    """Return a text with `<a JSON web token>` and the like where a secret stands."""
    for kind, pattern in list(_candidates(text)):
        text = pattern.sub(f"<{kind}>", text)
    return text


def _candidates(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    for kind, plain, pattern in _KINDS:
        for part in plain:
            if part in text:
                yield kind, pattern
                break


def _is_example(text: str, found: re.Match[str]) -> bool:
    if _URL_EXAMPLE.fullmatch(found[0]):
        return True
    return bool(_LOCAL_URL.match(text, found.start()))


def is_placeholder(value: str) -> bool:
    """Tell whether a value stands for one that somebody forgot to put in."""
    return bool(_PLACEHOLDER.fullmatch(value.strip()))


# Where a value may be the secret itself, put in the wrong place.
_GUARDED = (
    ("vault",),
    ("database",),
    ("worker", "endpoint"),
    ("worker", "secret"),
    ("worker", "supabase"),
    ("sentry", "dsn"),
    ("watch", "heartbeat"),
)


def may_show(path: tuple[str | int, ...]) -> bool:
    """Tell whether a message about the entry at `path` may quote its value."""
    return not any(path[: len(guarded)] == guarded for guarded in _GUARDED)
