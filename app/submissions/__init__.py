"""Models under evaluation hand in their clips here."""
