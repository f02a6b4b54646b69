"""After a post of a new job the worker stays, and takes what comes while nobody posts for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from supaops.worker import Context
from supaops.worker import linger as module
from supaops.worker.linger import Linger
from tests.worker.fake_queue import gone, job
from tests.worker.queue_rows import until
from tests.worker.rig import LATER, SOON, Rig

pytestmark = pytest.mark.anyio

NO_TIME = timedelta()
LONG = timedelta(seconds=20)


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NET_REST_S", 0)


class Post:
    """A worker that is posted to."""

    def __init__(self, *, settle: timedelta = LONG, concurrency: int = 5) -> None:
        self.rig = Rig(concurrency=concurrency)
        self.rig.handlers.handler("work")(lambda *_: None)
        self.queue = self.rig.queue
        self.stopped = False
        self.linger = Linger(self.rig.runner, settle=settle, stopped=lambda: self.stopped)

    @contextmanager
    def during(self, interval: timedelta) -> Iterator[None]:
        with self.linger.during(interval, limit=5, worker="host:1#7"):
            yield

    def arrive(self, interval: timedelta) -> None:
        """Be posted to, and answer at once."""
        with self.during(interval):
            pass

    @property
    def is_looking(self) -> bool:
        task = self.linger._task
        return task is not None and not task.done()

    async def is_over(self) -> None:
        await until(lambda: not self.is_looking)

    async def looks_again(self) -> None:
        seen = len(self.queue.claims)
        await until(lambda: len(self.queue.claims) > seen + 1)


async def test_job_that_comes_within_the_interval_is_claimed_under_the_posts_name() -> None:
    post = Post()
    post.arrive(LONG)
    await post.looks_again()
    post.queue.ready.append(late := job())
    await until(lambda: late.id in post.queue.succeeded)
    assert post.queue.claims[-1] == (5, "host:1#7")


async def test_nobody_looks_after_the_interval() -> None:
    post = Post()
    post.arrive(SOON)
    assert post.is_looking
    await post.is_over()


async def test_second_post_makes_it_stay_longer_and_not_twice() -> None:
    post = Post()
    post.arrive(SOON)
    first = post.linger._task
    post.arrive(LONG)
    await asyncio.sleep(2 * SOON.total_seconds())
    assert post.is_looking
    assert post.linger._task is first


async def test_it_stays_while_an_answer_is_open_for_pg_net_sends_nothing_meanwhile() -> None:
    post = Post()
    with post.during(NO_TIME):
        await post.looks_again()
        post.queue.ready.append(late := job())
        await until(lambda: late.id in post.queue.succeeded)
    await post.is_over()


async def test_it_stays_for_a_rest_of_pg_net_after_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "NET_REST_S", 20)
    post = Post()
    post.arrive(NO_TIME)
    await post.looks_again()
    await post.looks_again()
    assert post.is_looking


async def test_what_was_being_written_at_the_end_of_the_interval_is_waited_for() -> None:
    post = Post()
    post.queue.writing = True
    post.arrive(SOON)
    await asyncio.sleep(2 * SOON.total_seconds())
    await post.looks_again()
    post.queue.ready.append(late := job())
    post.queue.writing = False
    await until(lambda: late.id in post.queue.succeeded)
    await post.is_over()


async def test_writer_that_does_not_end_is_not_waited_for_without_end() -> None:
    post = Post(settle=SOON)
    post.queue.writing = True
    post.arrive(SOON)
    await post.is_over()
    assert post.queue.writing_asked > 1


async def test_disabling_ends_the_wait_for_writers_too() -> None:
    post = Post()
    post.queue.writing = True
    post.arrive(SOON)
    await until(lambda: post.queue.writing_asked > 1)
    post.stopped = True
    await post.is_over()


async def test_without_the_privilege_to_see_writers_it_ends_with_the_interval() -> None:
    post = Post()
    post.queue.writing = True
    post.queue.writing_is_secret = True
    post.arrive(SOON)
    await post.is_over()
    assert post.queue.writing_asked == 1


async def test_more_than_one_claim_can_hold_is_worked_through() -> None:
    post = Post(concurrency=2)
    post.queue.ready.extend(job() for _ in range(40))
    post.arrive(10 * SOON)
    await until(lambda: len(post.queue.succeeded) == 40)
    await post.is_over()


async def test_full_worker_looks_again_when_a_slot_is_free() -> None:
    post, finish = Post(concurrency=1), asyncio.Event()

    @post.rig.handlers.handler("long")
    async def long(_context: Context, _payload: object) -> None:
        await finish.wait()

    post.queue.ready.extend([job("long"), second := job()])
    post.arrive(LONG)
    await until(lambda: post.rig.runner.running == 1)
    finish.set()
    await until(lambda: second.id in post.queue.succeeded)


async def test_work_without_end_needs_a_new_post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_S", 0.2)
    post = Post()

    @post.rig.handlers.handler("again")
    async def again(_context: Context, _payload: object) -> None:
        post.queue.ready.append(job("again"))

    post.queue.ready.append(job("again"))
    post.arrive(SOON)
    await post.is_over()
    assert len(post.queue.succeeded) > 1


def stop(post: Post) -> None:
    post.stopped = True


def close(post: Post) -> None:
    post.rig.runner._closing = True


@pytest.mark.parametrize("end", [stop, close])
async def test_it_ends_when_the_worker_is_disabled_or_shuts_down(
    end: Callable[[Post], None],
) -> None:
    post = Post()
    post.arrive(LONG)
    await post.looks_again()
    end(post)
    post.queue.ready.append(job())
    await post.is_over()
    assert len(post.queue.ready) == 1


async def test_database_that_is_away_for_a_moment_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_AWAY_LOOK_S", 0.01)
    post = Post()
    post.queue.away.append(gone())
    post.arrive(LONG)
    await post.looks_again()
    post.queue.ready.append(late := job())
    await until(lambda: late.id in post.queue.succeeded)


async def test_claim_does_not_wait_for_its_jobs() -> None:
    rig, finish = Rig(), asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await finish.wait()

    rig.queue.ready.extend([job(), job()])
    assert await rig.runner.claim(5, worker="w") == 2
    assert rig.runner.running == 2
    finish.set()
    await rig.runner.close(grace=LATER)
    assert len(rig.queue.succeeded) == 2
