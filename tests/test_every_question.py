"""Every shipped question can be asked and answered on both platforms, within their limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from bot.messages import Address, Inbound, Kind, Reply
from bot.platforms.port import CallbackQuery
from bot.platforms.twin import as_text, named, tapped, text_twin
from bot.platforms.wechat import payloads as wechat_payloads
from bot.platforms.wecom import payloads as wecom_payloads
from bot.platforms.wecom.codec import WecomCodec
from bot.quiz.answers import read_answer
from bot.quiz.drawing import Drawn
from bot.quiz.files import load_bank
from bot.quiz.items import Bank, Item, ItemType
from bot.quiz.rules import SHOWN, Did, Sitting, answer, begin, letters_on_table
from bot.quiz.wording import judged, question
from bot.wording import LIMIT

NOW = datetime(2026, 10, 12, 1, tzinfo=UTC)
BANK = load_bank(Path(__file__).parent.parent / "question_bank")


def sitting_with(item: Item, bank: Bank) -> Sitting:
    return begin(1, 2, 3, "学生学期测试", "mastery", [Drawn(item.point, (item.id,))], bank, Random(item.id))


def items() -> Iterator[Item]:
    yield from BANK.items.values()


def test_it_fits_the_phone_with_the_longest_reason_above_it() -> None:
    for item in items():
        sitting = sitting_with(item, BANK)
        asked = question(sitting, item)
        wrong = frozenset({"A"}) if item.answer != {sitting.table.order[0]} else frozenset({"B"})  # type: ignore[union-attr]
        told = judged(answer(sitting, wrong, BANK, Random(1)))
        for lines in (named, tapped):
            text = f"{told}\n\n{text_twin(asked, lines)}"
            assert len(text.encode()) <= LIMIT, item.id
            assert item.stem in text, item.id
            assert all(option in text for _, option in item.options), item.id


def test_it_travels_as_a_card_or_its_twin_on_wecom_and_as_a_message_on_an_official_account() -> None:
    cards = 0
    for item in items():
        asked = question(sitting_with(item, BANK), item)
        payload = wecom_payloads.member_payload(asked, key="1", media={}, use_cards=True)
        cards += payload["msgtype"] == "template_card"
        shown = json.dumps(payload, ensure_ascii=False)
        assert all(option in shown for _, option in item.options), item.id
        plain = wecom_payloads.member_payload(asked, key="1", media={}, use_cards=False)
        assert plain["msgtype"] == "text", item.id
        wechat = json.dumps(wechat_payloads.custom("openid", asked, {}, menus=True), ensure_ascii=False)
        assert all(option in wechat for _, option in item.options), item.id
    assert cards >= 0.95 * len(BANK.items)


def test_it_survives_the_encrypted_passive_reply() -> None:
    codec = WecomCodec(
        "campus", "ww0123456789abcdef", "token", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", 1000002
    )
    sender = Address.member("ww0123456789abcdef", "s1")
    inbound = Inbound(
        "campus", "k", Kind.TEXT, sender, NOW, text="B", to="ww0123456789abcdef", sender_id="s1"
    )
    query = CallbackQuery(timestamp=str(int(NOW.timestamp())), nonce="n")
    for item in items():
        twin = as_text(question(sitting_with(item, BANK), item))
        body = codec.write(inbound, Reply(twin.text, twin.choices), query, NOW, bytes(16))
        assert body.startswith(b"<xml>"), item.id


@pytest.mark.parametrize("spelling", [str.lower, str.upper, lambda s: "选" + s, lambda s: " ".join(s)])
def test_the_right_answer_is_understood_in_every_spelling(spelling: object) -> None:
    assert callable(spelling)
    for item in items():
        sitting = sitting_with(item, BANK)
        assert sitting.table is not None
        right = "".join(SHOWN[i] for i, letter in enumerate(sitting.table.order) if letter in item.answer)
        if item.type is ItemType.JUDGE:
            right = "对" if item.answer == {"A"} else "错"
        read = read_answer(spelling(right), letters_on_table(sitting), judge=item.type is ItemType.JUDGE)
        assert read is not None, (item.id, right)
        assert answer(sitting, read, BANK, Random(1)).did is Did.LAST_RIGHT, item.id
