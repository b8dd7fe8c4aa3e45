"""Sets up the demo: the bundled benchmark, submissions with rendered clips, and studies to vote in."""

from app.demo.setup import Demo, set_up_demo

__all__ = ["Demo", "set_up_demo"]
