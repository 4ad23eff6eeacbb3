"""What people read in a bad moment, and what those who help them read: short, calm, without blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.cases.figures import Figures
from bot.cases.identity import rough
from bot.cases.rules import SHANGHAI, Call, CallKind, Facts, FraudKind, Outcome, State, yuan
from bot.people.rules import Person, leaf

STATES: Final[Mapping[State, str]] = {
    State.UNPAID: "还没转钱",
    State.TALKING: "正在通话或共享屏幕",
    State.PAID: "已转账",
    State.UNKNOWN: "情况不明",
}
KINDS: Final[Mapping[CallKind, str]] = {CallKind.SOS: "求助", CallKind.POLICE: "预警"}
CONTACTED, UNREACHED, PASS_ON = "已接通", "联系不上", "转给"
CALLED_POLICE, NOBODY_CAME = "我已打电话", "老师没联系我"

_TIPS: Final[Mapping[FraudKind, str]] = {
    FraudKind.BRUSHING: "先返几次小钱，再要求垫付大额；凡是要先垫钱的兼职都不做",
    FraudKind.INVESTMENT: "有人带着投资、截图晒收益，钱只进不出；陌生人荐的平台不投",
    FraudKind.SERVICE: "自称客服要退款理赔，让人开共享屏幕；退款只在购物软件里办",
    FraudKind.LOAN: "放款之前先收会员费、保证金、解冻费；先收钱的贷款都是假的",
    FraudKind.CREDIT: "说不注销账户就影响征信，要求转账清零；征信不能花钱修改",
    FraudKind.SHOPPING: "低价引到平台之外付款，付完就联系不上；交易不离开平台",
    FraudKind.ACQUAINTANCE: "用老师、领导、同学的头像和名字借钱；先打原来的电话问本人",
    FraudKind.GAME: "低价卖账号、装备，引到假网站付款充值；交易只在官方平台",
    FraudKind.OFFICIAL: "自称警察，说涉案、要保密、要转到安全账户；没有安全账户，自己拨110核实",
    FraudKind.BLACKMAIL: "骗到隐私照片、视频或通讯录，再来要钱；不转账，留证据，马上报警，这不是您的错",
    FraudKind.OTHER: "要转账、要验证码、要共享屏幕，先停下来问一问",
}


def clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")


def teacher(person: Person) -> str:
    return f"{person.name[:1]}老师"


# To the person who asked for help


def alerted(again: bool) -> str:
    return "已经在找值班老师了，请留意电话。" if again else "已通知值班老师，请留意电话。"


def nobody_told() -> str:
    return "现在联系不上值班老师，请直接打电话求助。"


def phone(number: str) -> str:
    return f"学校值班电话 {number}。" if number else ""


def passed_on() -> str:
    return "值班老师还没接起，已转给下一位，请留意电话。钱已转出的，先拨110，不用等。"


def nobody_left(number: str) -> str:
    return f"值班老师都还没接起，请直接拨110，或找身边的老师。{phone(number)}"


def answered(by: Person) -> str:
    return f"值班的{teacher(by)}已经接手。还没接到电话，回「{NOBODY_CAME}」。骗子专门利用着急，这不是您的错。"


def well_done() -> str:
    return "做得对。把聊天和转账记录留好，之后不管谁说能帮忙追回来，都别再转钱。"


def no_call() -> str:
    return "需要帮忙，发「被骗」。急事拨110。"


def looking_again() -> str:
    return "已再次通知值班老师，请留意电话。钱已转出的，先拨110，不用等。"


# To the people on duty


def title(call: Call) -> str:
    return f"【{KINDS[call.kind]}】{call.level or STATES[call.state]}"


def call_for(call: Call, person: Person) -> str:
    """Who needs help, for the people on duty alone."""
    who = f"{leaf(person.unit)} {person.name}"
    if call.kind is CallKind.POLICE:
        return f"{who}：属地反诈中心预警。请马上联系本人劝阻，先问有没有转账。编号{call.ref}"
    police = "，本人说已报警" if call.reported else ""
    said = f"{STATES[call.state]}{police}"
    return f"{who} {clock(call.received_at)}求助：{said}。请马上联系本人。编号{call.ref}"


def got_worse(call: Call, person: Person) -> str:
    return f"【求助】{leaf(person.unit)} {person.name} 现在{STATES[call.state]}。编号{call.ref}"


def asks_again(call: Call, person: Person) -> str:
    return f"【求助】{leaf(person.unit)} {person.name} 又在求助，请马上联系本人。编号{call.ref}"


def contacted(call: Call) -> str:
    return f"记下了，{call.minutes or 0}分钟接通。之后是什么结果？编号{call.ref}"


def contacted_by(name: str, call: Call) -> str:
    at = clock(call.contacted_at) if call.contacted_at else ""
    return f"{name} {at}已接通，不用再打了，谢谢。".replace("  ", " ")


def result_missing(call: Call) -> str:
    return f"{clock(call.received_at)}那次{KINDS[call.kind]}，结果是什么？编号{call.ref}"


def over(call: Call) -> str:
    return f"这次{KINDS[call.kind]}已经办结：{call.outcome or Outcome.NONE}。"


def closed(outcome: Outcome) -> str:
    if outcome is Outcome.REPORTED:
        return "记下了。请在控制台立案，回访和履职材料从那里来。"
    return "记下了，谢谢。"


def tried() -> str:
    return "记下了，已转给下一位值班。您能联系上时仍可点「已接通」。"


def tried_all() -> str:
    return "记下了。值班的人都已通知，请再想办法：同宿舍同学、班主任、家长。"


def pass_to_whom(ref: str) -> str:
    return f"转给谁？编号{ref}"


def nobody_to_pass_to() -> str:
    return "没有别的值班老师、辅导员或班主任可以转了。"


def passed(to: Person) -> str:
    return f"已转给{teacher(to)}。"


def which(calls: Sequence[Call], word: str) -> str:
    lines = ["是哪一个？"]
    lines += [f"{word} {call.ref}：{clock(call.received_at)} {title(call)}" for call in calls[:6]]
    return "\n".join(lines)


# The ledger


def visit_due(number: str, day: int, last: bool) -> str:
    more = "（第二次提醒）" if last else ""
    return f"案件{number}今天该回访（第{day}天）{more}。由您联系本人，系统不会给本人发消息。在控制台记一句。"


def visit_handed(number: str, day: int) -> str:
    return f"案件{number}第{day}天的回访还没有做，现在请您来办。在控制台记一句。"


def case_stale() -> str:
    return "刚刚有人改过这个案件，请看过再改。"


def case_exists() -> str:
    return "这次求助已经立案。"


def visits_open() -> str:
    return "还有没做的回访。做完，或写明原因，再结案。"


def not_money() -> str:
    return "金额请写数字，例如 3200、3200.50 或 1.2万。"


def not_a_day() -> str:
    return "日期请写成 2026-11-22，不能晚于今天。"


def no_words() -> str:
    return "请写一句话。"


def no_such_person() -> str:
    return "您负责的单位里没有这个编号。"


def warned(new: int, known: int) -> str:
    text = f"已登记{new}条预警，值班老师已收到，计时开始。"
    return text + (f"另有{known}条正在处理，没有重复登记。" if known else "")


def unknown_lines(lines: Sequence[int]) -> str:
    shown = "、".join(f"第{line}行" for line in lines[:20])
    return f"{shown}的编号不在您负责的单位里，没有登记。"


def tells(found: Sequence[str]) -> str:
    return f"还不能用：{'；'.join(found)}。请改好再提交。"


def handed_over(to: Person) -> str:
    return f"现在由{to.name}负责。"


def draft(facts: Facts) -> str:
    """A text for others, made of what may be told. A person edits it."""
    lost = f"，被骗{rough(facts.lost)}" if facts.lost else "，差点被骗"
    police = "。已报警处理" if facts.police else ""
    return (
        f"最近，我校发生一起「{facts.kind}」，从{facts.channel}开始{lost}{police}。\n\n"
        f"这类骗局的样子：{_TIPS[facts.kind]}。\n\n"
        "遇到了先停手，不转账，拨96110问一问；钱已转出马上拨110。错在骗子，不在被骗的人；早一点说，就多一分希望。"
    )


# Figures


def minutes(one: Figures) -> str:
    return "—" if one.minutes is None else f"{one.minutes:g}分钟"


def the_person() -> str:
    """Who the case is about, in a document that others read."""
    return "当事人"


def look_back(number: str, call: Call | None, facts: Facts) -> list[str]:
    """The clock of a case, for its look-back pack: nothing of who or what was said."""
    lines = [f"案件{number}（{facts.kind}）发生之前一年的工作见下表。"]
    if call is not None:
        first = f"，{call.minutes}分钟后首次联系" if call.minutes is not None else ""
        ended = f"，结果：{call.outcome}" if call.outcome else ""
        lines.append(f"处置时间：{KINDS[call.kind]} {_moment(call.received_at)}{first}{ended}。")
    return lines


def amount(fen: int | None) -> str:
    """What stands in the field of a form."""
    return "" if fen is None else yuan(fen)


def money_or_dash(fen: int | None) -> str:
    return "—" if fen is None else f"{yuan(fen)}元"


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
