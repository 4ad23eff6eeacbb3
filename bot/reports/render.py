"""Typst: pictures and PDF from data, with the font we carry. Takes tens of milliseconds: call in a thread."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import typst

_PICTURE: Final = b"""
#set page(width: 960pt, height: auto, margin: 0pt)
#set text(font: "Noto Sans CJK SC")
#image(bytes(sys.inputs.svg), format: "svg", width: 960pt)
"""


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(files("noto_cjk_sans_otc"))]
    )


def png(svg: str) -> bytes:
    """The picture of a chart, 960 pixels wide."""
    return _compiled(_PICTURE, {"svg": svg}, "png", 72)


def pdf(template: bytes, data: Any) -> bytes:
    """A PDF of a template that reads its data from ``sys.inputs.data``; texts are never read as markup."""
    return _compiled(template, {"data": json.dumps(data, ensure_ascii=False)}, "pdf", None)


def _compiled(template: bytes, inputs: dict[str, str], kind: typst.OutputFormat, ppi: float | None) -> bytes:
    import typst  # 7 MB, and most processes draw nothing

    compiler = typst.Compiler(template, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs)
    result = compiler.compile(format=kind, ppi=ppi, timestamp=0)
    if not isinstance(result, bytes):
        raise ValueError("a picture has one page")
    return result
