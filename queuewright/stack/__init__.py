"""The StackPlan, and how it is built."""

from queuewright.stack.build import build_plan, complete, plan_spec
from queuewright.stack.components import is_rendered
from queuewright.stack.plan import StackPlan

__all__ = ["StackPlan", "build_plan", "complete", "is_rendered", "plan_spec"]
