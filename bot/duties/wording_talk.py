"""What is said to somebody who talks to the bot as to a person."""

from __future__ import annotations

from typing import Final

HELLO: Final = "您好，我是反诈课代表。"
WELCOME: Final = "不客气。"
GOOD: Final = "好的。"
TO_BE_CHECKED: Final = "谢谢告知，名单要请老师核对。"
ONE_IS_ENOUGH: Final = "每个孩子有一位家长签收就够了，另一位看看就好。"
ALL_DONE: Final = "都办好了，谢谢您！"
NOTHING_TO_DO: Final = "您现在没有要办的事。"
FOR_MORE: Final = "别的事发「帮助」，要找人发「人工」。"
GO_ON: Final = "题还留着，发「继续」接着做。"
SIGNATURE_LEFT: Final = "题都答对了，还差签收：发「继续」。"
NOTHING_OF_THIS: Final = "现在没有等您办的这件事。发「我的」看看要办的事。"


def still_open(tasks: str) -> str:
    return f"我这里记着，{tasks}"
