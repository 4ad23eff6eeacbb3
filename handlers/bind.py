"""A stranger becomes a person of the roster: 绑定 姓名 编号. Until then a stranger learns nothing."""

from __future__ import annotations

from bot.messages import Choice, Kind, Say
from bot.people import wording
from bot.people.binding import Ask, Bound, NoMatch, Paused, claim, decide, introduces
from bot.people.records import How
from bot.routing import Router, Turn, Who

router = Router("bind")


@router.says("绑定", "bind", who=Who.STRANGER, help="绑定 姓名 编号  让我认识您")
async def bind(turn: Turn) -> Say | None:
    """Decide the claim; a wrong one counts, and five of them pause for a day."""
    sender = turn.inbound.sender
    if sender is None:
        return None
    people = turn.work.people
    said = claim(turn.inbound.text)
    knocks = await people.knocks(sender)
    decision = decide(said, await people.candidates(said, sender, turn.inbound.account), knocks, turn.now)
    if isinstance(decision, Bound):
        # Of two who claim to be the same person at one instant, one was first.
        await people.hold(decision.person.id)
        decision = decide(said, await people.candidates(said, sender, turn.inbound.account), knocks, turn.now)
    match decision:
        case Bound(person):
            await people.bind(sender, turn.inbound.account, person.id, How.CHAT, turn.now)
            people.audit(person.id, "bound in chat", turn.now)
            return Say(wording.bound(person), (Choice("帮助", "帮助"), Choice("我的", "我的待办")))
        case NoMatch(knocks=counted):
            people.knock(sender, counted)
            return Say(wording.no_match())
        case Paused(until, counted):
            if counted is not None:
                people.knock(sender, counted)
                people.audit(None, "binding paused", turn.now, {"account": turn.inbound.account})
            return Say(wording.paused(until))
        case Ask(missing):
            return Say(wording.ask(missing))


@router.says("绑定", "bind", who=Who.KNOWN)
async def again(turn: Turn) -> Say:
    return Say(f"您已绑定：{turn.someone.name}。不是本人请回「人工」。")


async def stranger(turn: Turn) -> Say | None:
    """Whatever else a stranger says gets one sentence; 绑定 counts without the space behind it, too, and a
    name with a number without the word.
    """
    if turn.word.startswith("绑定") or introduces(turn.inbound.text):
        return await bind(turn)
    return Say(wording.who_are_you())


async def without_words(turn: Turn) -> Say | None:
    """A picture or a voice from a stranger; what the platform says by itself is no message."""
    if turn.inbound.kind in (Kind.TEXT, Kind.EVENT, Kind.UNKNOWN):
        return None
    return Say(wording.who_are_you())


LAST = Router("strangers")
LAST.text(who=Who.STRANGER)(stranger)
LAST.anything(who=Who.STRANGER)(without_words)
