"""Sprites: small clips in which only the text decides which object moves, where to, and how far."""

from benchmark.scenes.sprites.splits import Split
from benchmark.scenes.sprites.sprite_clips import SpriteClip, enlarged, held_out_clips, training_clip
from benchmark.scenes.sprites.sprite_requests import Amount, Direction, Request, RequestKind
from benchmark.scenes.sprites.sprite_settings import RETEST_SPRITES, SpriteSettings
from benchmark.scenes.sprites.words import COLOURS, SHAPES, vocabulary

__all__ = [
    "COLOURS",
    "RETEST_SPRITES",
    "SHAPES",
    "Amount",
    "Direction",
    "Request",
    "RequestKind",
    "Split",
    "SpriteClip",
    "SpriteSettings",
    "enlarged",
    "held_out_clips",
    "training_clip",
    "vocabulary",
]
