"""The demo: the bundled benchmark, rendered submissions, and studies to vote in."""

from app.demo.setup import Demo, set_up_demo

__all__ = ["Demo", "set_up_demo"]
