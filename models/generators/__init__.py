"""Image-to-video models (generators) behind one protocol, and the adapters that run them."""
