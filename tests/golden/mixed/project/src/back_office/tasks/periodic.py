"""When what is enqueued by itself. The scheduler reads this; the times are UTC."""

from __future__ import annotations

from back_office.runtime.schedule import periodic
from back_office.runtime.task import tasks_of

# the first task of nightly, with its sample, every hour: change it to what you need
for _task in tasks_of("nightly"):
    if _task.sample is not None:
        periodic("nightly-hourly", _task, _task.sample(0), cron="0 * * * *")
        break
