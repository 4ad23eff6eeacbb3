"""The table of the house: which floor each file stands on, and who may touch the world."""

from __future__ import annotations

from typing import NamedTuple


class Stand(NamedTuple):
    """A floor, and a step of it. Imports go to a lower stand, or sideways in the order of the rooms."""

    floor: int
    step: int = 0


# The first pattern that fits decides. A room's file that no line names stands on the Ground, where most is
# forbidden.
FLOORS: tuple[tuple[str, Stand, str], ...] = (
    ("bot/__main__.py", Stand(4, 4), "The front door: every command in one place."),
    ("bot/cli/*", Stand(4, 3), "Commands: they may use everything; only the front door uses them."),
    ("bot/simulator/*", Stand(4, 2), "Both platforms pretended; only its stage knows the bot."),
    ("bot/app.py", Stand(4, 1), "The composition root: the only place where everything is put together."),
    ("bot/lines.py", Stand(4), "Codec, client and login of each account; a part of the root."),
    ("bot/logs.py", Stand(4), "How the process logs: decided once, by whoever starts it."),
    ("handlers/__init__.py", Stand(3, 1), "The table of contents of all conversations."),
    ("handlers/*", Stand(3), "Doors: what people can say."),
    ("bot/watching.py", Stand(3), "A door for whoever edits the school's files."),
    ("bot/delivery/courier.py", Stand(3), "A door to the outside: what was queued leaves."),
    ("bot/delivery/crew.py", Stand(2, 4), "The calls of a courier, made and settled."),
    ("bot/delivery/following.py", Stand(3), "A door to the school directory: who can hear us."),
    ("bot/duties/ticker.py", Stand(3), "A door for the clock: what has fallen due is launched."),
    ("bot/publishing/press.py", Stand(3), "A door to the public: articles are drafted and published."),
    ("bot/publishing/signboard.py", Stand(3), "A door to the outside: the menus of the accounts."),
    ("bot/*/tables*.py", Stand(1, 2), "Tables of all rooms are one schema, so any store may join them."),
    ("bot/*/store*.py", Stand(1, 4), "Stores: reads and writes; values go in and out."),
    ("bot/*/rules.py", Stand(0, 1), "Values, enums and pure functions."),
    ("bot/*/wording*.py", Stand(0, 1), "Sentences that people read."),
    ("bot*/__init__.py", Stand(0), "Empty: it only makes a folder a package."),
    ("bot/web/*", Stand(3), "Doors: what a browser or a platform asks for."),
    ("bot/conversation.py", Stand(2, 4), "One message, one transaction, one reply."),
    ("bot/answering.py", Stand(2, 3), "How an answer travels: passive reply or pushed card."),
    ("bot/routing.py", Stand(2, 2), "Routes and the turn they are given."),
    ("bot/delivery/mass_desk.py", Stand(2, 3), "Where messages wait for a mass send."),
    ("bot/*/actions*.py", Stand(2, 2), "A verb that two doors need."),
    ("bot/duties/filling.py", Stand(0, 4), "What fills the gaps of a text, from the school and the day."),
    ("bot/duties/codes.py", Stand(0, 2), "Short codes that only our key makes."),
    ("bot/duties/composing.py", Stand(2, 2), "What an occurrence says, from the material and the school."),
    ("bot/duties/launch.py", Stand(2, 2), "An occurrence, its tasks, its messages: for three doors."),
    ("bot/duties/events.py", Stand(2, 3), "What follows from an event, such as a roster import."),
    ("bot/loading.py", Stand(2, 1), "From files to values, all complaints at once."),
    ("bot/work.py", Stand(2, 1), "The stores of one transaction."),
    ("bot/committer.py", Stand(2), "Group commit: who waits for whom, without knowing what is done."),
    ("bot/delivery/digest.py", Stand(2), "Folding claimed rows into one message."),
    ("bot/delivery/ledger.py", Stand(2), "Quotas and the attention budget over claimed rows."),
    ("bot/*/files.py", Stand(2), "The files of a folder, read or written."),
    ("bot/migrations/*", Stand(1, 6), "Steps from one form of the tables to the next."),
    ("bot/migrate.py", Stand(1, 5), "Brings the database to the newest form."),
    ("bot/platforms/http.py", Stand(1, 4), "One HTTP session to one platform."),
    ("bot/platforms/api.py", Stand(1, 4), "A call with its token, its error translated."),
    ("bot/platforms/tokens.py", Stand(1, 4), "One access token per account for all processes."),
    ("bot/platforms/wechat/tags.py", Stand(1, 4), "Tags of followers: calls of their own."),
    ("bot/platforms/*/client.py", Stand(1, 4), "One send, errors translated into verdicts."),
    ("bot/platforms/wechat/jssdk.py", Stand(1, 4), "What lets a page use the platform's scripts."),
    ("bot/platforms/wechat/publishing.py", Stand(1, 4), "Drafts and publishing, one call each."),
    ("bot/platforms/*/login.py", Stand(1, 4), "Who came back from the platform's web login."),
    ("bot/platforms/wecom/school.py", Stand(1, 4), "学校通知: the client of parents."),
    ("bot/platforms/wecom/webhook.py", Stand(1, 4), "The client of a staff group."),
    ("bot/reports/render.py", Stand(1, 4), "Pictures and PDF by typst, which reads its fonts."),
    ("bot/reports/docx.py", Stand(1, 4), "A document as Word."),
    ("bot/reports/pdf.py", Stand(1, 4), "A document as PDF."),
    ("bot/metrics.py", Stand(1, 3), "Counters for whoever runs the machines."),
    ("bot/ids.py", Stand(1, 3), "New ids: time and chance of the machine."),
    ("bot/db.py", Stand(1, 1), "One engine, two dialects, writes as values."),
    ("bot/driver.py", Stand(1), "Prepared statements on the driver's own connection."),
    ("bot/together.py", Stand(1), "Several prepared statements on one way to PostgreSQL."),
    ("bot/lists.py", Stand(1), "A list as one parameter of a statement."),
    ("bot/prepared.py", Stand(1), "Statements of the hot paths, compiled once, run on the driver itself."),
    ("bot/sqlite.py", Stand(1), "How SQLite is driven: waits in a thread, short reads at once."),
    ("bot/school.py", Stand(0, 3), "All that is held in memory, as one value."),
    ("bot/accounts.py", Stand(0, 2), "Which account serves whom."),
    ("bot/settings.py", Stand(0), "The settings file as a value."),
    ("bot/settings_menu.py", Stand(0), "The menu in the settings file as a value."),
    ("bot/messages.py", Stand(0), "The shared words."),
    ("bot/errors.py", Stand(0), "Errors that carry their verdict."),
    ("bot/marked_yaml.py", Stand(0), "YAML that remembers its lines."),
    ("bot/wording.py", Stand(0), "Sentences of no room."),
    ("bot/wording_settings.py", Stand(0), "What people read about the settings file."),
    ("bot/wording_files.py", Stand(0), "What people read about a file that cannot be read."),
    ("bot/*/*", Stand(0, 1), "Whatever else a room holds is as pure as its rules."),
)

# The order in which rooms on the same step may lean on one another.
ROOMS = (
    "", "people", "duties", "quiz", "receipts", "materials", "delivery", "cases", "reports", "platforms",
    "publishing", "web", "simulator", "cli", "migrations", "handlers",
)  # fmt: skip

# Who may import a library that ties us to the world.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "sqlalchemy": (
        "bot/db.py", "bot/driver.py", "bot/prepared.py", "bot/together.py", "bot/lists.py",
        "bot/*/tables*.py", "bot/*/store*.py", "bot/work.py", "bot/migrate.py", "bot/migrations/*",
    ),
    "alembic": ("bot/migrate.py", "bot/migrations/*"),
    "sqlite3": ("bot/sqlite.py", "bot/*/store*.py"),
    "aiohttp": (
        "bot/web/*", "bot/platforms/http.py", "bot/platforms/tokens.py", "bot/platforms/*/client.py",
        "bot/simulator/*", "bot/app.py", "bot/lines.py", "bot/cli/doctor*.py",
    ),
    "wechatpy": (
        "bot/platforms/reference.py", "bot/platforms/*/codec.py", "bot/platforms/*/events.py",
        "bot/simulator/*",
    ),
    "yaml": ("bot/marked_yaml.py",),
    "apscheduler": ("bot/app.py", "bot/duties/ticker.py"),
}  # fmt: skip

# The parts of the simulator that put it beside the bot; the rest of it knows nothing of the bot.
STAGE = ("bot/simulator/campus.py", "bot/simulator/stage.py", "bot/simulator/demo.py")
