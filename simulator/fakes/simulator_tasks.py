"""Stands in for MicroPython's built-in `_asyncio`. MicroPython only, never on a real box.

The built-in task queue stamps a task that is ready now with the host's real clock, in C, past
any fake `time`. This one asks the fake clock. Same interface, which asyncio/core.py expects:
Task(coroutine, globals) with coro, data, state, ph_key; TaskQueue with push, pop, peek, remove.
"""

from time import ticks_diff, ticks_ms


class TaskQueue:
    """Tasks by the tick they are due at (`ph_key`), first come first served within one tick."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, due=None):
        due = ticks_ms() if due is None else due
        task.ph_key = due
        task.data = None
        tasks = self._tasks
        at = len(tasks)
        while at and ticks_diff(tasks[at - 1].ph_key, due) > 0:
            at -= 1
        tasks.insert(at, task)

    def pop(self):
        return self._tasks.pop(0)

    def remove(self, task):
        self._tasks.remove(task)


class Task:
    """A coroutine and its state: True running, a TaskQueue of waiters, None or False when done."""

    def __init__(self, coro, context=None):
        self.coro = coro
        self.data = None  # what to throw into it, the queue it waits on, or its result when done
        self.state = True
        self.ph_key = 0
        self._context = context

    def __iter__(self):
        if not self.state:
            self.state = False  # done, and now awaited
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("Task can't be awaited")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        current = self._context["cur_task"]
        self.state.push(current)
        current.data = self  # so that cancelling the waiter cancels this task
        return None

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        if self is self._context["cur_task"]:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        ready = self._context["_task_queue"]
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            ready.push(task)
        elif ticks_diff(task.ph_key, ticks_ms()) > 0:
            ready.remove(task)
            ready.push(task)
        task.data = self._context["CancelledError"]
        return True
