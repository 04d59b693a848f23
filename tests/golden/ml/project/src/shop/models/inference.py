"""A classifier of short texts: words and pairs of words, hashed, times one matrix.

Replace `Classifier` by yours (PyTorch, ONNX Runtime, scikit-learn …) and keep its two promises: `load` gives a model that is
ready, `predict` works on a whole batch by one call.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

Device = Literal["cpu", "cuda"]
Matrix = NDArray[np.float32]

_WORD = re.compile(r"[a-z']+")


class ModelUnavailable(Exception):
    """The model cannot be loaded, or cannot answer now. It says nothing about the input."""


@dataclass(frozen=True, slots=True)
class Guess:
    label: str
    score: float
    """Probability, 0 to 1."""


class Classifier:
    def __init__(self, weights: Matrix, labels: Sequence[str], device: Device = "cpu") -> None:
        self.labels = tuple(labels)
        self.device = device
        self.version = hashlib.sha256(weights.tobytes() + "\0".join(labels).encode()).hexdigest()[:12]
        self._features = weights.shape[0]
        self._weights: Any = weights if device == "cpu" else _torch().from_numpy(weights).to(device)

    @classmethod
    def load(cls, path: Path, device: Device = "cpu") -> Self:
        """Reads an .npz with `weights` (features x labels) and `labels`. Raises ModelUnavailable."""
        try:
            # a pickle in the file would run code
            with np.load(path, allow_pickle=False) as arrays:
                weights = arrays["weights"].astype(np.float32)
                return cls(weights, [str(each) for each in arrays["labels"]], device)
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise ModelUnavailable(f"{path}: {error}") from error

    def predict(self, texts: Sequence[str]) -> list[Guess]:
        """One call for the whole batch. Raises ModelUnavailable."""
        inputs = np.stack([vector(text, self._features) for text in texts])
        try:
            chances = softmax(self._multiply(inputs))
        except (RuntimeError, MemoryError) as error:
            # PyTorch reports a lost or full GPU this way
            raise ModelUnavailable(str(error)) from error
        return [Guess(self.labels[int(row.argmax())], round(float(row.max()), 4)) for row in chances]

    def _multiply(self, inputs: Matrix) -> Matrix:
        if self.device == "cpu":
            product: Matrix = inputs @ self._weights
            return product
        torch = _torch()
        with torch.inference_mode():
            result: Matrix = (torch.from_numpy(inputs).to(self.device) @ self._weights).cpu().numpy()
        return result


def vector(text: str, features: int) -> Matrix:
    """Counts of words and pairs of words, of length 1."""
    words = _WORD.findall(text.lower())
    counts = np.zeros(features, dtype=np.float32)
    for token in (*words, *(f"{first} {second}" for first, second in pairwise(words))):
        counts[zlib.crc32(token.encode()) % features] += 1
    counts /= max(1.0, float(np.linalg.norm(counts)))
    return counts


def softmax(scores: Matrix) -> Matrix:
    raised: Matrix = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares


def pick_device(wanted: Literal["auto", "cpu", "cuda"]) -> Device:
    """CUDA where PyTorch is installed and sees a GPU; else the CPU. `cuda` insists: raises ModelUnavailable.

    Called in the process that runs the tasks, never before a fork: CUDA does not survive one.
    """
    if wanted == "cpu":
        return "cpu"
    if importlib.util.find_spec("torch") is not None and _torch().cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise ModelUnavailable("no GPU is visible, or PyTorch is not in requirements/app.txt")
    return "cpu"


def _torch() -> Any:
    return importlib.import_module("torch")
