from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from time import time

import httpx2
import pytest


def answering(*answers: httpx2.Response | Exception) -> tuple[httpx2.Client, list[httpx2.Request]]:
    from demo_shop.runtime import http

    requests: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        reply = answers[len(requests) - 1]
        if isinstance(reply, Exception):
            raise reply
        return reply

    return http.client("sandbox:", sandbox=answer), requests


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "Refused"),
        (401, "Refused"),
        (404, "Refused"),
        (408, "Uncertain"),
        (422, "Refused"),
        (425, "Transient"),
        (429, "Busy"),
        (500, "Uncertain"),
        (501, "Refused"),
        (502, "Uncertain"),
        (503, "Transient"),
        (504, "Uncertain"),
    ],
)
def test_sorts_answers_by_what_can_be_done(status: int, error: str) -> None:
    from demo_shop.runtime import http
    from demo_shop.runtime.task import Permanent, Transient

    client, _ = answering(httpx2.Response(status))
    with pytest.raises((Transient, Permanent)) as raised:
        http.call(client, "GET", "/x")
    assert type(raised.value).__name__ == error
    assert isinstance(raised.value, Permanent) == (error == "Refused")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ConnectError("refused"), "Transient"),
        (httpx2.ConnectTimeout("slow"), "Transient"),
        (httpx2.PoolTimeout("full"), "Transient"),
        (httpx2.ReadTimeout("slow"), "Uncertain"),
        (httpx2.WriteError("gone"), "Uncertain"),
        (httpx2.RemoteProtocolError("cut"), "Uncertain"),
    ],
)
def test_tells_what_was_not_sent_from_what_may_have_been_worked(error: Exception, kind: str) -> None:
    from demo_shop.runtime import http
    from demo_shop.runtime.task import Transient

    client, _ = answering(error)
    with pytest.raises(Transient) as raised:
        http.call(client, "GET", "/x")
    assert type(raised.value).__name__ == kind


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
        ({"Retry-After": "9" * 400}, 3600.0),
    ],
)
def test_reads_retry_after(header: dict[str, str], seconds: float | None) -> None:
    from demo_shop.runtime import http

    assert http.retry_after(httpx2.Response(503, headers=header)) == seconds


def test_reads_retry_after_as_a_date() -> None:
    from demo_shop.runtime import http

    date = formatdate(time() + 60, usegmt=True)
    later = http.retry_after(httpx2.Response(503, headers={"Retry-After": date}))
    assert later is not None
    assert 55 < later <= 60


def test_a_write_needs_a_key_and_sends_it() -> None:
    from demo_shop.runtime import http

    client, requests = answering(httpx2.Response(200))
    with pytest.raises(ValueError, match="idempotency key"):
        http.call(client, "POST", "/x", json={})
    http.call(client, "POST", "/x", key="task-1", headers={"Retry-Attempt": "0"}, json={})
    assert requests[0].headers["Idempotency-Key"] == "task-1"
    assert requests[0].headers["Retry-Attempt"] == "0"


@contextmanager
def server(reply: bytes) -> Iterator[str]:
    """Answers each connection with these bytes once it has sent something, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_over_a_real_connection() -> None:
    from demo_shop.runtime import http
    from demo_shop.runtime.task import Transient

    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    with server(ok) as url, http.client(url, sandbox=pytest.fail) as client:
        assert http.call(client, "GET", "/x").text == "ok"
    with server(b"") as url, http.client(url, sandbox=pytest.fail) as client, pytest.raises(http.Uncertain):
        http.call(client, "GET", "/x")
    with http.client(url, sandbox=pytest.fail) as client, pytest.raises(Transient) as raised:
        http.call(client, "GET", "/x")
    assert type(raised.value) is Transient
