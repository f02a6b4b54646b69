from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from supaops import local
from supaops.db.connect import connect
from supaops.errors import ConnectionFailed, LocalStackError
from supaops.local import Inspection, Stack, account, loops, process, server
from tests.waiting import until

pytestmark = pytest.mark.stack

UP = "import sys; from pathlib import Path; from supaops import local; "


@contextmanager
def project() -> Iterator[Path]:
    """Yield a directory that the server's account can reach, which pytest's own are not."""
    path = Path(tempfile.mkdtemp(prefix="supaops-test-"))
    path.chmod(0o755)
    yield path
    local.down(path, purge=True)
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """Return a project whose stack each test takes over as the last one left it: `up` heals."""
    with project() as path:
        yield path


@pytest.fixture
def fresh() -> Iterator[Path]:
    """Return a project that never had a stack."""
    with project() as path:
        yield path


def up(root: Path) -> Stack:
    return local.up(root, durable=False)


def inspect(root: Path) -> Inspection:
    found = local.inspect(root)
    assert found is not None
    return found


def alive(*pids: int) -> list[int]:
    return [pid for pid in pids if process.command(pid)]


def with_helpers(root: Path) -> Inspection:
    """Return what runs, once the process of the loops does where something stands in."""
    found = inspect(root)
    if loops.missing(frozenset(part.name for part in found.parts if part.kind == "native")):
        until(lambda: inspect(root).loops_pid)
    return inspect(root)


def supervised(root: Path) -> Inspection:
    up(root)
    found = with_helpers(root)
    if not found.loops_pid:
        pytest.skip("this server has every extension itself; SUPAOPS_PG_BIN can name another")
    return found


def in_another_process(code: str, root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", UP + code, str(root)], text=True, stdout=subprocess.PIPE
    )


def test_up_again_changes_nothing(root: Path) -> None:
    assert up(root) == up(root)
    assert local.find(root) == up(root)


def test_the_secrets_and_the_data_survive_a_restart(root: Path) -> None:
    first = up(root)
    with connect(first.url) as connection:
        connection.execute("create table if not exists public.kept (id bigint)")
    local.down(root)
    assert local.find(root) is None
    second = up(root)
    secret = "JOB_QUEUE_RUNNER_SECRET"
    assert second.environment[secret] == first.environment[secret] != ""
    with connect(second.url) as connection:
        assert connection.execute("select count(*) as n from public.kept").fetchone() == {"n": 0}


def test_parameters_of_the_server_win_and_stay(root: Path) -> None:
    local.down(root)
    local.up(root, durable=False, parameters={"max_connections": "123"})
    local.down(root)
    with connect(up(root).url) as connection:
        assert connection.execute("show max_connections").fetchone() == {"max_connections": "123"}


def test_down_leaves_nothing_running(root: Path) -> None:
    stack = up(root)
    found = with_helpers(root)
    with connect(stack.admin_url) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity where backend_type <> 'client backend'"
        ).fetchall()
    pids = [row["pid"] for row in rows]
    pids += [pid for pid in (found.server_pid, found.supervisor_pid, found.loops_pid) if pid]
    assert alive(*pids) == pids
    assert local.down(root) is True
    until(lambda: not alive(*pids))
    assert local.down(root) is False


def test_purge_leaves_nothing_but_what_was_locked(fresh: Path) -> None:
    up(fresh)
    data = inspect(fresh).data
    local.down(fresh, purge=True)
    assert not data.parent.exists()
    left = {path.name for path in (fresh / ".supaops" / "local").iterdir()}
    assert left <= {"lock", "supervisor.json"}
    assert local.inspect(fresh) is None


def test_up_heals_a_killed_server(root: Path) -> None:
    stack = up(root)
    with connect(stack.url) as connection:
        connection.execute("create table if not exists public.kept (id bigint)")
    os.kill(inspect(root).server_pid, signal.SIGKILL)
    until(lambda: local.find(root) is None)
    with connect(up(root).url) as connection:
        assert connection.execute("select count(*) as n from public.kept").fetchone() == {"n": 0}


def test_the_helpers_end_when_the_server_is_killed(root: Path) -> None:
    found = supervised(root)
    os.kill(found.server_pid, signal.SIGKILL)
    until(lambda: not alive(found.supervisor_pid, found.loops_pid))


def test_a_killed_loop_process_is_started_again(root: Path) -> None:
    before = supervised(root)
    os.kill(before.loops_pid, signal.SIGKILL)
    after = until(lambda: pid if (pid := inspect(root).loops_pid) != before.loops_pid else 0)
    assert alive(after)
    assert inspect(root).supervisor_pid == before.supervisor_pid


def test_the_process_of_the_loops_ends_when_one_of_them_fails(root: Path) -> None:
    up(root)
    code = (
        "import asyncio, socket; from supaops.local import loops\n"
        "callers = socket.create_server(('127.0.0.1', 0))\n"
        "async def fail(url): raise SystemExit(7)\n"
        "loops.missing = lambda native: [fail]\n"
        "asyncio.run(loops.run(Path(sys.argv[1]), callers.fileno()))"
    )
    failing = subprocess.Popen(
        [sys.executable, "-c", UP + code, str(root)], stdin=subprocess.PIPE, text=True
    )
    with failing:  # Its standard input stays open, as a living supervisor's would.
        assert failing.wait(timeout=30) == 7


def test_a_killed_supervisor_takes_its_loops_along_and_up_starts_another(root: Path) -> None:
    before = supervised(root)
    os.kill(before.supervisor_pid, signal.SIGKILL)
    until(lambda: not alive(before.supervisor_pid, before.loops_pid))
    until(lambda: not inspect(root).healthy)
    up(root)
    assert with_helpers(root).supervisor_pid != before.supervisor_pid
    assert inspect(root).healthy


def test_a_process_id_that_another_program_got_is_not_taken_for_the_server(root: Path) -> None:
    up(root)
    found = inspect(root)
    local.down(root)
    other = subprocess.Popen(["sleep", "60"], **account.server_account().popen_options())
    try:
        (found.data / "postmaster.pid").write_text(f"{other.pid}\n{found.data}\n")
        assert local.find(root) is None
        assert local.down(root) is False
        up(root)
        assert inspect(root).server_pid != other.pid
        assert alive(other.pid)
    finally:
        other.kill()
        other.wait()


def test_two_ups_at_once_make_one_stack(fresh: Path) -> None:
    code = "print(local.up(Path(sys.argv[1]), durable=False).url)"
    both = [in_another_process(code, fresh) for _ in range(2)]
    said = [one.communicate(timeout=60)[0] for one in both]
    assert said[0] == said[1] == f"{up(fresh).url}\n"


@pytest.mark.parametrize("step", ["creating a database cluster", "starting", "creating Supabase's"])
def test_up_mends_what_a_killed_up_left(fresh: Path, step: str) -> None:
    code = (
        "import os; local.up(Path(sys.argv[1]), durable=False, report=lambda said:"
        f" said.startswith({step!r}) and os.kill(os.getpid(), 9))"
    )
    killed = in_another_process(code, fresh)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert local.find(fresh) is None
    with connect(up(fresh).url) as connection:
        assert connection.execute("select current_user as x").fetchone() == {"x": "postgres"}


def test_up_waits_for_the_initdb_of_a_killed_up(fresh: Path) -> None:
    killed = in_another_process("local.up(Path(sys.argv[1]), durable=False)", fresh)
    until((fresh / ".supaops/local/server/data/PG_VERSION").exists)
    killed.kill()
    killed.communicate(timeout=60)
    up(fresh)
    assert inspect(fresh).running


def test_a_taken_port_is_replaced(root: Path) -> None:
    port = urlsplit(up(root).url).port
    local.down(root)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port or 0))
        other.listen()
        assert urlsplit(up(root).url).port != port


def test_data_of_another_major_version_is_an_error_with_a_remedy(root: Path) -> None:
    up(root)
    local.down(root)
    (inspect(root).data / "PG_VERSION").write_text("14\n")
    with pytest.raises(LocalStackError, match="the local data is of PostgreSQL 14") as caught:
        up(root)
    assert caught.value.hint is not None
    assert "supaops local up --reset" in caught.value.hint
    assert local.up(root, durable=False, reset=True)


def test_a_deleted_data_directory_is_made_anew(root: Path) -> None:
    up(root)
    local.down(root)
    shutil.rmtree(inspect(root).data)
    up(root)
    assert inspect(root).running


def test_a_moved_project_is_an_error_with_a_remedy(fresh: Path) -> None:
    (old := fresh / "old").mkdir()
    old.chmod(0o755)  # else its server is elsewhere, and stays where it was
    up(old)
    local.down(old)
    new = old.rename(fresh / "new")
    try:
        with pytest.raises(LocalStackError, match=f"the project was moved from {old}") as caught:
            up(new)
        assert "supaops local up --reset" in str(caught.value.hint)
    finally:
        local.down(new, purge=True)


def test_a_damaged_state_file_is_an_error_and_reset_heals(root: Path) -> None:
    up(root)
    pid = inspect(root).server_pid
    (root / ".supaops/local/state.json").write_text("{")
    with pytest.raises(LocalStackError, match="damaged") as caught:
        up(root)
    assert caught.value.hint == "supaops local up --reset"
    local.up(root, durable=False, reset=True)
    assert not alive(pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_a_damaged_state_file_heals_where_the_wheel_is_out_of_reach(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = server.find()
    if account.server_account().can_reach(found.bin / "postgres"):
        (home := tmp_path / "wheel").mkdir(mode=0o700)  # as with a strict umask
        (home / "bin").symlink_to(found.bin)
        wheel = replace(found, bin=home / "bin")
        monkeypatch.setattr(server, "find", lambda: wheel)
        monkeypatch.setattr(server, "embedded", lambda: wheel)
    up(fresh)
    pid = inspect(fresh).server_pid
    (fresh / ".supaops/local/state.json").write_text("{")
    local.down(fresh, purge=True)
    assert not alive(pid)


def test_only_their_owners_may_read_the_secrets(root: Path) -> None:
    up(root)
    found = inspect(root)
    state, key = root / ".supaops/local/state.json", found.data.parent / "vault.key"
    assert [path.stat().st_mode & 0o777 for path in (state, key, found.data)] == [
        0o600, 0o600, 0o700,
    ]  # fmt: skip
    assert key.owner() == found.data.owner() == found.account
    assert not key.is_relative_to(found.data)


def test_a_wrong_password_does_not_get_in(root: Path) -> None:
    port = urlsplit(up(root).url).port
    for role in ("postgres", "supabase_admin", "authenticator"):
        with pytest.raises(ConnectionFailed, match="password authentication failed"):
            connect(f"postgresql://{role}:wrong@127.0.0.1:{port}/postgres")


def test_only_the_loopback_interface_is_listened_to(root: Path) -> None:
    with connect(up(root).url) as connection:
        row = connection.execute("show listen_addresses").fetchone()
    assert row == {"listen_addresses": "127.0.0.1"}


def test_no_process_shows_a_password(root: Path) -> None:
    stack = up(root)
    found = with_helpers(root)
    shown = " ".join(
        map(process.command, (found.server_pid, found.supervisor_pid, found.loops_pid))
    )
    for url in (stack.url, stack.admin_url):
        assert str(urlsplit(url).password) not in shown
    assert str(found.data) in shown


def test_a_relative_path_and_a_strange_environment_will_do(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(fresh)
    for name in ("PGHOST", "PGPORT", "PGDATA", "PGUSER", "PGPASSFILE"):
        monkeypatch.setenv(name, "/nonsense")
    monkeypatch.setenv("PGSSLMODE", "require")
    up(Path())
    assert with_helpers(Path()).healthy
    assert local.find(fresh) == local.find(Path())


def test_a_home_that_cannot_be_made_is_an_error(fresh: Path) -> None:
    (fresh / ".supaops").write_text("in the way")
    with pytest.raises(LocalStackError) as caught:
        up(fresh)
    assert str(fresh / ".supaops") in str(caught.value.place)


@pytest.mark.parametrize("name", ['it\'s $(touch x) "a", b', "deep" * 40], ids=["odd", "long"])
def test_any_project_path_will_do_under_a_strict_umask(fresh: Path, name: str) -> None:
    (place := fresh / name).mkdir()
    before = os.umask(0o077)
    try:
        with connect(up(place).url) as connection:
            assert connection.execute("select current_user as x").fetchone() == {"x": "postgres"}
    finally:
        os.umask(before)
        local.down(place, purge=True)


def test_a_long_path_of_the_temporary_directory_will_do(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place := fresh / ("deep" * 40)).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    try:
        up(place)
        assert inspect(place).running
    finally:
        local.down(place, purge=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_a_project_below_a_private_home_keeps_its_server_elsewhere(fresh: Path) -> None:
    home = fresh / "home"
    home.mkdir(mode=0o700)
    try:
        up(home)
        base = inspect(home).data.parent
        assert (home / ".supaops/local/server").resolve() == base
        assert not base.is_relative_to(fresh)
        assert base.stat().st_mode & 0o777 == 0o711
    finally:
        local.down(home, purge=True)
    assert not base.exists()
