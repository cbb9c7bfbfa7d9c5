"""What a worker knows of its connections, for the kernel: what happened, what still runs, where the loop stands."""

import asyncio
import sys
import threading
import time

from ..record.printed import Printed
from ..record.recorder import Recorder


class Reporter:
    """Watches the event loop of a worker and reports what its recorder holds."""

    def __init__(self, recorder: Recorder, printed: list[Printed]) -> None:
        self.recorder, self.printed = recorder, printed
        self.loop: asyncio.AbstractEventLoop | None = None
        self.moving = threading.Event()  # the event loop does not stand still, as far as `watch` has seen
        self.moving.set()

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        loop.set_task_factory(self.recorder.task)

    def report(self, connections: int, printed: int) -> dict:
        """Return the connections after a number, and those still open, and the lines printed after a number.

        It waits until connections that are ending have ended, half a second at most.
        """
        settled = threading.Event()
        asyncio.run_coroutine_threadsafe(self.settle(settled), self.loop)
        moves = settled.wait(0.5 if self.moving.is_set() else 0.02)
        stuck = None if moves and self.moving.wait(1) else self.line()  # how long it stood still is noted by then
        seen = [c for c in list(self.recorder.connections) if c.number > connections or c.open]
        found = [{**c.as_dict(), "waits": self.recorder.place(c)} for c in seen]
        kept = list(self.recorder.printed)  # read once: a handler in a thread prints on meanwhile
        count = kept[-1][0] if kept else 0
        lines = [text for number, text in kept if number > printed]
        return {
            "count": self.recorder.count,
            "print_count": count,
            "connections": found,
            "printed": lines,
            "forgotten": count - printed - len(lines),  # printed before those, and not kept
            "stuck": stuck,
        }

    async def settle(self, settled: threading.Event) -> None:
        """Give the event loop a few turns, and connections whose client has gone 0.2 seconds to end."""
        for _ in range(5):
            await asyncio.sleep(0)
        ending = [asyncio.ensure_future(c.done.wait()) for c in self.recorder.connections if c.open and c.gone]
        if ending:
            _, pending = await asyncio.wait(ending, timeout=0.2)
            for waiter in pending:
                waiter.cancel()
        for stream in self.printed:
            stream.finish()
        settled.set()

    def line(self) -> dict:
        """Return the project's line at which the main thread is now, or an empty dict."""
        return self.recorder.running(sys._current_frames()[threading.main_thread().ident])

    def watch(self) -> None:
        """While connections are open, note the line at which the event loop stands still for 0.25 seconds."""
        while self.recorder.opened.wait():
            beat, began = threading.Event(), time.perf_counter()
            self.loop.call_soon_threadsafe(beat.set)
            if not beat.wait(0.25):
                self.moving.clear()
                entries = self.recorder.block(self.line())
                beat.wait()
                for entry in entries:
                    entry["seconds"] = time.perf_counter() - began
                self.moving.set()
            time.sleep(0.05)
