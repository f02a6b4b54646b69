"""The Jinja environment of `templates/`, and the parser that every rendered text passes."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pglast
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from supaops.errors import RenderError
from supaops.render.quoting import Sql, finalize, identifier, indented

OURS = "put the template back if somebody edited it; else this is a defect: report it"


def template_root() -> Path:
    """Return the folder of templates: inside the wheel, or at the root of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent.parent / "templates"


@cache
def environment() -> Environment:
    """Return the environment in which `{{ value }}` is a literal unless it is already `Sql`."""
    env = Environment(
        loader=FileSystemLoader(template_root() / "sql"),
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        optimized=False,  # most templates are rendered once: folding constants would not pay
        auto_reload=False,
        autoescape=False,  # noqa: S701  HTML escapes would corrupt SQL; `finalize` quotes instead
    )
    env.filters["ident"] = identifier
    env.filters["indented"] = indented
    return env


def render_sql(template: str, context: dict[str, Any]) -> str:
    """Render one template and prove that PostgreSQL's own parser accepts it.

    Args:    template: path below `templates/sql`.
    Raises:  RenderError with the template's name, and the line of the fault where it is known.
    """
    try:
        text = environment().get_template(template).render(context)
    except RenderError as error:
        raise RenderError(error.message, place=template, hint=error.hint) from error
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f"{template}:{line}" if line else template
        raise RenderError(str(error), place=place, hint=OURS) from error
    parse(text, place=template)
    return text


def parse(text: str, *, place: str) -> tuple[Any, ...]:
    """Parse SQL with PostgreSQL's grammar and return pglast's RawStmt nodes, to be read only.

    Raises: RenderError that names `place` and the line of the first fault.
    """
    try:
        return _tree(text)
    except pglast.parser.ParseError as error:
        offset = error.args[1] if len(error.args) > 1 else 0
        line = text.count("\n", 0, offset) + 1
        raise RenderError(str(error.args[0]), place=f"{place}:{line}", hint=OURS) from error


@lru_cache(maxsize=1)
def _tree(text: str) -> tuple[Any, ...]:
    """Return the tree; a text is parsed to prove it, and right after that to see what it makes."""
    return pglast.parse_sql(text)


__all__ = ["Sql", "environment", "parse", "render_sql", "template_root"]
