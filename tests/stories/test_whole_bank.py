"""Every shipped question is asked and answered over the wire of both platforms, encrypted, as people type."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from bot.ids import new_id
from bot.quiz.drawing import Drawn
from bot.quiz.rules import begin
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import CAMPUS, MONDAY, Cast
from tests.stories.test_quiz import right_letters, shown, wrong_letter


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["wecom", "official account"])
async def test_every_question_is_asked_and_answered(platform: str, tmp_path: Path, root: Path) -> None:
    clock = Clock(source=lambda: MONDAY)
    database = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    async with staged(CAMPUS, database, root, clock, rng=Random(5)) as stage:
        cast = Cast(stage)
        phone, code = (cast.lin, "2301001") if platform == "wecom" else (cast.follower("oZheng"), "2301003")
        if platform != "wecom":
            await phone.says("绑定 郑子安 2301003")
        await lays_out_the_whole_bank(cast, code)
        await phone.says("继续")
        asked = await answers_everything(cast, phone)
        assert asked == set(stage.bot.school.bank.items)
        assert phone.failures == []


async def lays_out_the_whole_bank(cast: Cast, code: str) -> None:
    """A paper of all knowledge points, each with all its questions."""
    bot, now = cast.stage.bot, cast.stage.clock()
    drawn = [Drawn(point, tuple(i.id for i in items)) for point, items in bot.school.bank.points.items()]
    async with bot.database.begin() as tx:
        work = Work(tx)
        person = await work.people.by_code(code)
        assert person is not None
        sitting = begin(new_id(now), person.id, 0, "全部题目", "mastery", drawn, bot.school.bank, Random(1))
        work.quizzes.start(sitting, now)


async def answers_everything(cast: Cast, phone: Speaker) -> set[str]:
    """Wrong until the last question of each point, so that every question comes up; which did."""
    bank = cast.stage.bot.school.bank
    by_stem = {item.stem: item for item in bank.items.values()}
    asked: set[str] = set()
    for _ in range(len(bank.items)):
        text = phone.bubbles[-1].seen
        item = next(item for stem, item in by_stem.items() if stem in text)
        asked.add(item.id)
        assert all(option in text for _, option in item.options), text
        is_last = all(other.id in asked for other in bank.points[item.point])
        await phone.says((right_letters if is_last else wrong_letter)(item, shown(phone)))
        clear = phone.bubbles[-1].seen
        assert ("对。" in clear) if is_last else ("再想想" in clear), clear
    assert "练习完成" in phone.bubbles[-1].seen
    return asked
