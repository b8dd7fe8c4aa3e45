"""The models of the scene engine, by name.

Import this module to list the models without importing the engine.
"""

from types import MappingProxyType

SYNTHETIC_MODELS = MappingProxyType(
    {
        "reference": "The reference: the scene engine carries out the prompt.",
        "static": "The input image repeated; nothing moves.",
        "wrong-action": "Another prompt's motion on the same image.",
        "zoom": "A slow zoom into the image; the prompt is ignored.",
        "drift": "The whole image shifts in the direction of the prompt; the object itself does not move.",
    }
)
