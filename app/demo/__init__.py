"""The demo: the bundled benchmark, submissions with rendered clips, and studies in which one can vote."""

from app.demo.setup import Demo, set_up_demo

__all__ = ["Demo", "set_up_demo"]
