"""From a spec to a rendered project in memory."""

from queuewright.render.project import HEADER, render, render_spec
from queuewright.render.tree import File, Owner, Rendering, Tree

__all__ = ["HEADER", "File", "Owner", "Rendering", "Tree", "render", "render_spec"]
