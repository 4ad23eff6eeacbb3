"""Backup of a running database, restoring without sending anything again, and what goes after its time."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cli.store_purge import Limits, Purge
from bot.cli.store_trouble import trouble
from bot.cli.store_upkeep import RESTORED, Upkeep
from bot.db import Database
from bot.delivery.store import Outbox
from bot.delivery.tables import acceptance, account_state, delivery, inbox, job_result, payload, shipment
from bot.duties.rules import OccurrenceState
from bot.duties.store import Duties
from bot.messages import Text, Urgency
from bot.migrate import upgrade
from bot.people.tables import contact, person
from bot.platforms.tables import token
from bot.quiz.tables import answer, exposure, sitting
from bot.receipts.tables import receipt
from bot.settings import RetentionSettings
from tests.cli.office import SECRETS, Office

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def days(count: int) -> datetime:
    return NOW - timedelta(days=count)


async def queue(database: Database, key: str) -> None:
    async with database.begin() as tx:
        Outbox(tx).queue(
            key=key, account="campus", address="ww0123456789abcdef|member|xiaolin", person=1,
            content=Text(f"提醒 {key}"), urgency=Urgency.ROUTINE, not_before=NOW,
        )  # fmt: skip


async def states(database: Database) -> dict[str, tuple[str, str]]:
    async with database.reading() as tx:
        rows = await tx.rows(sa.select(delivery.c.key, delivery.c.state, delivery.c.outcome))
    return {row.key: (row.state, row.outcome) for row in rows}


async def test_upgrade_may_be_repeated(office: Office) -> None:
    for _ in range(2):
        done = await office.types("db", "upgrade")
        assert (done.code, done.out) == (0, "数据库已是最新。\n")


async def test_backup_of_a_running_database(office: Office) -> None:
    await office.types("db", "upgrade")
    running = office.database()
    await queue(running, "before")
    async with running.begin() as tx:  # somebody is writing while the copy is made
        tx.write(token.insert(), account="campus", value="a-token-in-use", stopped_code=0)
        await tx.flush()
        copied = await office.types("db", "backup", office.folder / "copy.db")
    assert copied.code == 0, copied.err
    assert "停发" in copied.out
    await queue(running, "after")
    assert sorted(await states(running)) == ["after", "before"]
    async with running.reading() as tx:
        assert await Upkeep(tx).stopped() == []
    await running.close()
    assert [path.name for path in office.folder.glob("copy.db*")] == ["copy.db"]
    assert (office.folder / "copy.db").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(office.folder / "copy.db")) as copy:
        assert copy.execute("select key from delivery").fetchall() == [("before",)]
        assert copy.execute("select value from token").fetchall() == []
        stopped = copy.execute("select account, stopped from account_state order by account").fetchall()
        assert stopped == [(account, RESTORED) for account in ("campus", "public", "staffroom")]
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)


async def test_a_backup_never_overwrites(office: Office) -> None:
    await office.types("db", "upgrade")
    target = office.write("copy.db", "precious")
    refused = await office.types("db", "backup", target)
    assert (refused.code, "已经存在" in refused.err) == (1, True)
    assert target.read_text() == "precious"
    assert not (office.folder / "copy.db.part").exists()


async def test_nothing_to_back_up(office: Office) -> None:
    refused = await office.types("db", "backup", office.folder / "copy.db")
    assert (refused.code, "还没有数据库" in refused.err) == (1, True)
    with closing(sqlite3.connect(office.folder / "data/bot.db")) as empty:
        empty.execute("create table other (x)")
    refused = await office.types("db", "backup", office.folder / "copy.db")
    assert (refused.code, "db upgrade" in refused.err) == (1, True)
    assert not (office.folder / "copy.db").exists()


async def test_postgresql_has_its_own_tool(office: Office) -> None:
    office.environment["DATABASE_PASSWORD"] = "hunter2-secret"
    office.change(
        "settings.yaml", "sqlite+aiosqlite:///data/bot.db",
        "postgresql+asyncpg://bot:${DATABASE_PASSWORD}@db.example/fanzha",
    )  # fmt: skip
    refused = await office.types("db", "backup", "copy.dump")
    assert refused.code == 1
    assert "pg_dump --format=custom --file=copy.dump postgresql://bot@db.example/fanzha" in refused.err
    assert "insert into account_state" in refused.err
    assert "hunter2" not in refused.out + refused.err


async def restored(office: Office, gap: timedelta) -> Database:
    """A backup, an occurrence and a message after it, and the backup put back in place."""
    await office.types("db", "upgrade")
    database = office.database()
    await queue(database, "waiting")
    async with database.begin() as tx:
        Duties(tx).set_watermark("clock/college", datetime.now(UTC) - gap)
    await office.types("db", "backup", office.folder / "copy.db")
    await database.close()
    data = office.folder / "data"
    for path in data.glob("bot.db*"):
        os.unlink(path)
    shutil.copy(office.folder / "copy.db", data / "bot.db")
    return office.database()


@pytest.fixture
def always_term(office: Office) -> None:
    """A term around the present day of the machine."""
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=60), today + timedelta(days=60)
    office.change(
        "schedules.yaml",
        "{name: 2026秋, from: 2026-09-01, to: 2027-01-15, exams: [2027-01-04, 2027-01-15]}",
        f"{{name: 本学期, from: {first}, to: {last}}}",
    )


@pytest.mark.usefixtures("always_term")
async def test_a_restored_database_sends_nothing_again(office: Office) -> None:
    database = await restored(office, timedelta(days=15))
    resumed = await office.types("db", "resume")
    assert resumed.code == 0, resumed.err
    assert "账号 campus 恢复发送（原来停发：由备份恢复）" in resumed.out
    assert "1 条可能已经发过，不再发送" in resumed.out
    assert await states(database) == {"waiting": ("unknown", RESTORED)}
    async with database.reading() as tx:
        assert await Upkeep(tx).stopped() == []
        skipped = await Duties(tx).in_state(OccurrenceState.SKIPPED)
        mark = await Duties(tx).watermark("clock/college")
    assert skipped
    assert all("备份" in occurrence.reason for occurrence in skipped)
    assert f"{len(skipped)} 个计划时间不补发" in resumed.out
    assert mark is not None
    assert datetime.now(UTC) - mark < timedelta(minutes=5)
    await database.close()
    assert "没有停发的账号" in (await office.types("db", "resume")).out


@pytest.mark.usefixtures("always_term")
async def test_who_knows_that_nothing_was_sent_may_send_it(office: Office) -> None:
    database = await restored(office, timedelta(days=15))
    resumed = await office.types("db", "resume", "--send")
    assert "不再发送" not in resumed.out
    assert await states(database) == {"waiting": ("due", "")}
    await database.close()


async def test_resuming_an_account_that_the_platform_refused(office: Office) -> None:
    await office.types("db", "upgrade")
    database = office.database()
    await queue(database, "waiting")
    async with database.begin() as tx:
        for account in ("campus", "public"):
            tx.write(account_state.insert(), account=account, stopped="60020 ip", since=NOW)
    assert "没有账号 campsu" in (await office.types("db", "resume", "campsu")).err
    resumed = await office.types("db", "resume", "campus")
    assert resumed.out == "账号 campus 恢复发送（原来停发：60020 ip）。\n"
    assert await states(database) == {"waiting": ("due", "")}
    async with database.reading() as tx:
        assert [one.account for one in await Upkeep(tx).stopped()] == ["public"]
    await database.close()


async def furnish(database: Database) -> None:
    """Old and new of everything that has a time to go."""
    async with database.begin() as tx:
        tx.write(
            person.insert(), id=1, code="2301001", name="林小满", kind="学生", unit="护理2301", less=False,
            joined_at=days(900),
        )  # fmt: skip
        for id_, at, practice in ((1, 300, False), (2, 300, True), (3, 250, False), (4, 0, False)):
            tx.write(
                sitting.insert(), id=id_, person_id=1, task_id=id_, state="left", open=False, kept={},
                started_at=days(at), touched_at=days(at),
            )  # fmt: skip
            tx.write(
                answer.insert(), sitting_id=id_, step=1, person_id=1, question="refund-003", chosen="A",
                right=False, first_try=True, practice=practice, at=days(at),
            )  # fmt: skip
        tx.write(exposure.insert(), person_id=1, question="refund-003", times=5)
        for key, ago in (("old", 8), ("new", 6)):
            tx.write(inbox.insert(), key=key, at=days(ago), reply=["", []])
        for task, code, ago in ((1, "OLD", 1100), (2, "NEW", 1000)):
            tx.write(
                receipt.insert(), code=code, seal="s", person_id=1, about_id=0, task_id=task,
                name="林小满", unit="护理2301", what="测试", result="满分", level=1, at=days(ago),
            )  # fmt: skip
        for address, left in (("app|openid|a", 2), ("app|openid|b", 0), ("app|openid|gone", 1)):
            tx.write(
                acceptance.insert(), account="public", address=address, template="T", left=left, at=NOW
            )
            if left != 1:
                tx.write(contact.insert(), address=address, account="public", realm="openid", window_left=0)
        for message_id, ago in (("7", 8), ("8", 6)):
            tx.write(
                job_result.insert(), account="public", message_id=message_id, error="", at=days(ago)
            )
        tx.write(
            shipment.insert(), id=9, account="campus", path="/x", body=b"", content_type="", quota="app",
            size=1, made_at=days(500), repeat_until=days(500), state="done", attempts=1, message_id="",
            response_code="",
        )  # fmt: skip
    for key in ("gone", "kept", "due"):
        await queue(database, key)
    async with database.begin() as tx:
        for key, ago in (("gone", 401), ("kept", 399)):
            await tx.execute(
                sa.update(delivery)
                .where(delivery.c.key == key)
                .values(state="sent", settled_at=days(ago), shipment_id=9 if key == "gone" else None)
            )


async def test_what_is_kept_and_what_goes(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    await furnish(database)
    purge = Purge(database, Limits.of(RetentionSettings(), NOW))
    counts = {name: await step() for name, step in purge.steps.items()}
    went = {name: count for name, count in counts.items() if count}
    assert went == {
        "answers": 3, "sittings": 3, "inbox": 1, "deliveries": 1, "shipments": 1, "payloads": 1,
        "receipts": 1, "results": 1, "acceptances": 2,
    }  # fmt: skip
    async with database.reading() as tx:
        met = await tx.rows(sa.select(exposure.c.person_id, exposure.c.question, exposure.c.times))
        assert [tuple(row) for row in met] == [(1, "refund-003", 7)]
        assert await tx.scalar(sa.select(sa.func.count()).select_from(answer)) == 1
        assert [row.key for row in await tx.rows(sa.select(inbox.c.key))] == ["new"]
        assert [row.code for row in await tx.rows(sa.select(receipt.c.code))] == ["NEW"]
        assert await tx.scalar(sa.select(sa.func.count()).select_from(payload)) == 2
        assert [row.address for row in await tx.rows(sa.select(acceptance.c.address))] == ["app|openid|a"]
        assert [row.message_id for row in await tx.rows(sa.select(job_result.c.message_id))] == ["8"]
    assert sorted(await states(database)) == ["due", "kept"]
    assert sum([await step() for step in purge.steps.values()]) == 0
    await database.close()


async def test_purge_tells_what_went(office: Office, tmp_path: Path) -> None:
    await office.types("db", "upgrade")
    assert "没有到期的内容" in (await office.types("db", "purge")).out
    database = office.database()
    async with database.begin() as tx:
        tx.write(inbox.insert(), key="k", at=datetime.now(UTC) - timedelta(days=8), reply=["", []])
    await database.close()
    done = await office.types("db", "purge")
    assert done.out.splitlines() == ["已清理：", "收件记录：1"]
    assert "[3/17] 收件记录" in done.err


async def test_a_database_that_cannot_be_opened_is_one_line(office: Office) -> None:
    office.write("data/bot.db", "this is no database, only a text that somebody put here by mistake" * 20)
    refused = await office.types("db", "upgrade")
    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "数据库用不了：这个文件不是数据库" in refused.err
    assert SECRETS["BOT_SECRET_KEY"] not in refused.err


def test_trouble_of_the_machine_is_told_whoever_ran_the_statement() -> None:
    said = "database or disk is full"
    for error in (
        sqlite3.OperationalError(said),
        sa.exc.OperationalError("insert", {}, sqlite3.OperationalError(said)),
    ):
        assert said in (trouble(error) or "")
    assert trouble(sqlite3.IntegrityError("UNIQUE constraint failed")) is None
