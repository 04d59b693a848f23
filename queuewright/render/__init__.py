"""From a spec to a rendered project in memory."""

from typing import TYPE_CHECKING, Any

from queuewright.render.tree import File, Owner, Rendering, Tree

if TYPE_CHECKING:
    from queuewright.render.project import HEADER, render, render_spec

__all__ = ["HEADER", "File", "Owner", "Rendering", "Tree", "render", "render_spec"]


def __getattr__(name: str) -> Any:
    """What renders is imported when it is used: who only compares trees needs neither Jinja nor the advisor."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from queuewright.render import project

    return getattr(project, name)
