"""本班, 未完成, 催办: a teacher's own classes, in private, never in a group."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.delivery import wording_following
from bot.delivery.actions_reminders import reminder_of
from bot.delivery.rules import NEVER_SENT
from bot.delivery.wording import why
from bot.duties.actions import prove
from bot.duties.behind import Behind, OpenLine
from bot.duties.rules import OccurrenceState, ProofKind, may_remind
from bot.duties.wording import NO_GUARDIAN
from bot.errors import Refusal
from bot.messages import Choice, Content, Say, Urgency
from bot.people.rules import TEACHER_ROLES, labels, leaf, masked, several
from bot.people.spelling import simple
from bot.platforms.twin import fitting, room
from bot.reports import wording_behind as wording
from bot.reports.wording import own_class, which
from bot.routing import Router, Turn, Who
from bot.web.rules import console_link
from bot.wording import within
from handlers.classroom import hint
from handlers.follow import page, pictures_for

router = Router("classes")
_REMINDER_GAP: Final = timedelta(hours=20)
_AT_ONCE: Final = 1000  # reminders of one 催办: as many as a turn writes in good time
_LINES: Final = 5
_CLASSES: Final = 8  # to tap; more are typed
_INTO_A_GROUP: Final = re.compile(
    r".{0,8}(?:名单|没做|没签|没完成|未完成).{0,6}(?:发|贴|转).{0,6}群.{0,4}|(?:发|贴|转)到?.{0,6}群里?"
)
_LATELY: Final = timedelta(days=31)


@router.says("本班", "我的班", "班级", "class", who=Who.TEACHER, help="本班  我的班做得怎么样")
async def mine(turn: Turn) -> Say:
    units = turn.someone.units(*TEACHER_ROLES)
    tallies = await turn.work.stats.tallies(units, occurrence=None, duty=None, depth=0)
    turn.work.people.audit(turn.someone.id, "looked at own classes", turn.now)
    silent = await turn.work.outbox.silent_families(units)
    tail = [wording_following.silent(unit, len(children)) for unit, children in silent.items()]
    if len(tail) > _LINES:
        tail = [wording.silent_of_many(len(silent), sum(map(len, silent.values())))]
    tail += await _as_classes(turn, units)
    choices: tuple[Choice, ...] = (Choice("未完成", "未完成名单"), Choice("催办", "各提醒一次"))
    if silent:
        choices += (Choice(wording_following.CODE_WORD, "关注二维码"),)
    return Say(own_class(tallies, turn.now, tail, room(choices)), choices)


@router.says(
    "未完成", "谁没做", "谁没签", "谁没完成", "名单", who=Who.TEACHER,
    help="未完成 班级  名单，只有您能看到",
)  # fmt: skip
async def unfinished(turn: Turn) -> Say:
    """A class by name; many classes in figures, and the whole list on a page."""
    unit = await _chosen_unit(turn, "未完成")
    if isinstance(unit, Say):
        return unit
    units = [unit] if unit else turn.someone.units(*TEACHER_ROLES)
    behind = await turn.work.duties.behind(units)
    silent = await turn.work.outbox.silent_families(units)
    if not behind.units and not silent:
        return Say(wording.nobody(leaf(unit)))
    turn.work.people.audit(turn.someone.id, "looked at unfinished", turn.now, {"unit": unit})
    is_one = len(behind.units) <= 1 or behind.people <= wording.FEW
    by_name = is_one and behind.people <= wording.MOST
    if by_name:
        lines, is_whole = await _by_name(turn, behind, units)
    else:
        lines, is_whole = wording.totals(behind.units, behind.sums), False
    tail, pictures = await _silent(turn, silent, by_name=is_one)
    can_together, together = await hint(turn, units)
    tail += [*can_together, wording.RECORD if is_one else wording.ONE_CLASS]
    taps = () if is_one else _classes(list(behind.units))
    taps = taps or (Choice(f"催办 {turn.rest}".strip(), "各提醒一次"),)
    ways = (*together, *((page(turn),) if silent else ()))
    # The page stands there when the message is not all there is; it takes room from the message.
    for choices in ((*taps, *ways), (*taps, *ways, _page(turn))):
        text = within(lines, tail, limit=room(choices))
        if is_whole and text == "\n".join([*lines, *tail]):
            break
    return Say(text, choices, more=pictures)


@router.says(
    "催办", "催一下", "nudge", who=Who.TEACHER, help="催办 班级  私下提醒，每件事每人最多两次"
)
async def nudge(turn: Turn) -> Say:
    """Remind in private; after two reminders it is time to talk."""
    unit = await _chosen_unit(turn, "催办")
    if isinstance(unit, Say):
        return unit
    units = [unit] if unit else turn.someone.units(*TEACHER_ROLES)
    found = await turn.work.duties.to_remind(units, turn.now - _REMINDER_GAP, _AT_ONCE)
    if not found.open:
        return Say(wording.nobody(leaf(unit)))
    last = await turn.work.duties.last_reminded([t.id for t, _ in found.tasks])
    chosen = [
        (t, o)
        for t, o in found.tasks
        if may_remind(t, max(o.remind, 1), last.get(t.id), turn.now, _REMINDER_GAP)
    ]
    contacts = await turn.work.people.contacts_of({t.person for t, _ in chosen})
    mute = await turn.work.follows.silent(c.address.key for some in contacts.values() for c in some)
    heard: set[int] = set()
    for task, occurrence in chosen:
        hearing = [c for c in contacts.get(task.person, []) if c.address.key not in mute]
        for contact in hearing[:1]:
            turn.work.outbox.queue(
                key=f"nudge/{task.id}/{task.reminded + 1}",
                account=contact.account,
                address=contact.address.key,
                person=task.person,
                content=reminder_of(turn.school, occurrence, turn.school.accounts.url_at(contact.account)),
                urgency=Urgency.ROUTINE,
                not_before=turn.now,
                occurrence=occurrence.id,
                task_id=task.id,
            )
            turn.work.duties.remind(task.id, turn.now)
            heard.add(task.about or task.person)
    said = wording.reminded(len(heard), found.open - found.allowed, found.hear - len(heard))
    if families := found.allowed - found.hear:
        return Say(said + wording_following.not_reminded(families), (page(turn),))
    return Say(said)


@router.text(who=Who.TEACHER)
async def into_the_group(turn: Turn) -> Say | None:
    """「把名单发到班级群」: nobody is named before others; there is a sentence that may be."""
    if not _INTO_A_GROUP.fullmatch("".join(simple(turn.inbound.text).split())):
        return None
    return Say(wording.not_in_a_group(), (Choice("催办", "各提醒一次"),))


@router.says("已播", "played", who=Who.TEACHER)
async def played(turn: Turn) -> Say:
    """The sixty seconds were shown in class; a tap nobody has to make."""
    found = await turn.work.duties.latest_about(turn.someone.id, "sixty-seconds")
    if found is None:
        return Say("今天还没有60秒素材。")
    await prove(turn.work, *found, ProofKind.TAPPED, turn.someone.id, "chat", turn.now)
    return Say("记下了，辛苦。")


async def _as_classes(turn: Turn, units: Sequence[str]) -> list[str]:
    """What running campaigns sent to these classes as classes."""
    newest = await turn.work.duties.occurrences(limit=60)
    running = {
        o.id: o for o in newest if o.state is OccurrenceState.OPEN and turn.now - o.planned_at < _LATELY
    }
    found = await turn.work.outbox.class_sends(list(running), units)
    lines = [
        wording_following.class_sent(running[one.occurrence].title, one.unit, one.state, one.outcome)
        for one in found
    ]
    return lines if len(lines) <= _LINES else [*lines[:_LINES], wording.more_sends(len(lines) - _LINES)]


async def _chosen_unit(turn: Turn, word: str) -> str | Say:
    """The class that was named, inside the teacher's own units; empty when none was. Of several of one name
    it is asked which.
    """
    if not turn.rest:
        return ""
    units = turn.someone.units(*TEACHER_ROLES)
    matches = await turn.work.people.find_unit(turn.rest, units)
    if not matches:
        raise Refusal(wording.yours(several(units)))
    if len(matches) > 1:
        return Say(which(turn.rest, len(matches)), _classes(matches, word))
    return matches[0]


def _classes(units: Sequence[str], word: str = "未完成") -> tuple[Choice, ...]:
    """To tap, if they are few; each by the name that means no other of the teacher's."""
    return (
        fitting(Choice(f"{word} {name}", name) for name in labels(units).values())
        if len(units) <= _CLASSES
        else ()
    )


async def _by_name(turn: Turn, behind: Behind, units: Sequence[str]) -> tuple[list[str], bool]:
    """A line a campaign; and whether everybody is named there."""
    found = await turn.work.duties.open_lines(units)
    unreached = await turn.work.outbox.unreached([(o.occurrence, p) for o in found for p in o.people])
    contacts = await turn.work.people.contacts_of({p for (_, p), reason in unreached.items() if not reason})
    for pair, reason in unreached.items():
        if not reason and any(not contact.unreachable for contact in contacts.get(pair[1], ())):
            unreached[pair] = NEVER_SENT
    lines, is_whole = [wording.HEAD], True
    for occurrence, _ in behind.campaigns:
        some = [one for one in found if one.occurrence == occurrence.id]
        names = [masked(one.name, one.code) + _note(one, unreached) for one in some]
        lines.append(wording.campaign(occurrence.title, names))
        is_whole = is_whole and len(names) <= wording.NAMES
    return lines, is_whole


async def _silent(
    turn: Turn, silent: Mapping[str, list[int]], *, by_name: bool
) -> tuple[list[str], tuple[Content, ...]]:
    """Families that hear nothing, and the code for them."""
    if not silent:
        return [], ()
    if by_name and len(silent) <= _LINES:
        people = await turn.work.people.by_ids([child for some in silent.values() for child in some])
        lines = [
            wording_following.silent_names(
                unit, [masked(p.name, p.code) for id_ in some if (p := people.get(id_))]
            )
            for unit, some in silent.items()
        ]
    else:
        lines = [wording.silent_of_many(len(silent), sum(map(len, silent.values())))]
    pictures, trouble = await pictures_for(turn, list(silent))
    return [
        *lines,
        wording_following.show_code() if pictures else wording_following.no_code(trouble),
    ], pictures


def _note(line: OpenLine, unreached: Mapping[tuple[str, int], str]) -> str:
    """Why no message has reached them; nothing where one of the guardians was told."""
    if line.unguarded:
        return f"【{NO_GUARDIAN}】"
    reasons = [unreached.get((line.occurrence, person)) for person in line.people]
    return "" if None in reasons or not reasons else f"【{why(reasons[0] or '')}】"


def _page(turn: Turn) -> Choice:
    """The one-time way to the whole list."""
    path = console_link(turn.school.key, turn.someone.id, turn.now, "unfinished")
    return Choice(wording.PAGE, wording.PAGE, f"{turn.school.accounts.url_at(turn.inbound.account)}{path}")
