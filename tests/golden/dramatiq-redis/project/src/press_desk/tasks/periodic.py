"""When what is enqueued by itself. The scheduler reads this; the times are UTC."""

from __future__ import annotations

from press_desk.runtime.schedule import periodic
from press_desk.runtime.task import tasks_of

# the first task of web-hooks, with its sample, every hour: change it to what you need
for _task in tasks_of("web-hooks"):
    if _task.sample is not None:
        periodic("web-hooks-hourly", _task, _task.sample(0), cron="0 * * * *")
        break
