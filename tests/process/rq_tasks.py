"""Stands in for the tasks of the rendered project: it traces what runs where, and misbehaves on demand."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..runtime.task import Batch, Context, Permanent, Transient, task


class Order(BaseModel):
    do: str = "work"
    seconds: float = 0.0


def trace(what: str, context: Context) -> None:
    line = f"{what} {context.id} {os.getpid()} {context.deliveries}\n"
    with Path(os.environ["TRACE"]).open("a") as file:
        file.write(line)


def obey(order: Order) -> None:
    time.sleep(order.seconds)
    match order.do:
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stick":
            # in C, with the interpreter lock, for ever
            -1 in itertools.count()  # noqa: B015
        case "refuse":
            raise Permanent("refused")


@task(workload="single", payload=Order)
def single(order: Order, context: Context) -> str:
    trace("start", context)
    obey(order)
    trace("end", context)
    return order.do


@task(workload="ranked", payload=Order)
def ranked(order: Order, context: Context) -> str:
    trace(order.do, context)
    return order.do


def many(orders: Sequence[Order], contexts: Sequence[Context]) -> list[Any]:
    for context in contexts:
        trace(f"batch-of-{len(orders)}", context)
    for order in orders:
        obey(order)
    return [
        Transient("once more") if order.do == "again" and context.attempt == 1 else f"batched {order.do}"
        for order, context in zip(orders, contexts, strict=True)
    ]


@task(workload="batched", payload=Order, batch=Batch(many, max_size=4, max_wait_s=0.5))
def batched(order: Order, context: Context) -> str:
    trace("alone", context)
    obey(order)
    return f"alone {order.do}"
