"""Record what a real watcher serves, well and broken: ``python -m tests.watch.record``.

It needs the real pg_cron, which is told to stop starting runs, and takes some minutes.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from supaops.db.connect import connect
from tests.chains import remind, serve, unused_endpoint
from tests.private_server import PrivateServer, private_server
from tests.projects import Project
from tests.waiting import until
from tests.watch.recording import CONFIG, Scrape, save, scrape
from tests.watch.watching import Watching, watching

HANDLERS = """
from supaops.worker import Handlers

registry = Handlers()

@registry.handler("recorded")
def recorded(context, payload):
    if payload.get("fails"):
        raise ValueError("as asked for")

@registry.handler("game_platform_sync")
def declared(context, payload):
    pass
"""
SCRAPES = 15


def main() -> None:
    with private_server() as server, tempfile.TemporaryDirectory() as folder:
        project = Project.make(Path(folder), server.stack, CONFIG)
        project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
        (project.folder / "recorded_handlers.py").write_text(HANDLERS, encoding="utf-8")
        with connect(server.stack.url) as conn:
            project.apply(conn)
        with watching(project, "--interval", "1s") as watcher:
            save(dict(scenes(server, project, watcher)))


def scenes(
    server: PrivateServer, project: Project, watcher: Watching
) -> Iterator[tuple[str, list[Scrape]]]:
    """Yield each situation by its name; each begins where the last one ended."""
    with working(project):
        until(lambda: is_well(watcher), seconds=90)
        with jobs(server, fails="false"):
            yield "healthy", scrapes(watcher)
        set_cron(server, launches="off")
        time.sleep(120)  # what was due and did not start has to outweigh what did
        yield "cron_stopped", scrapes(watcher)
        set_cron(server, launches="on")
        remind(project)
        with jobs(server, fails="true"):
            until(lambda: age_of_failures(watcher) > 12, seconds=60)
            yield "jobs_fail", scrapes(watcher)
    with jobs(server, fails="false"):
        until(lambda: watcher.value("supaops_check_status", check="net.refused") == 2)
        time.sleep(10)  # jobs have to wait for longer than they should
        yield "worker_down", scrapes(watcher)
    server.stop("fast")
    until(lambda: watcher.value("supaops_checks_worst") == 3)
    yield "database_away", scrapes(watcher)


def scrapes(watcher: Watching) -> list[Scrape]:
    """Return one scrape per round."""
    return [_next(watcher) for _ in range(SCRAPES)]


def _next(watcher: Watching) -> Scrape:
    seen = watcher.rounds()
    until(lambda: watcher.rounds() > seen)
    return scrape(watcher.metrics(), time.time())


def is_well(watcher: Watching) -> bool:
    bad = [each for each in _status(watcher) if each[1] not in (0, 4)]
    sys.stderr.write(f"waiting for: {bad}\n")
    return not bad


def _status(watcher: Watching) -> list[tuple[str, float]]:
    found = scrape(watcher.metrics(), 0)
    return [each for each in found.items() if each[0].startswith("supaops_check_status")]


def age_of_failures(watcher: Watching) -> float:
    return watcher.value("supaops_check_value", check="queue.recovery") or 0


@contextmanager
def working(project: Project) -> Iterator[None]:
    with serve(project, SUPAOPS_HANDLERS="recorded_handlers"):
        yield


@contextmanager
def jobs(server: PrivateServer, *, fails: str) -> Iterator[None]:
    """Add a few jobs a second until the block ends."""
    ends = threading.Event()
    thread = threading.Thread(target=_add, args=(server, fails, ends.wait))
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def _add(server: PrivateServer, fails: str, wait: Callable[[float], bool]) -> None:
    with connect(server.stack.url) as conn:
        while not wait(0.3):
            conn.execute(
                "select job_queue_enqueue('recorded', jsonb_build_object('fails', %s::boolean))",
                [fails],
            )


def set_cron(server: PrivateServer, *, launches: str) -> None:
    with connect(server.stack.admin_url) as admin:
        admin.execute(f"alter system set cron.launch_active_jobs = {launches}".encode())
        admin.execute("select pg_reload_conf()")


if __name__ == "__main__":
    main()
