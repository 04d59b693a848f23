"""queuewright.yaml, the file that the user owns: read with every problem and its place, written, described."""

from queuewright.spec.answers import conflicts
from queuewright.spec.dump import MODELINE, SCHEMA_FILE, dump
from queuewright.spec.loader import FILE_NAME, LoadedSpec, load, load_answers, loads
from queuewright.spec.model import Answers, Spec, StackChoice, Workload
from queuewright.spec.pairs import answers_from_pairs
from queuewright.spec.schema import json_schema

__all__ = [
    "FILE_NAME",
    "MODELINE",
    "SCHEMA_FILE",
    "Answers",
    "LoadedSpec",
    "Spec",
    "StackChoice",
    "Workload",
    "answers_from_pairs",
    "conflicts",
    "dump",
    "json_schema",
    "load",
    "load_answers",
    "loads",
]
