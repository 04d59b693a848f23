# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The mechanisms that tasks run on. Refreshed by `qw render`: change the spec, or your own modules, not these."""
