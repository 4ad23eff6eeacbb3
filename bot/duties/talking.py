"""What somebody means who talks as people talk: a greeting, thanks, 我做完了, 怎么签."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from bot.people.spelling import simple, tidy


class Meant(Enum):
    HELLO = auto()
    THANKS = auto()
    SEEN = auto()
    DONE = auto()
    HOW = auto()
    NO_IDEA = auto()
    WRONG_PERSON = auto()
    BOTH = auto()  # must the other guardian sign as well?


_LONGEST: Final = 24  # characters; whoever writes more means something of their own
_MARKS: Final = re.compile(r"[\s,，。.!！?？~、…]+")
_ASIDE: Final = re.compile(r"(?:老师|您好|你好|请问|那|嗯|哦|我们|我)+")
_FORMS: Final = tuple(
    (meant, re.compile(form, re.VERBOSE))
    for meant, form in (
        (
            Meant.HELLO,
            r"""(?:你好|您好|老师好|老师|hi|hello|嗨|喂|早|早上好|上午好|下午好|晚上好|在吗|在不在)(?:老师)?
            |(?:你|您)是谁""",
        ),
        (
            Meant.THANKS,
            r"(?:非常|多|太|十分)?(?:谢谢|多谢|感谢|谢|辛苦|麻烦)(?:老师|您|你|了|啦|啊|哈)*",
        ),
        (
            Meant.SEEN,
            r"""(?:好|行|可以|收到|知道|明白|了解|清楚|ok|okay|嗯|哦|没问题|\[ok\]|\[强\]|👌|👍|🙏)
            (?:的|了|啦|吧|嗯|好|滴|谢谢|老师)*""",
        ),
        (
            Meant.DONE,
            r"""(?:已经|都|全部|刚才|刚|已)*
            (?:做|答|办|弄|签|看|读|考|完成|签收|提交|签字|签名)(?:完|好|过|了)+(?:啦|呀|的|吗)*
            |(?:已经|都|已)+(?:完成|签收|提交|签字|签名)""",
        ),
        (
            Meant.HOW,
            r"""(?:这个|题|信|测试)?(?:要|该)?(?:怎么|咋|如何)样?
                (?:做|弄|签|签收|签字|签名|答|答题|填|看|写|操作|用|回|登记|打开)(?:啊|呀|呢|的|题|信|它)*
            |(?:信|题|链接|测试)?[在去从]?哪(?:里|儿)?(?:做|签|看|答|填|打开|找)?(?:题|信|字)?[啊呀呢]*
            |还?没有?(?:做|签|答|看|办|弄)(?:完|好|到)?
            |(?:信|题|链接)?(?:打不开|点不开|进不去|找不到|没有链接|没有信)(?:信|题|链接|了|啊)*""",
        ),
        (
            Meant.NO_IDEA,
            r"""(?:这道?题|这个|题)?我?[看听弄签点做]?不(?:懂|会|明白|知道|清楚)(?:做|弄|签|用|操作|点|了|啊|呀)*
            |(?:这道?题|这个|题)?我?没(?:看|弄|听)(?:懂|明白)""",
        ),
        (
            Meant.WRONG_PERSON,
            r"""我?不是(?:他|她|这个孩子|这孩子|.{2,4})?的?(?:家长|妈妈|爸爸|爷爷|奶奶|监护人)
            |(?:孩子|她|他)?(?:已经|早就)?转(?:学|班|校)了|(?:你们?|您)?(?:发|弄|搞|认)错(?:人)?了""",
        ),
        (
            Meant.BOTH,
            r"""(?:孩子|他|她)?(?:爸爸|妈妈|爷爷|奶奶|爸|妈|另一位?个?家长|两个人|两个家长|我们俩|我们两个)
            (?:也|都|还)*(?:要|用|需要|得)(?:签|签收|签字|看)(?:吗|么|不)?""",
        ),
    )
)


def meant(text: str) -> Meant | None:
    """What a short sentence means; ``None`` for whatever is not one of these, and for every answer."""
    if len(text) < 2 and text.isascii():  # nearly every message of a test is one letter
        return None
    plain = simple(tidy(text)).casefold()
    if len(plain) > _LONGEST:
        return None
    plain = _MARKS.sub("", plain)
    aside = _ASIDE.match(plain)
    ways = (plain, plain[aside.end() :]) if aside else (plain,)
    return next((m for m, form in _FORMS if any(form.fullmatch(way) for way in ways)), None)
