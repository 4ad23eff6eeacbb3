"""A document as PDF."""

from __future__ import annotations

from typing import Final

from bot.reports import render
from bot.reports.documents import Document, to_json

_TEMPLATE: Final = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, author: data.author)
#set page(
  paper: "a4", margin: (x: 2.1cm, top: 2.2cm, bottom: 2cm),
  footer: context [
    #set text(8pt, fill: luma(110))
    #data.footer #h(1fr) 第 #counter(page).display() 页，共 #counter(page).final().first() 页
  ],
)
#set text(font: "Noto Sans CJK SC", size: 10.5pt, lang: "zh", region: "cn")
#set par(leading: 0.85em, spacing: 1em, justify: true)
#let strong-text(body) = text(stroke: 0.35pt + rgb("#1d2733"), fill: rgb("#1d2733"), body)
// At least 0.92 cm with the insets: room to sign, and more for what takes several lines.
#let tall(cells) = (..cells.slice(0, -1), [#box(height: 0.92cm - 11pt)#cells.last()])
#align(center, text(19pt, strong-text(data.title)))
#v(-0.3em)
#align(center, text(9.5pt, fill: luma(90), data.subtitle))
#v(0.6em)
#for block-data in data.blocks {
  if block-data.kind == "heading" {
    block(above: 1.5em, below: 0.9em, sticky: true, text(12.5pt, strong-text(block-data.text)))
  } else if block-data.kind == "note" {
    block(above: 0.8em, text(9pt, fill: luma(90), block-data.text))
  } else if block-data.kind == "body" {
    par(first-line-indent: (amount: 2em, all: true), block-data.text)
  } else if block-data.kind == "figure" {
    block(above: 1.2em, below: 1.2em, breakable: false,
      image(bytes(block-data.svg), format: "svg", width: 100%, alt: block-data.alt))
  } else {
    if block-data.caption != "" {
      block(below: 0.7em, sticky: true, align(center, text(9.5pt, block-data.caption)))
    }
    set par(justify: false, leading: 0.6em)
    set text(9pt)
    table(
      columns: block-data.widths.map(share => share * 1fr),
      inset: (x: 5pt, y: 5.5pt),
      stroke: 0.5pt + luma(170),
      align: (column, row) => horizon + if row == 0 or block-data.middle.at(column) { center } else { left },
      fill: (column, row) => if row == 0 { rgb("#eaf3ee") },
      table.header(..block-data.head.map(cell => strong-text(cell))),
      ..block-data.rows.map(cells => if block-data.tall { tall(cells) } else { cells }).flatten(),
    )
  }
}
"""


def write(document: Document) -> bytes:
    """A4, pages numbered, table heads repeated. The text can be searched and copied."""
    return render.pdf(_TEMPLATE.encode(), to_json(document))
