"""Tasks and their queue for asyncio, by the virtual clock.

Stands in for MicroPython's C module `_asyncio`, which asks the machine's clock and so would never
run a task in virtual time.  The attributes are those that asyncio/core.py reads and writes.
"""

from time import ticks_diff, ticks_ms

import _link


class TaskQueue:
    """Tasks in order of the time they are due; those of one time in order of arrival."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        task.data = None
        task.ph_key = ticks_ms() if key is None else key
        at = len(self._tasks)
        while at and ticks_diff(self._tasks[at - 1].ph_key, task.ph_key) > 0:
            at -= 1
        try:
            self._tasks.insert(at, task)
        except MemoryError:
            _link.relieve()  # a queue in C takes no memory, so no task may be lost for want of it
            self._tasks.insert(at, task)

    def pop(self):
        return self._tasks.pop(0)

    def remove(self, task):
        self._tasks.remove(task)


class Task:
    """A coroutine that runs on its own; can be awaited and cancelled."""

    def __init__(self, coro, core=None):
        self.coro = coro
        self.data = None  # what it waits on, or how it ended
        self.state = (
            True  # True running, TaskQueue awaited, a callable, None ended, False retrieved
        )
        self.ph_key = 0
        self._core = core

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        waiting = self._core["cur_task"]
        self.state.push(waiting)
        waiting.data = self

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        if self is self._core["cur_task"]:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        run_queue = self._core["_task_queue"]
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            run_queue.push(task)
        elif ticks_diff(task.ph_key, ticks_ms()) > 0:
            run_queue.remove(task)
            run_queue.push(task)
        task.data = self._core["CancelledError"]
        return True
