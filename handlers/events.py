"""What the platform tells us: followed, left, entered. Most of it needs no answer."""

from __future__ import annotations

from bot.delivery.actions_abilities import expired, renewed
from bot.delivery.actions_following import offer_again
from bot.delivery.actions_mass_ends import finished
from bot.duties.actions import prove
from bot.duties.rules import ProofKind
from bot.messages import Address, Choice, Kind, Realm, Say
from bot.people import wording
from bot.platforms.wechat.results import decisions
from bot.routing import Router, Turn, Who
from bot.settings import WecomApp

router = Router("events")
FOLLOW_GUIDE = "guide-account"


@router.event("subscribe")
async def followed(turn: Turn) -> Say:
    """A new follower, or a member who can now see the app; following proves the duty that asks for it."""
    if turn.inbound.sender is not None:
        turn.work.people.follow(turn.inbound.sender, turn.inbound.account, turn.now)
    if turn.person is None:
        if _is_member(turn):
            return Say()
        return Say(wording.welcome(turn.school.name), (Choice("帮助", "帮助"),))
    await _prove_following(turn)
    return Say(
        f"{turn.person.name}，您好。我会提醒、出题、收回执。发「帮助」看能做什么。", (Choice("帮助", "帮助"),)
    )


@router.event("unsubscribe", "user_authorization_revoke", "user_authorization_cancellation")
async def left(turn: Turn) -> Say:
    """The platform id and message texts go at once; the roster row, receipts and totals stay."""
    sender = turn.inbound.sender
    if sender is None:
        return Say()
    if _is_member(turn):
        await _out_of_scope(turn, sender)
    else:
        await turn.work.people.unfollow(sender)
    return Say()


@router.event("subscribe_msg_popup_event")
async def asked(turn: Turn) -> Say:
    """The follower tapped 下次提醒我: one acceptance, one message. A no takes nothing back."""
    for one in decisions(turn.inbound):
        if one.word == "accept":
            turn.work.acceptances.accept(turn.inbound.account, turn.address, one.template, turn.now)
    return Say()


@router.event("subscribe_msg_change_event")
async def managed(turn: Turn) -> Say:
    """The follower went through their subscriptions; only refusals are pushed, and they hold at once."""
    for one in decisions(turn.inbound):
        if one.word == "reject":
            turn.work.acceptances.refuse(turn.address, one.template)
    return Say()


@router.event("verify_expired")
async def verification_expired(turn: Turn) -> Say:
    await expired(turn.work, turn.inbound.account, turn.now)
    return Say()


@router.event("qualification_verify_success")
async def verified_again(turn: Turn) -> Say:
    await renewed(turn.work, turn.inbound.account)
    return Say()


@router.event("change_school_contact")
async def school_contact(turn: Turn) -> Say:
    """A parent has begun or ceased to follow 学校通知, or the tree of classes is another one (92032)."""
    account = turn.school.accounts.get(turn.inbound.account)
    change = turn.inbound.fields.get("ChangeType", "")
    if not isinstance(account, WecomApp) or not account.school_notice:
        return Say()
    if change.endswith("_department"):
        await turn.work.follows.read_again(account.id)
    parent = Address.parent(account.corp_id, turn.inbound.fields.get("Id", "")).key
    if change in ("subscribe", "unsubscribe") and await turn.work.follows.is_contact(parent):
        begun = await turn.work.follows.followed({parent: change == "subscribe"}, turn.inbound.sent_at)
        await offer_again(turn.work, turn.school, begun, turn.now)
    return Say()


@router.event("template_card_event", "template_card_menu_event")
async def stray_card(turn: Turn) -> Say:
    return Say()


@router.event("masssendjobfinish")
async def mass_ended(turn: Turn) -> Say:
    """How a mass send ended; the courier looks what it means, however often and however early this comes."""
    finished(turn.work, turn.inbound, turn.now)
    return Say()


async def other(turn: Turn) -> Say | None:
    """Every other event is noted by the door and needs no answer; a menu click goes on to the commands."""
    if turn.inbound.kind is Kind.UNKNOWN:
        return Say()
    if turn.inbound.kind is Kind.EVENT and turn.inbound.event != "click" and not turn.inbound.card_task:
        return Say()
    return None


router.anything(who=Who.EVERYONE)(other)


def _is_member(turn: Turn) -> bool:
    """WeCom says subscribe and unsubscribe of those who come into the app's scope and leave it (90240)."""
    return turn.inbound.sender is not None and turn.inbound.sender.realm is Realm.MEMBER


async def _out_of_scope(turn: Turn, member: Address) -> None:
    """A member left one app's visible scope; the userid is the roster's, not the platform's gift.

    Other apps of the corp may still see them: the one that they use now, else the one that serves their unit.
    """
    accounts, gone = turn.school.accounts, turn.inbound.account
    contact = await turn.work.people.contact(member)
    if contact is not None and contact.account != gone and accounts.get(contact.account) is not None:
        return
    home = accounts.app_for(turn.person.unit) if turn.person is not None else None
    if home is not None and home.id != gone and home.corp_id == member.corp:
        turn.work.people.reached_by(member, home.id)
    else:
        turn.work.people.unreachable(member, "不在应用可见范围")


async def _prove_following(turn: Turn) -> None:
    if turn.person is None or _is_member(turn):
        return
    found = await turn.work.duties.latest_about(turn.person.id, FOLLOW_GUIDE)
    if found is not None:
        await prove(turn.work, *found, ProofKind.PLATFORM, turn.person.id, "event", turn.now)
