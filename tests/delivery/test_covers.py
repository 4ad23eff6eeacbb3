"""The picture on a message: in the app, to parents, in the staff group, and on the page."""

from __future__ import annotations

from pathlib import Path

from bot.delivery import actions
from tests.delivery.files_cast import LETTER, PICTURE, RULES, arrive, cover, folder, opened
from tests.delivery.post import CAMPUS

__all__ = ["folder"]  # the fixture


async def test_a_cover_is_on_the_message_in_every_channel(database_url: str, folder: Path) -> None:
    cover(folder / "materials/letters/letter-parent-college.md")
    cover(folder / "materials/guides/guide-two-cards.md")
    for text in (folder / "materials/weekly").glob("*.md"):
        cover(text)
    async with opened(CAMPUS, database_url, folder) as post:
        await post.follower("oZheng").says("绑定 郑子安 2301003")
        await post.launched(RULES)
        await post.launched(LETTER)
        occurrence = await post.launched("staff-reminder")
        async with post.work() as work:
            found = await work.duties.occurrence(occurrence)
            assert found is not None
            assert actions.tell_staff(work, post.stage.bot.school, found, post.now) == 1
        await arrive(post)
        base = post.stage.bot_url
        pictures = {
            f"{base}/cover/guide-two-cards": (post.lin,),
            f"{base}/cover/letter-parent-college": (post.parent("p_lin_ma"),),
        }
        for url, phones in pictures.items():
            for phone in phones:
                shown = [b.articles[0].picture for b in phone.bubbles if b.articles and b.kind == "news"]
                assert url in shown
            assert await post.lin.browser.download(url) == ("image/png", PICTURE)
        group = [b for b in post.member("wu").bubbles if b.kind == "news"]
        assert len(group) == 2, "by the app and in the group"
        assert all(b.articles[0].picture.startswith(f"{base}/cover/staff") for b in group)
        assert (await post.lin.browser.download(f"{base}/cover/guide-app"))[0] == "text/html"
