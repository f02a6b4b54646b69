"""Every page of docs/reference with generated blocks, as `scripts/golden` writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from docsite.links import ROOT
from docsite.reference.blocks import renewed
from docsite.reference.checks import checks_text
from docsite.reference.environment import options_table
from docsite.reference.exit_codes import severities_table
from docsite.reference.metrics import worker_table
from docsite.reference.schemas import answers_text, keys_table
from supaops.cli.reference import exit_table
from supaops.config import load
from supaops.plan.document import schema as plan_schema
from supaops.report.health.document import schema as findings_schema
from supaops.report.metrics_reference import table as watch_table

REFERENCE = ROOT / "docs" / "reference"
_RUNBOOKS = ROOT / "docs" / "runbooks"
_SEVERITY = re.compile(r"^severity: (.*)$", re.MULTILINE)


def pages() -> dict[Path, str]:
    """Return the pages that are to be, by their file."""
    return {
        path: renewed(path.read_text(encoding="utf-8"), blocks)
        for path, blocks in _blocks().items()
    }


def _blocks() -> Mapping[Path, Mapping[str, str]]:
    config = load(ROOT / "ops" / "config" / "job_queue.yaml", "production")
    openapi = json.loads((REFERENCE / "openapi.json").read_text(encoding="utf-8"))
    return {
        REFERENCE / "checks.md": {"checks": checks_text(_severities())},
        REFERENCE / "environment.md": {"options": options_table()},
        REFERENCE / "exit-codes.md": {"codes": exit_table(), "severities": severities_table()},
        REFERENCE / "metrics.md": {"watch": watch_table(config), "workers": worker_table()},
        REFERENCE / "json.md": {
            "plan": keys_table(json.loads(plan_schema())),
            "findings": keys_table(json.loads(findings_schema())),
            "answers": answers_text(openapi),
        },
    }


def _severities() -> dict[str, str]:
    """Return what each runbook says of its check's severity, by the check's id."""
    heads = {each.stem: each.read_text(encoding="utf-8") for each in _RUNBOOKS.glob("*.*.md")}
    return {name: found[1] for name, text in heads.items() if (found := _SEVERITY.search(text))}
