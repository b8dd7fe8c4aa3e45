"""The worked examples of the instructions, one for each justification.

Clip A wins two examples, and clip B wins two. benchmark/scenes/worked_examples.py renders the clips.
"""

from dataclasses import dataclass

from app.languages import gettext_noop
from benchmark.protocol import Choice


@dataclass(frozen=True, kw_only=True)
class WorkedExample:
    """An example. The texts are English; the page translates them."""

    title: str
    explanation: str
    scene: str
    image_text: str
    prompt: str
    winner: Choice
    look_at: str
    in_a: str
    in_b: str
    conclusion: str

    @property
    def image(self) -> str:
        return f"examples/{self.scene}.webp"

    @property
    def a_wins(self) -> bool:
        return self.winner is Choice.LEFT

    def clip(self, letter: str) -> str:
        return f"examples/{self.scene}_{letter.lower()}.mp4"


_FISH = {
    "scene": "fish",
    "image_text": gettext_noop("Input image: three fish and a chest under water"),
    "prompt": gettext_noop("The orange fish darts out of view on the left."),
}
_KITES = {
    "scene": "kites",
    "image_text": gettext_noop("Input image: a red, a yellow and a blue kite above a meadow"),
    "prompt": gettext_noop("Only the yellow kite turns upside down, the other two hang still."),
}
WORKED_EXAMPLES = (
    WorkedExample(
        **_FISH,
        title=gettext_noop("Image alignment"),
        explanation=gettext_noop("It stays closer to the input image."),
        winner=Choice.LEFT,
        look_at=gettext_noop("The colours."),
        in_a=gettext_noop("All colours stay as in the image."),
        in_b=gettext_noop("The colours fade. At the end everything is grey."),
        conclusion=gettext_noop("A is better. It keeps the colours of the image."),
    ),
    WorkedExample(
        **_FISH,
        title=gettext_noop("Text alignment"),
        explanation=gettext_noop("It does more of what the text asks."),
        winner=Choice.RIGHT,
        look_at=gettext_noop("The orange fish."),
        in_a=gettext_noop("The orange fish stays where it is."),
        in_b=gettext_noop("The orange fish swims out of view on the left."),
        conclusion=gettext_noop("B is better. The text asks for this."),
    ),
    WorkedExample(
        **_KITES,
        title=gettext_noop("Object motion"),
        explanation=gettext_noop("Things move more naturally."),
        winner=Choice.RIGHT,
        look_at=gettext_noop("How the kites move."),
        in_a=gettext_noop("The whole picture slides upwards. No kite moves by itself."),
        in_b=gettext_noop("The yellow kite turns in one smooth motion."),
        conclusion=gettext_noop("B is better. A kite moves like this."),
    ),
    WorkedExample(
        **_KITES,
        title=gettext_noop("Overall quality"),
        explanation=gettext_noop("It looks cleaner, with fewer glitches."),
        winner=Choice.LEFT,
        look_at=gettext_noop("How clear the picture is."),
        in_a=gettext_noop("The picture stays sharp and steady."),
        in_b=gettext_noop("The picture gets blurry and flickers."),
        conclusion=gettext_noop("A is better. It has no flicker and no blur."),
    ),
)
