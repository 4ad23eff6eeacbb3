"""What an occurrence says, in the form each account can carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.accounts import logs_in
from bot.duties.filling import fields_of
from bot.duties.plan_values import ZONE, Duty, Mode
from bot.duties.rules import CONFIRM_WORDS, Ask, Do, Occurrence
from bot.duties.starting import DIGEST
from bot.duties.wording import day
from bot.materials.page import filled, is_marked, plain
from bot.materials.rules import Enclosure, Material, pick
from bot.messages import Choice, Content, Markdown, Notice, Question, Text
from bot.quiz.items import AUDIENCES
from bot.school import School
from bot.settings import AccountSettings, Wechat, WecomApp
from bot.work import Work

_FOLDERS: Final = {"weekly": "weekly", "sixty-seconds": "sixty_seconds"}
_SUFFIXES: Final = {"小学": "primary", "初中": "junior", "高中": "senior", "大学": "college"}
CASE_CARD: Final = "case-card"  # what: a case of our own; its approved words are in the occurrence
_SAFE: Final = "学校不会通过群或机器人收费、要验证码、发下载链接。"


@dataclass(frozen=True, slots=True)
class Message:
    """One content for the people of some audiences (学段, 教职工, 家长); empty means everybody.

    ``files`` come with it where the account carries files; elsewhere its page has them.
    """

    content: Content
    audience: tuple[str, ...] = ()
    files: tuple[Enclosure, ...] = ()


async def choose_texts(work: Work, school: School, duty: Duty, planned_at: datetime) -> str:
    """The texts of an occurrence, as kept in ``Occurrence.material``; for a test, its blueprint."""
    if duty.do is Do.QUIZ:
        return duty.blueprint or duty.what
    if duty.what in school.library.texts:
        return duty.what
    family = [text for text in school.library.texts.values() if text.id.startswith(duty.what + "-")]
    if family:
        return ";".join(f"{word}={id_}" for word, id_ in _by_child(family).items())
    folder = _FOLDERS.get(duty.what)
    if folder is None:
        return ""
    local = planned_at.astimezone(ZONE)
    week = school.plan.calendar.school_year_week(local.date())
    used = await work.launches.materials_used(duty.id)
    chosen: dict[str, str] = {}
    for audience in AUDIENCES:
        best = pick(school.library.of_kind(folder, audience), week, used, local.weekday())
        if best is not None:
            chosen[audience] = best.id
    if "教职工" not in chosen and (stage := await work.launches.main_stage()) in chosen:
        chosen["教职工"] = chosen[stage]  # teachers read out what is made for their pupils
    return ";".join(f"{audience}={id_}" for audience, id_ in chosen.items())


def _by_child(family: list[Material]) -> dict[str, str]:
    """Letters to parents come in one version for each 学段 of the child."""
    ids = {text.id.rpartition("-")[2]: text.id for text in family}
    return {f"家长/{stage}": ids[suffix] for stage, suffix in _SUFFIXES.items() if suffix in ids}


def compose(
    school: School, occurrence: Occurrence, duty: Duty, account: AccountSettings, slug: str
) -> list[Message]:
    """The messages of an occurrence for one account; people with the same text share one message."""
    base = school.accounts.url(account)
    url = f"{base}/a/{slug}"
    cards = isinstance(account, WecomApp) and account.cards
    if duty.what == DIGEST:
        return []
    match duty.do:
        case Do.QUIZ:
            return [Message(_quiz(school, occurrence, cards))]
        case Do.CONFIRM:
            asked = _confirm(school, occurrence, duty, cards, url)
            return [Message(asked, files=files_of(school, account, occurrence.material))]
        case Do.TICK | Do.REPORT:
            asked = _office(occurrence, cards, url)
            return [Message(asked, files=files_of(school, account, occurrence.material))]
        case _:
            groups: dict[str, list[str]] = {}
            for audience in (*AUDIENCES, *(f"家长/{stage}" for stage in _SUFFIXES)):
                if (id_ := occurrence.material_for(audience)) or "=" not in occurrence.material:
                    groups.setdefault(id_, []).append(audience)
            messages = []
            for id_, audiences in groups.items():
                text = school.library.get(id_)
                body = _body(school, text, occurrence)
                content = _text(text, body, occurrence, duty, account, f"{url}?v={quote(audiences[0])}")
                if isinstance(content, Notice):
                    content = replace(content, picture=cover_of(base, text))
                messages.append(Message(content, tuple(audiences), files_of(school, account, id_)))
            return messages


def cover_of(base: str, text: Material | None) -> str:
    """Where the picture of a text is, below the address of an account; empty where it has none."""
    return f"{base}/cover/{text.id}" if text and text.cover else ""


def files_of(school: School, account: AccountSettings, material: str) -> tuple[Enclosure, ...]:
    """What comes with a text by this account; an official account carries no files."""
    text = school.library.get(material)
    return () if text is None or isinstance(account, Wechat) else text.files


def _quiz(school: School, occurrence: Occurrence, cards: bool) -> Content:
    due = f"{day(occurrence.due_at)}前做完，" if occurrence.due_at else ""
    comes_back = all(p.mode is Mode.MASTERY for p in school.plan.blueprints.get(occurrence.material, ()))
    stem = f"{due}可分几次做。答错会讲原因" + ("并换一题，直到都会。" if comes_back else "。")
    start = (Choice("答题", "开始"),)
    if cards:
        return Question(f"go-{_key(occurrence)}", occurrence.title, stem, start)
    return Text(f"{occurrence.title}开始了。{stem}回「答题」开始。", start)


def _confirm(school: School, occurrence: Occurrence, duty: Duty, cards: bool, url: str) -> Content:
    word = CONFIRM_WORDS.get(duty.what, "已全部做好")
    choices = (Choice(word, word), Choice("暂不", "暂不"), Choice("怎么做", "怎么做", url))
    stem = "自愿确认，不用截图，不排名。不方便就点「暂不」，不会再催。"
    if cards:
        return Question(f"c-{_key(occurrence)}", occurrence.title, stem, choices)
    return Text(f"{occurrence.title}：{stem}", choices)


def _office(occurrence: Occurrence, cards: bool, url: str) -> Content:
    due = f"{day(occurrence.due_at)}前" if occurrence.due_at else ""
    choices: tuple[Choice, ...] = (Choice("已办", "已办"),)
    if occurrence.do is Do.TICK and occurrence.material:  # a letter to read out or to print, say
        choices = (*choices, Choice("打开", "打开", url))
    if cards:
        stem = f"{due}办好点一下就行，照片可不交。"
        return Question(f"t-{_key(occurrence)}", occurrence.title, stem, choices)
    return Text(f"待办：{occurrence.title}（{due}办好回「已办」）。", choices)


def _body(school: School, text: Material | None, occurrence: Occurrence) -> str:
    """What it says in a chat, its gaps filled."""
    return filled(text.body, fields_of(school, occurrence.planned_at, occurrence.reason)) if text else ""


def _text(
    text: Material | None,
    body: str,
    occurrence: Occurrence,
    duty: Duty,
    account: AccountSettings,
    url: str,
) -> Content:
    if duty.what == CASE_CARD and occurrence.reason:
        return Notice(occurrence.title, occurrence.reason, url)
    if text is None:
        return Notice(occurrence.title, _SAFE, url)
    if duty.do is Do.LETTER:
        where = "请在页面里签收" if logs_in(account) else "读完请回「签收」"
        return Notice(text.title, f"{occurrence.title}，两分钟读完，{where}。{_SAFE}", url, "读信")
    if duty.what == "sixty-seconds":
        return Notice(
            f"今天的60秒：{text.title}", "课间投屏或读一读都行。播过可点「已播」，不点也没关系。", url, "打开"
        )
    scene = text.scene
    shows_cards = isinstance(account, WecomApp) and account.cards
    if duty.ask in (Ask.CONFIRM, Ask.SIGN):
        return Notice(text.title, f"{occurrence.title}，读完请回「已阅」。", url)
    if scene is None or duty.digest or duty.ask is not Ask.TAP:
        if duty.what == "weekly" and shows_cards and not text.cover and is_marked(body):
            return Markdown(f"**{text.title}**\n{body}\n[查看]({url})")
        return Notice(text.title, plain(body) if duty.what == "weekly" else occurrence.title, url)
    options = "\n".join(f"{letter}. {option}" for letter, option in scene.options)
    if shows_cards:
        letters = tuple(Choice(letter, letter) for letter, _ in scene.options)
        return Question(f"s-{_key(occurrence)}", text.title, f"{scene.stem}\n{options}", letters)
    return Notice(text.title, f"{plain(body)}\n\n{scene.stem}\n{options}\n回字母答一答。", url)


def _key(occurrence: Occurrence) -> str:
    """The occurrence in the characters a task_id may have."""
    return "".join(ch if ch.isascii() and (ch.isalnum() or ch in "-_") else "_" for ch in occurrence.id)[:80]


def is_card_of(occurrence: Occurrence, card_task: str) -> bool:
    """Was this card sent for this occurrence? What follows an @ only tells repeats of one card apart."""
    return card_task.partition("@")[0].partition("-")[2] == _key(occurrence)
