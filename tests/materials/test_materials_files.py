"""Files beside a text: found, weighed and looked into before a school relies on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.materials import files
from bot.materials.files import load_library, read_all
from tests.materials.material_cast import CARD, WEEKLY

VOICE = b"#!AMR\n" + (bytes([7 << 3 | 4]) + b"\xa5" * 31) * 50
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def put(folder: Path, *names: str, text: str = WEEKLY, **more: bytes) -> Path:
    """A library of one weekly reminder that names these files."""
    kind = folder / "materials" / "weekly"
    kind.mkdir(parents=True, exist_ok=True)
    listed = f"files: [{', '.join(names)}]\nreview_by:"
    (kind / "college-06.md").write_text(text.replace("review_by:", listed, 1), encoding="utf-8")
    return folder / "materials"


def complaints(folder: Path) -> list[str]:
    return [str(one) for one in read_all(folder).complaints]


def test_a_text_brings_its_files_in_the_order_of_its_words(tmp_path: Path) -> None:
    folder = put(tmp_path, "讲稿.pdf", "六十秒.AMR", "海报.png")
    for name, data in {"讲稿.pdf": b"%PDF-1.7", "六十秒.AMR": VOICE, "海报.png": PNG}.items():
        (folder / "weekly" / name).write_bytes(data)
    (text,) = load_library(folder).texts.values()
    assert [(one.name, one.data) for one in text.files] == [
        ("讲稿.pdf", b"%PDF-1.7"),
        ("六十秒.AMR", VOICE),
        ("海报.png", PNG),
    ]
    assert "files" not in text.extra


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("讲稿.pdf", None, "不在这篇材料旁边"),
        ("讲稿.pdf", b"%PDF", "最少 6 字节"),
        ("海报.png", b"\x89PNG\r\n" + b"0" * (2 << 20), "最多 2 MB"),
        ("海报.jpg", b"GIF89a" + b"0" * 9, "不是 PNG 或 JPG"),
        ("六十秒.amr", b"ID3" + b"0" * 100, "AMR"),
        ("六十秒.amr", b"#!AMR\n" + VOICE[6:] * 61, "60 秒以内"),
        ("六十秒.amr", VOICE[:-1], "AMR"),
    ],
)
def test_what_a_platform_would_not_take_is_told_with_its_line(
    tmp_path: Path, name: str, data: bytes | None, why: str
) -> None:
    folder = put(tmp_path, name)
    if data is not None:
        (folder / "weekly" / name).write_bytes(data)
    (told,) = complaints(folder)
    assert told.startswith("materials/weekly/college-06.md:7: ")
    assert name in told
    assert why in told
    with pytest.raises(BadFile):
        load_library(folder)


@pytest.mark.parametrize("name", ["../a.pdf", ".hidden.pdf", "a.exe", "a", "a.svg", "x" * 60 + ".pdf"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (told,) = complaints(put(tmp_path, f'"{name}"'))
    assert "college-06.md:7: " in told


def test_three_files_are_enough_and_each_is_named_once(tmp_path: Path) -> None:
    assert complaints(put(tmp_path, "a.pdf", "b.pdf", "c.pdf", "d.pdf"))
    folder = put(tmp_path, "a.pdf", "a.pdf")
    (folder / "weekly" / "a.pdf").write_bytes(b"%PDF-1.7")
    (told,) = complaints(folder)
    assert "两次" in told


def test_an_alert_and_a_card_are_words_alone(tmp_path: Path) -> None:
    cards = tmp_path / "materials" / "cards"
    cards.mkdir(parents=True)
    (cards / "card-t01.md").write_text(CARD.replace("keywords", "files: [a.pdf]\nkeywords", 1))
    assert any("files" in told for told in complaints(tmp_path / "materials"))


def test_all_files_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ALL_BYTES", 10)
    folder = put(tmp_path, "a.pdf", "b.pdf")
    for name in ("a.pdf", "b.pdf"):
        (folder / "weekly" / name).write_bytes(b"%PDF-1.7")
    (told,) = complaints(folder)
    assert "合起来" in told


def test_a_cover_is_a_picture_beside_the_text(tmp_path: Path) -> None:
    folder = put(tmp_path, text=WEEKLY.replace("review_by:", "cover: 封面.png\nreview_by:", 1))
    (told,) = complaints(folder)
    assert "college-06.md:7: " in told
    (folder / "weekly" / "封面.png").write_bytes(PNG)
    (text,) = load_library(folder).texts.values()
    assert text.cover is not None
    assert (text.cover.name, text.cover.data) == ("封面.png", PNG)
    put(tmp_path, text=WEEKLY.replace("review_by:", "cover: 封面.pdf\nreview_by:", 1))
    assert complaints(folder)
