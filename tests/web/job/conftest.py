"""A client for each role, and how the tests of the job's page make and read jobs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.db.calls import claim, enqueue
from tests.projects import QUIET_CRON, Project, applied
from tests.web.scene import TASK_TYPES
from tests.web.site import OVERLAY, VARIABLES, Served, served

_TAG = re.compile(r"<(script|style)[^>]*>.*?</\1>|<[^>]*>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]+)"')


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply the control room's project for a file; one of another room may have removed it."""
    made = applied(tmp_path_factory.mktemp("job"), stack, QUIET_CRON + OVERLAY + TASK_TYPES)
    made.environ.update(VARIABLES)
    return made


@pytest.fixture(scope="module")
def control_room(project: Project) -> Iterator[Served]:
    """Serve the control room."""
    with served(project) as site:
        yield site


@pytest.fixture(scope="module")
def otto(control_room: Served) -> Iterator[httpx.Client]:
    """Return the client of an operator."""
    with closing(control_room.client("otto")) as client:
        yield client


@pytest.fixture(scope="module")
def vera(control_room: Served) -> Iterator[httpx.Client]:
    """Return the client of a viewer."""
    with closing(control_room.client("vera")) as client:
        yield client


@pytest.fixture
def room(control_room: Served, queue: Connection, otto: httpx.Client) -> Room:
    """Return the control room as an operator uses it, over an empty queue."""
    return Room(control_room, queue, otto)


class Room:
    """What a person does there, in short."""

    def __init__(self, served: Served, queue: Connection, client: httpx.Client) -> None:
        self.served = served
        self.queue = queue
        self.client = client

    def get(self, job_id: int, query: str = "", status: int = 200) -> str:
        """Return a job's page."""
        answer = self.client.get(self.served.url(f"/{job_id}{query}"))
        assert answer.status_code == status, answer.text
        return answer.text

    def text(self, job_id: int, query: str = "", status: int = 200) -> str:
        """Return the words of a job's page."""
        return words(self.get(job_id, query, status))

    def post(self, job_id: int, verb: str, **form: str) -> httpx.Response:
        """Post the form of a job's page, with the token that every page has."""
        return self.send(job_id, verb, hidden(self.get(2**63, status=404)) | form)

    def send(self, job_id: int, verb: str, form: dict[str, str]) -> httpx.Response:
        """Send a form as it is."""
        return self.client.post(self.served.url(f"/{job_id}/{verb}"), data=form)

    def done(self, answer: httpx.Response) -> str:
        """Return the words of the page that an act leads to."""
        assert answer.status_code == 303, answer.text
        return words(self.client.get(answer.headers["location"]).text)

    def audit(self, job_id: int) -> list[dict[str, Any]]:
        """Return what the audit has of a job, in its order."""
        rows = self.queue.execute(
            "select * from supaops.audit where target = %s order by id", [f"job:{job_id}"]
        )
        return rows.fetchall()


def hidden(page: str) -> dict[str, str]:
    """Return the fields of a page that nobody sees."""
    return dict(_HIDDEN.findall(page))


def words(page: str) -> str:
    """Return the words that a page shows, a blank between them and none before a stop."""
    text = " ".join(html.unescape(_TAG.sub(" ", page)).split())
    return re.sub(r" ([,;:.])", r"\1", text)


def failed(queue: Connection, error: str = "boom", **options: Any) -> int:
    """Return the id of a job that has failed for good."""
    job_id = enqueue(queue, "send_email", max_attempts=1, priority=-99, **options)
    claim(queue, worker="host:17")
    queue.execute("select job_queue_mark_failed(%s, %s)", [job_id, error])
    return job_id


def running(queue: Connection, **options: Any) -> int:
    """Return the id of a job that a worker holds."""
    job_id = enqueue(queue, "send_email", priority=-99, **options)
    assert [row["id"] for row in claim(queue, worker="host:17")] == [job_id]
    return job_id
