"""How long a voice is, read from its frames, and what is no voice at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PlatformError, Verdict
from bot.platforms.wecom.amr import LONGEST, VOICE_BYTES, check, length
from bot.simulator.media import voice_seconds

MAGIC = b"#!AMR\n"
# Written down apart from the code: bits in a frame of 20 ms (RFC 4867, table 1), without the byte before.
BITS = {0: 95, 1: 103, 2: 118, 3: 134, 4: 148, 5: 159, 6: 204, 7: 244, 8: 39, 15: 0}


def frame(kind: int, padding: int = 0b100) -> bytes:
    return bytes([kind << 3 | padding]) + b"\xa5" * (-(-BITS[kind] // 8))


frames = st.lists(st.sampled_from(sorted(BITS)), max_size=300)


@given(frames, st.sampled_from([0, 0b100, 0b111, 0b10000111]))
def test_every_frame_is_twenty_milliseconds(kinds: list[int], padding: int) -> None:
    data = MAGIC + b"".join(frame(kind, padding) for kind in kinds)
    assert length(data) == timedelta(milliseconds=20 * len(kinds))
    assert voice_seconds(data) == length(data).total_seconds(), "the pretended platform counts for itself"


@given(frames.filter(bool), st.data())
def test_a_frame_that_breaks_off_is_no_voice(kinds: list[int], data: st.DataObject) -> None:
    whole = MAGIC + b"".join(map(frame, kinds))
    last = len(frame(kinds[-1]))
    cut = whole[: len(whole) - data.draw(st.integers(1, last))]
    if len(cut) == len(whole) - last:
        assert length(cut) == timedelta(milliseconds=20 * (len(kinds) - 1))
    else:
        with pytest.raises(ValueError, match="cut off"):
            length(cut)
        assert voice_seconds(cut) is None


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_a_length_or_a_complaint(data: bytes, magic: bool) -> None:
    data = MAGIC + data if magic else data
    try:
        found = length(data).total_seconds()
    except ValueError:
        assert voice_seconds(data) is None
    else:
        assert voice_seconds(data) == found
        assert len(data) <= len(MAGIC) + found * 50 * 32


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 40005),
        (b"ID3\x04\x00\x00\x00", 40005),
        (b"#!AMR-WB\n" + frame(7), 40005),
        (b"#!AMR_MC1.0\n" + frame(7), 40005),
        (MAGIC + bytes([9 << 3]) + b"x" * 40, 40005),
        (MAGIC, 40006),
        (MAGIC + frame(7) * 3001, 45007),
        (MAGIC + frame(7) * (VOICE_BYTES // 32), 45001),
    ],
)
def test_what_the_platform_would_refuse_is_never_sent(data: bytes, code: int) -> None:
    with pytest.raises(PlatformError) as caught:
        check(data)
    assert (caught.value.verdict, caught.value.code) == (Verdict.BUG, code)


def test_a_whole_minute_is_taken() -> None:
    check(MAGIC + frame(7) * 3000)
    assert length(MAGIC + frame(7) * 3000) == LONGEST
