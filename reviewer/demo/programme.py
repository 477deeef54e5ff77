"""The programme of the demo: which stories there are, their numbered lines, and what a story waits for. No Qt."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Until:
    """Go on when ``is_so()``; ``what`` names it for people when it does not come within ``deadline_s``."""

    what: str
    is_so: Callable[[], bool]
    deadline_s: float = 20.0


Story = Generator[Until, None, Any]

HEADLINES = {1: "补正之后受理", 2: "过号、补号、不予受理", 3: "夜间存件，次日审查、决定、取件"}
"""The stories by number."""


@dataclass
class Programme:
    """The numbered lines and the times between them. ``tell`` prints a line."""

    tell: Callable[[str], None]
    clock: Callable[[], float]
    number: int = 0
    figures: dict[str, float] = field(default_factory=dict)

    def headline(self, number: int) -> None:
        """Announce a story."""
        self.tell(f"故事{'一二三'[number - 1]}：{HEADLINES[number]}")

    def line(self, words: str) -> None:
        """Say that a step is done."""
        self.number += 1
        self.tell(f"{self.number:3d}  {self.clock():6.2f} s  {words}")
