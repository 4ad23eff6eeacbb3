"""The error tables: every code of the documents has a verdict and a sentence for the administrator."""

from __future__ import annotations

import pytest

from bot.errors import Verdict
from bot.platforms.errors import Platform, error_for, listed, verdict_for


def codes(text: str) -> set[int]:
    """``1 2 5-7`` as numbers."""
    found: set[int] = set()
    for word in text.split():
        first, _, last = word.removeprefix("-").partition("-")
        numbers = range(int(first), int(last or first) + 1)
        found.update(-n for n in numbers) if word.startswith("-") else found.update(numbers)
    return found


# Every code of document section 21 of WeCom.
WECOM = codes("""
    -1 6000 40001 40003-40008 40145 40013 40014 40029 42022 42003 40031-40033 40035 40058 40063 40039
    40054 40055 40094 45034 40050 86001 86003 40056 40057 40068 60003 60123 40074 40093 40096 84061
    40123 40201 40204 40206 41001 41002 41004 41011 41006 41016 41033 44004 41046-41048 41063 41093
    41094 42001 42012 42014-42020 42027-42052 43004 43009 43012 45001 45002 45007 45008 45032 45009
    45026 45029 45033 45035 45036 46003 46004 48001 48002 48005 48006 48009-48011 50001-50003 60011
    60021 92000 60031 301007 60020 60111 60137 60149 60140 65000-65015 65018 65022-65024 80001 85004
    85005 85008 85111 81001-81003 81013 82001-82004 82101 82102 86004-86008 86215 86216 86207 90501
    90509 93000 93001 93004 93006 93008 93017 93018 301002 301019 301042 670001 846601-846616 853000
""")
# Every code of document section 8 of official accounts.
WECHAT = codes("""
    -1 40001-40008 40013 40014 40029 40163 40031 40032 40130 40033 40035 47001 44002 40036 40037 40059
    40125 40152 45159 40164 40200 40243 40246 41001 41004 42001 42003 42010 43002-43004 43019 43101
    43107 43108 44004 45001-45004 45008 45009 45011 45015 45028 45029 45035 61004 45047 45056-45059
    45157 45158 45062 45065-45067 45072 45080 45081 45083 45084 45103 45113 45168 46003 65301 65303
    47003 48001-48004 48006 48008 50002 50004 50005 50007 61500 61501 61503 65316 65317 65320 70000
    76003 76021 76022 88000 89501 89503-89507 200011-200022 200100
""")


@pytest.mark.parametrize(("platform", "documented"), [(Platform.WECOM, WECOM), (Platform.WECHAT, WECHAT)])
def test_the_tables_are_complete_and_speak_chinese(platform: Platform, documented: set[int]) -> None:
    assert documented <= listed(platform)
    for code in listed(platform):
        meaning = verdict_for(platform, code)
        assert meaning.advice.endswith("。")
        assert meaning.verdict is not Verdict.UNKNOWN
        assert (meaning.verdict is not Verdict.WAIT) or meaning.wait


@pytest.mark.parametrize(
    ("platform", "code", "verdict"),
    [
        (Platform.WECOM, 60111, Verdict.DROP),
        (Platform.WECOM, 81013, Verdict.DROP),
        (Platform.WECOM, 43004, Verdict.DROP),
        (Platform.WECOM, 60020, Verdict.STOP),
        (Platform.WECOM, 45009, Verdict.WAIT),
        (Platform.WECOM, 45033, Verdict.RETRY),
        (Platform.WECOM, 42014, Verdict.BUG),
        (Platform.WECOM, 40014, Verdict.TOKEN),
        (Platform.WECHAT, 43004, Verdict.DROP),
        (Platform.WECHAT, 45015, Verdict.DROP),
        (Platform.WECHAT, 45047, Verdict.DROP),
        (Platform.WECHAT, 43101, Verdict.DROP),
        (Platform.WECHAT, 70000, Verdict.DROP),
        (Platform.WECHAT, 48001, Verdict.STOP),
        (Platform.WECHAT, 40001, Verdict.TOKEN),
        (Platform.WECHAT, 999999, Verdict.RETRY),
    ],
)
def test_verdicts(platform: Platform, code: int, verdict: Verdict) -> None:
    assert verdict_for(platform, code).verdict is verdict


def test_success_may_omit_its_code() -> None:
    assert error_for(Platform.WECOM, {}) is None
    assert error_for(Platform.WECOM, {"errcode": 0}) is None
    error = error_for(
        Platform.WECOM, {"errcode": 60020, "errmsg": "not allow to access from your ip, from ip: 192.0.2.7"}
    )
    assert error is not None
    assert (error.verdict, error.code) == (Verdict.STOP, 60020)
    assert "192.0.2.7" in error.message
    odd = error_for(Platform.WECOM, {"errcode": "x"})
    assert odd is not None
    assert odd.verdict is Verdict.UNKNOWN
