"""One forecast for three readers: /push, the console, and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.accounts import realms_of
from bot.delivery import wording_following, wording_mass
from bot.delivery import wording_forecast as say
from bot.delivery.actions_mass import given, mass_costs
from bot.delivery.base_limits import MINUTE, call_limits
from bot.delivery.forecast import Forecast, Room, Way, foretell, reading_seconds
from bot.delivery.forecast import Readings as Counted
from bot.delivery.ledger import Ledger
from bot.delivery.rules import period
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_forecast import Readings
from bot.duties.actions_fan_out import can_push
from bot.duties.actions_forward import readers_meant
from bot.duties.audience import OfKind
from bot.duties.composing import choose_texts
from bot.duties.plan_values import Duty
from bot.duties.readers import Readers
from bot.duties.rules import Do, OccurrenceState
from bot.duties.scope import limited
from bot.materials.rules import Material
from bot.messages import Realm
from bot.people.rules import PersonKind, within
from bot.quiz.items import AUDIENCES
from bot.school import School
from bot.settings import AccountSettings, Wechat, WecomApp
from bot.work import Work

_PARENTS: Final = tuple(f"家长/{word}" for word in AUDIENCES)
_BATCH: Final = 1000
_JUST: Final = timedelta(hours=36)
_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class Outlook:
    """Counted once, asked for several moments."""

    work: Work
    school: School
    pack: str
    duty: Duty
    found: Counted
    unit: str = ""
    readers: Sequence[Readers] = ()  # of what is to be forwarded

    async def at(self, moment: datetime) -> Forecast:
        """What sending at this moment would mean, as things stand."""
        rooms = {place: await self._rooms(way, moment) for place, way in enumerate(self.found.ways)}
        return foretell(self.school.plan, self.pack, self.duty, self.found, rooms, moment)

    async def _rooms(self, way: Way, moment: datetime) -> Sequence[Room]:
        account = self.school.accounts.get(way.account)
        assert account is not None
        ledger, rows = Ledger.of(self.school.accounts), CourierRows(self.work.tx)
        found = []
        if (left := await ledger.left(rows, way.account, way.line, moment)) is not None:
            whole = left.limit - left.reserve
            found.append(Room(way.line, left.length, left.routine, whole))
        found += [
            Room(f"calls {limit.api}", limit.length, limit.count, limit.count)
            for limit in call_limits(account, way.line)
            if limit.length == MINUTE
        ]
        return found

    async def beside(self) -> list[str]:
        """What else there is to know: mass sends, what followers gave, and families that nothing reaches."""
        to = limited(self.duty, self.pack, self.school.packs, self.school.default_pack, self.unit)
        if to is None:
            return []
        now = self.found.now
        costs = await mass_costs(self.work, self.school, to, now)
        lines = await self._before(now)
        lines += [wording_mass.cost(c.account, c.followers, c.spent, c.day_used) for c in costs]
        gifts = await given(self.work, self.school, self.duty, to, now)
        lines += [wording_mass.given(g.account, g.windows, g.accepted) for g in gifts]
        if self.found.kinds.get(PersonKind.PARENT):
            asks, since = self.school.plan.asks, self.school.term_start(now)
            if silent := await self.work.outbox.unfollowed(to, asks, since):
                lines.append(wording_following.unfollowed(silent))
        return lines

    async def _before(self, now: datetime) -> list[str]:
        """Whoever taps twice, or does not know what a colleague has sent, is told before they send."""
        newest = await self.work.duties.occurrences(duty=self.duty.id, limit=_LOOKED_AT)
        gone = (o for o in newest if o.state is OccurrenceState.OPEN)
        just = (o for o in gone if timedelta() <= now - o.planned_at < _JUST)
        met = (o for o in just if within(o.unit, self.unit) or within(self.unit, o.unit))
        return [say.went_before(o.planned_at, o.unit) for o in met][:1]


async def outlook(
    work: Work, school: School, pack: str, duty: Duty, now: datetime, *, unit: str = "", material: str = ""
) -> Outlook:
    """The readings of this moment; ``material`` where the texts are chosen already."""
    ways = [way for account in school.accounts for way in _ways(account)]
    to = limited(duty, pack, school.packs, school.default_pack, unit)
    kinds: Mapping[PersonKind, int] = {}
    shares, used, unguarded = [], {}, 0
    readings = Readings(work.tx, to or OfKind(PersonKind.STUDENT), school.plan.asks, school.term_start(now))
    if to is not None:
        kinds = await readings.kinds()
        people = sum(kinds.values())
        pushing = {a.id: not isinstance(a, Wechat) or can_push(a) for a in school.accounts}
        letter = duty.do is Do.LETTER
        shares = await readings.shares(people, ways, pushing, duty.id, now, for_children=letter)
        periods = {k: period(cap.per, now)[0] for k, cap in school.plan.caps.items() if kinds.get(k)}
        used = await readings.used(people, periods)
        unguarded = await readings.unguarded(duty.id, now)
    texts = await _texts(work, school, duty, now, material)
    files = {word: [file.name for file in text.files] for word, text in texts.items() if text}
    readers = await readers_meant(work, school, pack, duty, now, unit) if duty.do is Do.FORWARD else []
    if handed := _handed_on(readers, texts):
        texts = dict.fromkeys(texts, handed[0])
        files = {word: [file.name for text in handed for file in text.files] for word in texts}
    seconds = {word: _seconds(school, duty, word, text) for word, text in texts.items()}
    calls = await readings.calls()
    counted = Counted(now, kinds, ways, shares, used, seconds, calls, files, unguarded)
    return Outlook(work, school, pack, duty, counted, unit, readers)


def _ways(account: AccountSettings) -> list[Way]:
    """In the order in which a launch tries them."""
    if isinstance(account, WecomApp):
        lines = {Realm.MEMBER: "app", Realm.PARENT: "notice"}
        return [Way(account.id, realm, lines[realm], _BATCH) for realm in realms_of(account)]
    if isinstance(account, Wechat):
        has_template = account.type == "service" and "notice" in account.templates
        return [Way(account.id, Realm.OPENID, "template" if has_template else "custom", 1)]
    return []


async def _texts(
    work: Work, school: School, duty: Duty, now: datetime, material: str
) -> Mapping[str, Material | None]:
    """What each audience word would read."""
    chosen = material or await choose_texts(work, school, duty, now)
    texts = dict(part.split("=", 1) for part in chosen.split(";")) if "=" in chosen else {}
    words = (*AUDIENCES, *_PARENTS)
    if duty.do is Do.QUIZ:
        return dict.fromkeys(words)
    return {word: school.library.get(texts.get(word, chosen)) for word in words}


def _handed_on(readers: Sequence[Readers], texts: Mapping[str, Material | None]) -> list[Material]:
    """What those who forward get to see: the texts of the readers, not those made for themselves."""
    first = [next((text for word in one.words if (text := texts.get(word))), None) for one in readers]
    return list({text.id: text for text in first if text}.values())


def _seconds(school: School, duty: Duty, word: str, text: Material | None) -> int:
    """What reading and doing takes an audience word."""
    scene = text.scene if text else None
    letters = len(text.body) if text else len(duty.title)
    letters += len(scene.stem) + sum(len(option) for _, option in scene.options) if scene else 0
    paper = school.plan.blueprint(duty.blueprint, word.partition("/")[0]) if duty.blueprint else None
    return reading_seconds(letters, duty.ask, paper.points if paper else 0)
