"""For whom an occurrence is: its duty's audience, inside its plan pack and its unit."""

from __future__ import annotations

from collections.abc import Mapping

from bot.duties.audience import Audience, Both, Either, Except, InUnit


def limited(
    to: Audience, pack: str, packs: Mapping[str, str], default_pack: str, unit: str = ""
) -> Audience | None:
    """The audience among the units that work under this pack, the nearest pack up the tree winning.

    ``unit`` narrows it further. ``None``: no unit works under the pack.
    """
    inside: Audience | None = to if pack == default_pack else None
    for top in sorted(packs, key=lambda path: path.count("/")):
        if packs[top] == pack:
            here = Both(to, InUnit(top))
            inside = here if inside is None else Either(inside, here)
        elif inside is not None:
            inside = Except(inside, InUnit(top))
    return Both(inside, InUnit(unit)) if inside is not None and unit else inside
