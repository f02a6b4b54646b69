"""Whether the worker reports to Sentry at all."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from pydantic import SecretStr

from supaops.config import Config, Resolved, load
from supaops.errors import ConfigError
from supaops.worker.reporter import Reporter
from supaops.worker.sentry import start as module
from supaops.worker.sentry.start import start
from tests.projects import ROOT

DSN = "http://key@127.0.0.1:9/7"
OFF = {"enabled": False, "dropped": 0, "last_error": None}


def config() -> Config:
    return load(ROOT / "ops" / "config" / "job_queue.yaml", "local")


def resolved(dsn: str | None) -> Resolved:
    found = SecretStr(dsn) if dsn else None
    return Resolved(None, {}, lambda _path: found)


def test_without_a_dsn_there_are_no_reports_and_no_word(caplog: pytest.LogCaptureFixture) -> None:
    reporter = start(config(), resolved(None), {})
    assert type(reporter) is Reporter
    assert reporter.describe() == OFF
    assert caplog.records == []


def test_without_the_package_one_warning_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    reporter = start(config(), resolved(DSN), {})
    assert reporter.describe() == {**OFF, "last_error": "sentry_sdk is not installed"}
    [said] = [record.getMessage() for record in caplog.records]
    assert said == "Sentry is off: install its package, pip install 'supaops[sentry]'"


def test_with_both_there_are_reports() -> None:
    assert start(config(), resolved(DSN), {}).describe() == {**OFF, "enabled": True}


def test_what_is_no_dsn_ends_the_start() -> None:
    def unfit(_path: object) -> SecretStr | None:
        raise ConfigError([])

    with pytest.raises(ConfigError):
        start(config(), replace(resolved(None), _optional=unfit), {})


def test_whoever_has_no_dsn_does_not_pay_for_the_package() -> None:
    look = "import sys, supaops.cli.serve; sys.exit('sentry_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
