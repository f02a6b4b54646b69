"""A process of handlers: does what comes over its socket, one call at a time."""

from __future__ import annotations

import logging
import os
import signal
import socket
from logging.handlers import QueueHandler
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from supaops.worker.endings import Ended, failed
from supaops.worker.executors.call import perform, portable
from supaops.worker.executors.frames import packed, read_body, unpacked


def main(descriptor: int, level: int) -> None:
    """Work until the worker closes the socket or dies, or SIGTERM comes.

    Args:
        descriptor: the socket's, inherited.
        level: below which the worker logs nothing.
    """
    if os.getpgrp() != os.getpid():
        os.setsid()  # what ends with this process must be its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which tells us
    child = Child(socket.socket(fileno=descriptor))
    signal.signal(signal.SIGTERM, child.stop)
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(_ToWorker(child))  # without a format: the worker has its own
    child.run()


class Child:
    """The process's end of the socket."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._calls: SimpleQueue[bytes] = SimpleQueue()
        self._stop = Event()
        self._busy = False
        self._sending = Lock()

    def run(self) -> None:
        """Do one call after the other, in the main thread."""
        Thread(target=self._receive, daemon=True).start()
        while not self._stop.is_set():
            body = self._calls.get()
            self._busy = True
            self.send(self._outcome(body))
            self._busy = False

    def stop(self, *_: object) -> None:
        """Tell the handler that it is cancelled; the process ends with it."""
        self._stop.set()
        if not self._busy:
            os._exit(0)

    def send(self, content: Any) -> None:
        """Send an object, from any thread."""
        frame = packed(content)
        with self._sending:
            self._peer.sendall(frame)

    def _outcome(self, body: bytes) -> Ended:
        try:
            call = unpacked(body)
        except BaseException as error:  # the handler's module is imported here
            return portable(failed(error))
        return perform(call, self._stop.is_set)

    def _receive(self) -> None:
        with self._peer.makefile("rb") as stream:
            while (body := read_body(stream)) is not None:
                self._calls.put(body)
        # The worker is gone, and nobody would take the outcome: end, with what was started here.
        os.killpg(os.getpgrp(), signal.SIGKILL)


class _ToWorker(QueueHandler):
    """Hands each record to the worker, whose handlers format it and write it."""

    def __init__(self, child: Child) -> None:
        super().__init__(SimpleQueue())
        self._child = child

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send a record, whose arguments are a part of its message by now."""
        self._child.send(record)
