"""Your tasks: one module a workload. `runtime/modules.py` lists those that the workers import."""
