"""The facts at the head of a runbook, where a reader sees them. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def with_facts(page: str, facts: Mapping[str, object]) -> str:
    """Return a page with its check, severity and how long it takes below its heading.

    Args:
        page: Markdown without its front matter.
        facts: the front matter; a page without `check` is left as it is.
    """
    if "check" not in facts:
        return page
    title, _, rest = page.lstrip().partition("\n")
    told = [
        f"**Check** [`{facts['check']}`](../reference/checks.md#{_anchor(facts['check'])})",
        f"**Severity** {facts['severity']}",
        f"**Takes** {facts['minutes']} minutes",
        f"**Last tested** {facts['last_tested']}",
    ]
    return f"{title}\n\n{' · '.join(told)}\n{{ .facts }}\n{rest}"


def _anchor(check: object) -> str:
    return str(check).replace(".", "")
