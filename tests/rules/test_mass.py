"""Mass sends decided: lists that leave out nobody, tags that reach nobody else, words of the platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import actions_attention, mass, wording_mass
from bot.delivery.mass import Back, End, Fit, Off, Step, Waiting
from bot.delivery.rules import DeliveryState, RetryAt, Settled
from bot.errors import PlatformError, Verdict
from bot.messages import Urgency
from bot.platforms.errors import Platform, verdict_for
from bot.platforms.wechat import codes

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def waiting(**more: object) -> Waiting:
    known = {"occurrence": "a", "payload": "p", "urgency": Urgency.ROUTINE, "people": 2, "since": NOW,
             "due_at": None, "heeds_less": True}  # fmt: skip
    return Waiting(**(known | more))  # type: ignore[arg-type]


@given(st.integers(2, 2_000_000))
def test_lists_hold_everybody_and_nobody_alone(people: int) -> None:
    sizes = mass.sizes(people)
    assert sum(sizes) == people
    assert all(mass.LIST_LEAST <= size <= mass.LIST_MOST for size in sizes)
    assert len(sizes) == -(-people // mass.LIST_MOST), "no more calls than needed"


@given(st.integers(1, 30_000), st.integers(0, 5), st.integers(0, 5), st.sampled_from(Urgency))
def test_a_list_never_leaves_with_one(people: int, soon: int, later: int, urgency: Urgency) -> None:
    step = mass.by_list(waiting(people=people, soon=soon, later=later, urgency=urgency))
    if step is Step.GO:
        assert people >= 2
        assert not soon
    if step is Step.WAIT:
        assert soon or later, "who waits, waits for somebody"


FITS = st.builds(
    Fit, st.sampled_from([t.name for t in mass.TAGS]), st.integers(0, 9), st.integers(0, 3), st.integers(0, 9)
)


@given(st.lists(FITS, unique_by=lambda fit: fit.tag))
def test_the_chosen_tag_reaches_nobody_outside_and_as_many_as_possible(fits: list[Fit]) -> None:
    chosen = mass.best_tag(fits)
    good = [fit for fit in fits if not fit.outside and fit.aboard]
    if chosen is None:
        assert not good
    else:
        (fit,) = [fit for fit in fits if fit.tag == chosen]
        assert fit in good
        assert fit.aboard == max(other.aboard for other in good)


def test_tags_fit_the_platform() -> None:
    names = [tag.name for tag in mass.TAGS]
    assert len(set(names)) == len(names) <= 100
    assert all(len(name.encode()) <= 30 for name in names)
    for kind in {kind for tag in mass.TAGS for kind in tag.kinds}:
        assert sum(kind in tag.kinds for tag in mass.TAGS) <= 20, "twenty a follower"


CAMPAIGNS = st.sampled_from([Urgency.ROUTINE, Urgency.ALERT])
TURNS = st.builds(
    waiting,
    occurrence=st.sampled_from("abcd"),
    urgency=CAMPAIGNS,
    since=st.integers(0, 5).map(lambda h: NOW - timedelta(hours=h)),
)


@given(st.lists(TURNS))
def test_alerts_come_first_then_what_waited_longest(crowd: list[Waiting]) -> None:
    found = mass.in_turn(crowd)
    assert sorted(map(repr, found)) == sorted(map(repr, crowd))
    order = [(one.urgency is not Urgency.ALERT, one.since) for one in found]
    assert order == sorted(order)


@given(st.booleans(), st.integers(-3, 3), st.integers(0, 2), CAMPAIGNS)
def test_a_day_holds_one(day_used: bool, due: int, soon: int, urgency: Urgency) -> None:
    one = waiting(due_at=NOW + timedelta(days=due), soon=soon, urgency=urgency)
    step, why = mass.by_tag(one, day_used=day_used, now=NOW)
    assert (step is Step.REFUSE) == bool(why)
    if step is Step.GO:
        assert due > 0
        assert not day_used
    if urgency is Urgency.ALERT and day_used:
        assert step is Step.REFUSE, "an alert of tomorrow is none"


def test_four_a_month_and_the_fourth_for_alerts() -> None:
    assert (mass.allowance(Urgency.ROUTINE), mass.allowance(Urgency.ALERT)) == (3, 4)


@given(st.text())
def test_any_words_of_the_platform_can_be_read(status: str) -> None:
    ended = mass.read_status(status)
    assert (ended.code == 0) or ended.end is End.FAILURE
    assert wording_mass.job(3, "", status, ended=True)


@given(st.integers(0, 999_999))
def test_codes_of_an_end_survive(code: int) -> None:
    assert mass.read_status(f"err({code})") == mass.Ended(End.FAILURE, code)
    assert wording_mass.why(f"{mass.FAILED}{code}")
    assert wording_mass.failed("周提醒", 3, code).endswith("。")


def test_documented_words_of_an_end() -> None:
    found = {
        word: mass.read_status(word).end
        for word in ("send success", "send fail", "SEND_SUCCESS", "SENDING", "SEND_FAIL", "DELETE", "sent")
    }
    assert list(found.values()) == [
        End.SUCCESS, End.FAILURE, End.SUCCESS, End.RUNNING, End.FAILURE, End.DELETED, End.UNCLEAR
    ]  # fmt: skip


@given(st.text())
def test_counts_are_numbers_that_fit(text: str) -> None:
    assert 0 <= mass.counted(text) < 2**31


@given(
    st.sampled_from(sorted(codes.TABLE)), st.integers(0, 3000), st.booleans(), st.booleans()
)
def test_no_refusal_of_a_mass_send_puts_the_account_to_rest(
    code: int, minutes: int, by_tag: bool, lost: bool
) -> None:
    meaning = verdict_for(Platform.WECHAT, code)
    error = PlatformError(meaning.verdict, code, "", meaning.wait)
    made = NOW - timedelta(minutes=minutes)
    found = mass.after_call(error, made, NOW, by_tag=by_tag, may_have_arrived=lost)
    if meaning.verdict is Verdict.WAIT:
        assert found is not None
    match found:
        case RetryAt(at, counted):
            assert at > NOW
            assert not counted
        case Settled(state, _):
            assert state is (DeliveryState.UNKNOWN if lost else DeliveryState.REFUSED)
        case Back() | Off():
            assert not lost, "what may have arrived is never sent anew"


def test_what_is_kept_for_those_who_want_less_is_the_same_everywhere() -> None:
    assert mass.KEPT == actions_attention._KEPT
