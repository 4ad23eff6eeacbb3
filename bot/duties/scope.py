"""For whom an occurrence is: its duty's audience, inside its plan pack and its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.duties.audience import Audience, Both, Either, Except, InUnit
from bot.duties.plan_values import Duty
from bot.duties.rules import Do


@dataclass(frozen=True, slots=True)
class Families:
    """Those of a letter: guardians by where their children are, everybody else by their own unit.

    ``inside`` is a tree of units.
    """

    to: Audience
    inside: Audience


Aim = Audience | Families


def limited(
    duty: Duty, pack: str, packs: Mapping[str, str], default_pack: str, unit: str = ""
) -> Aim | None:
    """The audience among the units that work under this pack, the nearest pack up the tree winning.

    ``unit`` narrows it further. ``None``: no unit works under the pack.
    """
    inside: Audience | None = InUnit("") if pack == default_pack else None
    for top in sorted(packs, key=lambda path: path.count("/")):
        if packs[top] == pack:
            here = InUnit(top)
            inside = here if inside is None else Either(inside, here)
        elif inside is not None:
            inside = Except(inside, InUnit(top))
    if inside is None:
        return None
    inside = Both(inside, InUnit(unit)) if unit else inside
    return Families(duty.to, inside) if duty.do is Do.LETTER else Both(duty.to, inside)
