"""The Jinja environment of the pages: everything is escaped, nothing undefined passes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from supaops import __version__
from supaops.checks import words
from supaops.config.secrecy import without_secrets
from supaops.render.environment import template_root
from supaops.report import times
from supaops.web.assets import asset
from supaops.web.charts.spark import spark
from supaops.web.site import BASE


@cache
def environment() -> Environment:
    """Return the environment of ``templates/html``."""
    env = Environment(
        loader=FileSystemLoader(template_root() / "html"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals |= {"base": BASE, "version": __version__, "asset": asset}
    env.filters |= {
        "utc": times.utc,
        "iso": times.iso,
        "span": times.span,
        "took": words.span,
        "ago": times.ago,
        "distance": times.distance,
        "number": "{:,}".format,
        "sentence": sentence,
        "spark": spark,
        "without_secrets": without_secrets,
        "json": lambda value: json.dumps(value, indent=2, ensure_ascii=False, default=str),
    }
    return env


def sentence(text: str) -> str:
    """Return a message of ours as it stands on a page: a capital first, a full stop last."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def rendered(template: str, values: dict[str, Any]) -> str:
    """Return a page; `template` is a path below ``templates/html``."""
    return environment().get_template(template).render(values)
