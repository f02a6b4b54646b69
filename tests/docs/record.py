"""Renew the pictures of the README: what commands print, and the control room.

.venv/bin/python -m tests.docs.record FOLDER     # docs/images
"""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from supaops.db.connect import Connection, connect
from supaops.local import down, up
from tests import terminal
from tests.chains import HANDLERS, remind, serve, unused_endpoint
from tests.docs.picture import COLUMNS, CONTROL_ROOM, SCENES, picture
from tests.projects import Project, overlay_file
from tests.waiting import until
from tests.web import screenshots

_SCREEN_PX = 720
_ENVIRONMENT = "staging"
_TICKING = """
cron:
  jobs:
    job_queue_worker: {schedule: 2 seconds}
"""
_MORE = """
queue:
  task_types:
    send_welcome:
      description: Sends a new user the first mail.
      max_attempts: 1
"""
_FAILING = """

@registry.handler("send_welcome")
def send_welcome(context, payload):
    raise TimeoutError("no answer from https://mail.example.test in 30 s")
"""
_BEHIND_OUR_BACK = """
select cron.schedule('nightly_vacuum', '0 3 * * *', 'vacuum');
select cron.alter_job(jobid, schedule := '*/5 * * * *')
  from cron.job where jobname = 'job_queue_worker';
select vault.update_secret(id, 'another')
  from vault.secrets where name = 'job_queue_runner_secret';
"""
_REFUSED = """
select id from (
  select id, error_msg from supaops.dispatch where responded_at is not null order by id desc limit 1
) as newest
where error_msg is not null
"""
"""Of a post after the worker's time: those before it are refused as well."""
_FAILURES = 7
_ENQUEUE = "select job_queue_enqueue('send_welcome', jsonb_build_object('user', %s::int))"
_FAILED = "select count(*) from job_queue where status = 'failed'"
_HARVEST = "select supaops.harvest_responses()"


def main(folder: Path) -> None:
    """Write `<name>.svg` for each scene, and the control room, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with _project() as project, connect(project.url) as conn:
        _apply(project)
        conn.execute(_BEHIND_OUR_BACK)
        _write_overlay(project, _TICKING + _MORE)
        _record(folder, "plan", project)
        _apply(project)
        _break(project, conn)
        _record(folder, "verify", project)
        _record(folder, "incident", project)
    with TemporaryDirectory() as place:
        screenshots.main(Path(place), ("jobs",), longest_px=_SCREEN_PX)
        shutil.copy(Path(place) / "jobs.light.png", folder / CONTROL_ROOM)


@contextmanager
def _project() -> Iterator[Project]:
    """Have a project of its own, on a stack that is gone in the end."""
    with TemporaryDirectory() as place:
        try:
            stack = up(Path(place) / "stack")
            made = Project.make(Path(place) / "project", stack, "{}\n")
            made.environ.update(
                SUPAOPS_ENV=_ENVIRONMENT,
                LOGNAME="ada",
                JOB_QUEUE_WORKER_ENDPOINT=unused_endpoint(),
            )
            _write_overlay(made, _TICKING)
            yield made
        finally:
            down(Path(place) / "stack", purge=True)


def _write_overlay(project: Project, text: str) -> None:
    overlay_file(project.folder).with_name(f"{_ENVIRONMENT}.yaml").write_text(
        text, encoding="utf-8"
    )


def _apply(project: Project) -> None:
    done = _supaops(project, "apply", "--env", _ENVIRONMENT, "--yes")
    assert done.status == 0, done.err
    remind(project)


def _break(project: Project, conn: Connection) -> None:
    """Have some jobs fail, then the worker go away."""
    (project.folder / "failing.py").write_text(HANDLERS + _FAILING, encoding="utf-8")
    with serve(project, SUPAOPS_HANDLERS="failing"):
        for number in range(_FAILURES):
            conn.execute(_ENQUEUE, [number])
        until(lambda: conn.execute(_FAILED).fetchone() == {"count": _FAILURES})
    until(lambda: conn.execute(_HARVEST) and conn.execute(_REFUSED).fetchone())


def _record(folder: Path, name: str, project: Project) -> None:
    said = _supaops(project, *SCENES[name].split()[1:], terminals="out err")
    here = said.out.replace(f"@{socket.gethostname()}", "@laptop")
    (folder / f"{name}.svg").write_text(picture(name, SCENES[name], here), encoding="utf-8")


def _supaops(project: Project, *words: str, terminals: str = "") -> terminal.Ran:
    return terminal.supaops(
        *words,
        folder=project.folder, variables=project.environ, terminals=terminals, columns=COLUMNS,
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
