from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from press_desk.models.classify import (
    Classifier,
    Guess,
    ModelUnavailable,
    pick_device,
)
from press_desk.runtime.task import Context, Permanent, Transient
from press_desk.sandbox.classify import (
    TEXTS,
    make,
)
from press_desk.tasks import classify as tasks
from press_desk.tasks.classify import (
    Message,
    Models,
    ModelSettings,
    classify,
    classify_many,
    sample,
    warm_up,
)

PARCEL = Message(message_id="m-1", text="where is my parcel, it has not arrived")
LOAD = Models._load
LOGIN = Message(message_id="m-2", text="I cannot log in, the password is not accepted")


class Calls:
    """Stands before the model, and counts."""

    def __init__(self, predict: Callable[[Sequence[str]], list[Guess]]) -> None:
        self._predict = predict
        self.batches: list[list[str]] = []
        self.out = False

    def __call__(self, texts: Sequence[str]) -> list[Guess]:
        self.batches.append(list(texts))
        if self.out:
            raise ModelUnavailable("the GPU is gone")
        return self._predict(texts)


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    tasks.models.cache_clear()
    model = make(tasks.FEATURES)
    counted = Calls(model.predict)
    monkeypatch.setattr(model, "predict", counted)
    monkeypatch.setattr(Models, "_load", staticmethod(lambda settings: model))
    yield counted
    tasks.models.cache_clear()


def test_finds_the_topic(run: Callable[..., Context]) -> None:
    result = classify(PARCEL, run())
    assert result["label"] == "delivery"
    assert result["message_id"] == "m-1"
    assert not result["degraded"]


def test_knows_every_text_it_learned_from(run: Callable[..., Context]) -> None:
    for label, texts in TEXTS.items():
        messages = [Message(message_id=f"m-{number}", text=text) for number, text in enumerate(texts)]
        results = classify_many(messages, [run(message.message_id) for message in messages])
        assert {result["label"] for result in results if isinstance(result, dict)} == {label}


def test_a_batch_is_one_call_and_keeps_its_order(run: Callable[..., Context], calls: Calls) -> None:
    results = classify_many([PARCEL, LOGIN], [run("a"), run("b")])
    assert [result["label"] for result in results if isinstance(result, dict)] == ["delivery", "account"]
    assert calls.batches == [[PARCEL.text, LOGIN.text]]


def test_a_text_that_is_known_needs_no_call(run: Callable[..., Context], calls: Calls) -> None:
    classify(PARCEL, run("a"))
    again = classify(PARCEL.model_copy(update={"message_id": "m-9"}), run("b"))
    assert again["message_id"] == "m-9"
    assert len(calls.batches) == 1


def test_another_model_knows_nothing_of_the_last_one(
    run: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = classify(PARCEL, run("a"))
    tasks.models.cache_clear()
    monkeypatch.setattr(Models, "_load", staticmethod(lambda settings: make(tasks.FEATURES // 2)))
    assert classify(PARCEL, run("b"))["model"] != first["model"]


def test_works_without_the_cache(run: Callable[..., Context], servers: dict[str, Any]) -> None:
    classify(PARCEL, run("a"))
    servers["cache"].connected = False
    assert classify(LOGIN, run("b"))["label"] == "account"


def test_one_bad_text_fails_alone(run: Callable[..., Context]) -> None:
    bad = Message(message_id="m-3", text="sandbox-reject")
    flaky = Message(message_id="m-4", text="sandbox-fail")
    good, refused, again = classify_many([PARCEL, bad, flaky], [run("a"), run("b"), run("c")])
    assert isinstance(good, dict)
    assert isinstance(refused, Permanent)
    assert isinstance(again, Transient)
    with pytest.raises(Permanent):
        classify(bad, run("d"))


def test_the_small_model_answers_while_the_model_is_out(run: Callable[..., Context], calls: Calls) -> None:
    calls.out = True
    degraded = [classify(PARCEL, run(str(number))) for number in range(5)]
    assert all(result["degraded"] and result["label"] == "delivery" for result in degraded)
    # after three failures it is not asked any more
    assert len(calls.batches) == 3


def test_what_the_small_model_said_is_not_kept(run: Callable[..., Context], calls: Calls) -> None:
    calls.out = True
    classify(PARCEL, run("a"))
    calls.out = False
    assert not classify(PARCEL, run("b"))["degraded"]


def test_starts_degraded_where_the_model_does_not_load(
    run: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "_load", staticmethod(LOAD))
    monkeypatch.setattr(ModelSettings, "load", lambda: ModelSettings(model_path=Path("/nowhere/model.npz")))
    assert classify(PARCEL, run())["degraded"]


def test_warm_up_asks_the_model(calls: Calls) -> None:
    warm_up()
    assert len(calls.batches) == 1


def test_inputs_are_bounded() -> None:
    with pytest.raises(ValidationError):
        Message(message_id="m-1", text="x" * 8001)
    with pytest.raises(ValidationError):
        Message(message_id="../m", text="hello")


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    made = make(64)
    np.savez(tmp_path / "model.npz", weights=made._weights, labels=np.array(made.labels))
    loaded = Classifier.load(tmp_path / "model.npz")
    assert loaded.version == made.version
    assert loaded.predict([PARCEL.text]) == made.predict([PARCEL.text])


def test_a_broken_model_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable):
        Classifier.load(tmp_path / "model.npz")


def test_without_a_gpu_the_cpu_is_taken() -> None:
    assert pick_device("cpu") == "cpu"
    assert pick_device("auto") in {"cpu", "cuda"}


def test_samples_are_valid() -> None:
    assert len({sample(number).text for number in range(40)}) == 20
