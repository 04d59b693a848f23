"""The example of every rendered README: a task of the project, sent as it is written there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from tools.golden import GOLDEN, cases

SEND = """
import importlib.util, json, sys, types
from unittest.mock import MagicMock
if importlib.util.find_spec("numpy") is None:  # a sender needs none of the model
    sys.modules.update({"numpy": MagicMock(), "numpy.typing": MagicMock()})
sent = []
adapter = types.ModuleType(sys.argv[1] + ".runtime.adapter")
adapter.SEND_ERRORS = ()
adapter.send = lambda envelope, **options: sent.append(envelope)
sys.modules[adapter.__name__] = adapter
scope = {}
exec(sys.stdin.read(), scope)
(envelope,) = sent
assert scope["task_id"] == envelope.id
print(json.dumps([envelope.task, envelope.key]))
"""


@pytest.mark.parametrize("case", sorted(path.name for path in cases()))
def test_the_example_sends_a_task_of_the_first_workload(case: str) -> None:
    root = GOLDEN / case / "project"
    (block,) = re.findall(r"(?ms)^```python\n(.*?)^```", (root / "README.md").read_text(encoding="utf-8"))
    workload = yaml.safe_load((GOLDEN / case / "queuewright.yaml").read_text(encoding="utf-8"))["workloads"][
        0
    ]["name"]
    (package,) = (path.parent.name for path in root.glob("src/*/__init__.py"))
    done = subprocess.run(
        [sys.executable, "-c", SEND, package],
        input=block,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    task, key = json.loads(done.stdout.splitlines()[-1])
    assert task.partition(".")[0] == workload
    assert key == "order-4711"
