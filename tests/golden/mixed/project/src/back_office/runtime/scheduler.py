# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The scheduler process enqueues periodic tasks: `python -m back_office.runtime.scheduler`. One runs, never two.

Each turn of an entry has an id of its own (the idempotency key is its name and the time it was due), so that a second
scheduler, by mistake or for a moment while a new one starts, does no work twice.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import BaseSchedule, crontab
from celery.schedules import schedule as interval

from . import logs
from .celery_app import celery_app
from .config import RuntimeSettings
from .health import beat
from .modules import load_tasks
from .producer import EnqueueError
from .schedule import Periodic, periodic_tasks

_log = logs.get("scheduler")


class Enqueuer(Scheduler):  # type: ignore[misc]
    """Celery's scheduler, but what is due goes through our producer: validated, in our envelope, with a key."""

    def setup_schedule(self) -> None:
        self.merge_inplace({name: _entry(each) for name, each in periodic_tasks().items()})

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **_: Any) -> None:
        periodic = periodic_tasks()[entry.name]
        due = self._due(entry)
        if advance:
            self.reserve(entry)
        try:
            task_id = periodic.task.enqueue(periodic.payload, key=f"{entry.name}@{due}")
        except EnqueueError as error:
            _log.error("periodic_not_enqueued", name=entry.name, due=due, error=str(error))
            return
        _log.info("periodic_enqueued", name=entry.name, due=due, task_id=task_id)

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        beat(RuntimeSettings.load().heartbeat_file)
        return super().tick(*args, **kwargs)

    def _due(self, entry: ScheduleEntry) -> int:
        """Unix time of this turn, the same in every scheduler: the minute of a cron entry, the step of an interval."""
        now: datetime = entry.default_now()
        step = (
            60
            if isinstance(entry.schedule, crontab)
            else max(1, int(entry.schedule.run_every.total_seconds()))
        )
        return int(now.timestamp()) // step * step


def _entry(periodic: Periodic) -> dict[str, Any]:
    schedule: BaseSchedule = (
        crontab.from_string(periodic.cron) if periodic.cron else interval(float(periodic.every_s or 0))
    )
    return {"task": periodic.task.name, "schedule": schedule}


def main() -> int:
    settings = RuntimeSettings.load()
    logs.configure(settings.log_level)
    load_tasks()
    app = celery_app()
    app.conf.timezone = "UTC"
    app.Beat(scheduler_cls=Enqueuer, loglevel=settings.log_level, quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
