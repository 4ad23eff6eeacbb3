"""A document as Word."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

import docx
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.reports import render
from bot.reports.documents import Document, Figure, Paragraph, Table, middle_columns, shown

_BODY: Final = "仿宋"  # fonts of every Chinese office; Word falls back by itself where they are missing
_HEAD: Final = "黑体"
_LATIN: Final = "Times New Roman"
_LINE: Final = Cm(16.8)


def write(document: Document) -> bytes:
    """A4, table heads repeated on every page, Chinese fonts for Chinese text."""
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.1)
    section.top_margin = section.bottom_margin = Cm(2.2)
    file.core_properties.title, file.core_properties.author = document.title, document.author
    file.core_properties.comments = ""
    style = file.styles["Normal"]
    style.font.size = Pt(11)
    _font(style, _BODY)
    _paragraph(file, document.title, 20, _HEAD, WD_ALIGN_PARAGRAPH.CENTER)
    _paragraph(file, document.subtitle, 10, _BODY, WD_ALIGN_PARAGRAPH.CENTER, grey=True)
    for block in document.blocks:
        match block:
            case Paragraph(style="heading"):
                _paragraph(file, block.text, 14, _HEAD, level=1)
            case Paragraph(style="note"):
                _paragraph(file, block.text, 9, _BODY, grey=True)
            case Paragraph():
                _paragraph(file, block.text, 11, _BODY).paragraph_format.first_line_indent = Pt(22)
            case Table():
                _table(file, block)
            case Figure():
                picture = file.add_picture(BytesIO(render.png(block.svg)), width=_LINE)
                picture._inline.docPr.set("descr", block.alt)
    section.footer.paragraphs[0].text = document.footer
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def _paragraph(
    file: Any, text: str, size: int, font: str, align: Any = None, *, grey: bool = False, level: int = 0
) -> Any:
    paragraph = file.add_heading("", level) if level else file.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.color.rgb = RGBColor(0x60, 0x66, 0x70) if grey else RGBColor(0, 0, 0)
    _font(run, font)
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(6)
    return paragraph


def _table(file: Any, block: Table) -> None:
    if block.caption:
        caption = _paragraph(file, block.caption, 10, _BODY, WD_ALIGN_PARAGRAPH.CENTER)
        caption.paragraph_format.keep_with_next = True
    table = file.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Table Grid")
    table.autofit = False
    widths = [int(_LINE * share / sum(block.widths)) for share in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    middle = middle_columns(block)
    # Cells are taken from each row once: asking the table for every cell grows with the square of its size.
    for number, (row, texts) in enumerate(zip(table.rows, [block.head, *block.rows], strict=True)):
        if block.tall and number:
            row.height, row.height_rule = Cm(0.92), WD_ROW_HEIGHT_RULE.AT_LEAST
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[column]
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(shown(text))
            run.font.size = Pt(9)
            if not number:
                _font(run, _HEAD)
                _shade(cell)
            if not number or middle[column]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    properties = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    properties.append(repeat)
    file.add_paragraph().paragraph_format.space_after = Pt(2)


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), "EAF3EE")
    cell._tc.get_or_add_tcPr().append(shade)


def _font(styled: Any, east_asian: str) -> None:
    """Word takes the font of Chinese text from an attribute of its own."""
    styled.font.name = _LATIN
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), east_asian)
