"""The container of Supabase's image, asked for from a daemon that runs nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.local import Stack
from tests.servers import container, docker_daemon, programs
from tests.servers.docker_daemon import ID, Daemon
from tests.servers.unavailable import Unavailable
from tests.servers.variables import ADMIN_DSN_VARIABLE, DSN_VARIABLE
from tests.supabase_cli import program

REMOVED = f"DELETE /containers/{ID}?v=True&link=False&force=True"


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    programs.put(tmp_path, monkeypatch, docker="#!/bin/sh\n")
    with docker_daemon.running() as running:
        monkeypatch.setenv("DOCKER_HOST", running.url)
        monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
        yield running


@pytest.mark.stack
def test_the_pinned_image_runs_beside_the_tests_and_is_removed_after_them(
    daemon: Daemon, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def addresses(port: int, _: str) -> dict[str, str]:
        asked.append(port)
        return {DSN_VARIABLE: stack.url}  # stands in for the database that nothing runs

    monkeypatch.setattr(container, "addresses", addresses)
    with container.running() as variables:
        assert variables == {DSN_VARIABLE: stack.url}
        assert REMOVED not in daemon.asked
    assert daemon.asked[-1] == REMOVED
    assert daemon.created["Image"] == container.IMAGE
    assert daemon.created["HostConfig"]["NetworkMode"] == "host"
    command = daemon.created["Cmd"]
    assert command[:3] == ["postgres", "-D", "/etc/postgresql"]
    assert command[3:5] == ["-p", str(asked[0])]
    assert "listen_addresses=127.0.0.1" in command


def test_each_container_has_a_password_of_its_own_for_both_roles(daemon: Daemon) -> None:
    passwords = set()
    for _ in range(2):
        daemon.status, daemon.log = "exited", ""
        with pytest.raises(AssertionError), container.running():
            pass
        passwords.update(daemon.created["Env"])
    assert len(passwords) == 2
    found = container.addresses(5433, "it")
    assert found[DSN_VARIABLE] == "postgresql://postgres:it@127.0.0.1:5433/postgres?sslmode=disable"
    assert "//supabase_admin:it@" in found[ADMIN_DSN_VARIABLE]


def test_a_container_that_dies_is_told_with_the_end_of_its_log_and_removed(daemon: Daemon) -> None:
    daemon.status, daemon.log = "exited", "FATAL: the disk is full\n"
    with pytest.raises(AssertionError, match="the disk is full"), container.running():
        pass
    assert daemon.asked[-1] == REMOVED


def test_without_docker_the_reason_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    told = r"no Docker \(https://docs\.docker\.com"
    with pytest.raises(Unavailable, match=told), container.running():
        pass


@pytest.mark.supabase
def test_the_image_is_the_one_that_the_cli_of_this_repository_starts() -> None:
    listed = subprocess.run(
        [program(), "services", "-o", "json"], capture_output=True, text=True, check=True
    )
    images = {f"{each['name']}:{each['local']}" for each in json.loads(listed.stdout)}
    assert container.IMAGE in images
