"""The menu of an account as the platform has it, and articles that a person has to look at."""

from __future__ import annotations

from bot.app import Bot
from bot.cli import wording_menu as say
from bot.cli.findings import Finding, fine, note
from bot.platforms.menu import payload
from bot.publishing.menu import platform_of, shown
from bot.publishing.rules import State
from bot.publishing.store import Articles
from bot.publishing.store_menu import Menus
from bot.settings import AccountSettings


async def menu_findings(bot: Bot, account: AccountSettings) -> list[Finding]:
    """Is the menu there that the settings ask for? A worker sets it at its start. Raises PlatformError."""
    wanted = bot.signboard.wanted(account.id)
    if wanted is None or account.id not in bot.lines.menus:
        return [note(say.menu_left_alone())]
    theirs = shown(await bot.lines.menus[account.id].current_menu())
    if theirs == shown(payload(platform_of(account), wanted[0])["button"]):
        return [fine(say.menu_fine(len(theirs)))]
    async with bot.database.reading() as tx:
        last = await Menus(tx).find(account.id)
    return [note(say.menu_differs(bool(theirs), last.outcome), say.mend_menu())]


async def article_findings(bot: Bot, account: str) -> list[Finding]:
    """Articles whose publishing is in doubt; what failed was told to whoever asked."""
    async with bot.database.reading() as tx:
        found = await Articles(tx).troubled(account)
    doubtful = [one.title for one in found if one.state is State.UNKNOWN]
    return [note(say.articles_unknown(doubtful), say.mend_articles())] if doubtful else []
