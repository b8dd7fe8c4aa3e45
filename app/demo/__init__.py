"""What a fresh installation starts with: the bundled benchmark, drawn submissions and studies to vote in."""

from app.demo.setup import Demo, set_up_demo

__all__ = ["Demo", "set_up_demo"]
