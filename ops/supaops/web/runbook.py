"""The runbooks as HTML: no HTML of theirs passes, and no link leads where it should not. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

_FRONT = re.compile(r"\A---\n(?P<facts>.*?)\n---\n", re.DOTALL)
_TITLE = re.compile(r"^# (?P<text>.*)$", re.MULTILINE)
_OTHER_RUNBOOK = re.compile(r"(?P<id>[a-z]+\.[a-z_]+)\.md")
_ELSEWHERE = ("http://", "https://")
_WRITTEN_FOR = "--env production"
"""What the runbooks say where the environment's name belongs; else it is left out."""
_WITHOUT = re.compile(
    r"^(supaops (?:apply|cancel|cleanup|doctor|history|jobs|pause|plan|resume|retry|rotate|smoke"
    r"|verify)\b(?!.*--env).*?)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A runbook to be shown.

    Attributes:
        title: plain.
        facts: what its head says, such as its owner.
        html: safe: made of its Markdown by the library alone.
    """

    title: str
    facts: Mapping[str, str]
    html: Markup


def runbook_page(text: str, environment: str, folder: str) -> Page:
    """Return a runbook's Markdown as HTML, its commands with the environment's name.

    Args:    folder: where runbooks are shown, for the links from one to another.
    """
    head = _FRONT.match(text)
    facts = dict(_fact(line) for line in head["facts"].splitlines()) if head else {}
    body = text[head.end() :] if head else text
    title = _TITLE.search(body)
    rest = body[title.end() :] if title else body
    html = _parser().render(rest, {"folder": folder, "environment": environment})
    shown = title["text"].replace("`", "") if title else ""
    return Page(shown, facts, Markup(html))  # noqa: S704  the library has escaped all of it


def _fact(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip().replace("_", " "), value.strip()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    for name, rule in (
        ("fence", _command),
        ("code_inline", _code),
        ("link_open", _link),
        ("table_open", _table),
        ("table_close", _table_end),
        ("th_open", _cell),
        ("td_open", _cell),
    ):
        parser.add_render_rule(name, rule)
    return parser


def _command(
    _: RendererHTML, tokens: Sequence[Token], at: int, _options: Any, env: Mapping[str, Any]
) -> str:
    name, text = f"command-{at}", escape(_named(tokens[at].content.rstrip("\n"), env))
    return (
        f'<div class="command"><pre tabindex="0"><code id="{name}">{text}</code></pre>'
        f'<button type="button" class="small" data-copy="#{name}">Copy</button></div>\n'
    )


def _code(
    _: RendererHTML, tokens: Sequence[Token], at: int, _options: Any, env: Mapping[str, Any]
) -> str:
    return f"<code>{escape(_named(tokens[at].content, env))}</code>"


def _named(text: str, env: Mapping[str, Any]) -> str:
    """Return commands with the name of the environment, which is where they are copied from."""
    flag = f"--env {env['environment']}"
    return _WITHOUT.sub(rf"\1 {flag}", text.replace(_WRITTEN_FOR, flag))


def _link(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: Any,
    env: Mapping[str, Any],
) -> str:
    token = tokens[at]
    address = str(token.attrs.pop("href", ""))
    other = _OTHER_RUNBOOK.fullmatch(address)
    if other:
        token.attrs["href"] = f"{env['folder']}/{other['id']}"
    elif address.startswith(_ELSEWHERE):
        token.attrs |= {"href": address, "rel": "noopener noreferrer"}
    return renderer.renderToken(tokens, at, options, env)  # type: ignore[arg-type]  # it only reads


def _table(*_: Any) -> str:
    return '<div class="table-scroll"><table>\n'


def _table_end(*_: Any) -> str:
    return "</table></div>\n"


def _cell(_: RendererHTML, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    """Return it without the style that says how it is aligned, which our policy refuses."""
    return '<th scope="col">' if tokens[at].tag == "th" else "<td>"
