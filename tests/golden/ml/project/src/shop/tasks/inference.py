"""Sorts the messages of customers by topic, with a model that is loaded once a process and asked in batches.

Replace the payload, `Models` and `save`. Keep the order: what is known needs no model; what cannot be worked fails alone;
the rest is one call; and while the model is out, a smaller one answers and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from ..models.inference import Classifier, Guess, ModelUnavailable, pick_device
from ..runtime import logs
from ..runtime.breaker import Breaker, CircuitOpen
from ..runtime.cache import Cache
from ..runtime.config import RuntimeSettings
from ..runtime.hooks import on_worker_start
from ..runtime.stores import cache_store
from ..runtime.task import Batch, Context, Permanent, Transient, task
from ..sandbox import obey
from ..sandbox.inference import make, text

NAME = "inference"
FEATURES, SMALL_FEATURES = 4096, 256
_log = logs.get(NAME)


class ModelSettings(RuntimeSettings):
    """From the environment, with this prefix."""

    model_config = SettingsConfigDict(env_prefix="inference_", protected_namespaces=())

    model_path: Path | None = None
    """An .npz as `models/inference.py` reads it; None: the sandbox makes one."""
    small_model_path: Path | None = None
    """Answers while the model cannot: small enough for the CPU."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    cache_ttl_s: int = 300


class Message(BaseModel):
    # An input without a bound can take all memory; refused here, it never reaches the model.
    model_config = ConfigDict(frozen=True, extra="forbid")

    message_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    text: str = Field(min_length=1, max_length=8000)


class Topic(BaseModel):
    """The result. Degraded: the small model answered; ask again later if it matters."""

    message_id: str
    label: str
    score: float
    model: str
    """Version: two results are comparable where it is the same."""
    degraded: bool = False


class Models:
    """The model, its stand-in and what it knows already. One a process."""

    def __init__(self, settings: ModelSettings) -> None:
        small = settings.small_model_path
        self._small = Classifier.load(small) if small else make(SMALL_FEATURES)
        self._model = self._load(settings)
        # after three failures in a row the model is left alone for half a minute
        self._breaker = Breaker(f"{NAME}-model", fail_max=3, reset_s=30, ignore=())
        self._known = Cache(f"{NAME}-topic", Topic, store=cache_store(), ttl_s=settings.cache_ttl_s)

    def known(self, message: Message) -> Topic | None:
        """What the model of now said about this text before. A new version of it knows nothing yet."""
        if self._model is None:
            return None
        found = self._known.get(self._model.version, message.text)
        return found.model_copy(update={"message_id": message.message_id}) if found else None

    def ask(self, messages: Sequence[Message]) -> list[Topic]:
        texts = [message.text for message in messages]
        try:
            if self._model is None:
                raise ModelUnavailable("it did not load")
            guesses = self._breaker.call(self._model.predict, texts)
        except (ModelUnavailable, CircuitOpen) as error:
            _log.warning("degraded", reason=str(error), messages=len(texts))
            return [
                _topic(message, guess, self._small, degraded=True)
                for message, guess in zip(messages, self._small.predict(texts), strict=True)
            ]
        topics = []
        for message, guess in zip(messages, guesses, strict=True):
            topics.append(_topic(message, guess, self._model))
            self._known.put(topics[-1], self._model.version, message.text)
        return topics

    @staticmethod
    def _load(settings: ModelSettings) -> Classifier | None:
        """None: degraded from the start, and loud about it; a restart tries again."""
        try:
            path, device = settings.model_path, pick_device(settings.device)
            model = Classifier.load(path, device) if path else make(FEATURES, device)
        except ModelUnavailable as error:
            _log.error("model_unavailable", reason=str(error))
            return None
        _log.info("model_loaded", version=model.version, device=device)
        return model


@cache
def models() -> Models:
    return Models(ModelSettings.load())


@on_worker_start(NAME)
def warm_up() -> None:
    # The first call compiles kernels and fills caches: it must not be a user's.
    models().ask([Message(message_id="warm-up", text=text(number)) for number in range(16)])


def classify_many(
    messages: Sequence[Message], contexts: Sequence[Context]
) -> list[dict[str, Any] | Exception]:
    """A result for each message, in order; an exception in its place fails that one alone."""
    found: dict[int, Topic | Exception] = {}
    for index, message in enumerate(messages):
        answer = models().known(message) or _sandbox(message)
        if answer is not None:
            found[index] = answer
    asked = [index for index in range(len(messages)) if index not in found]
    if asked:
        found.update(zip(asked, models().ask([messages[index] for index in asked]), strict=True))
    results: list[dict[str, Any] | Exception] = []
    for index in range(len(messages)):
        answer = found[index]
        results.append(answer if isinstance(answer, Exception) else answer.model_dump())
    return results


def sample(number: int) -> Message:
    return Message(message_id=f"message-{number}", text=text(number))


# A call costs nearly as much for one input as for many, so what waits is worked together.
@task(
    workload=NAME,
    payload=Message,
    sample=sample,
    batch=Batch(classify_many, max_size=16, max_wait_s=0.02),
)
def classify(message: Message, context: Context) -> dict[str, Any]:
    """Find the topic of a message."""
    result = classify_many([message], [context])[0]
    if isinstance(result, Exception):
        raise result
    return result


def _topic(message: Message, guess: Guess, model: Classifier, *, degraded: bool = False) -> Topic:
    return Topic(
        message_id=message.message_id,
        label=guess.label,
        score=guess.score,
        model=model.version,
        degraded=degraded,
    )


def _sandbox(message: Message) -> Exception | None:
    """Lets a text misbehave, for tests and drills; `sandbox/__init__.py` says how. Yours to delete."""
    match obey(message.text):
        case "fail":
            return Transient("the sandbox was told to fail")
        case "reject":
            return Permanent("the sandbox was told to refuse this text")
        case _:
            return None
