"""``python -m bot``: every command in one place; what a command needs is imported when it runs."""

from __future__ import annotations

import typer

from bot.cli import check, db, demo, docs, doctor, menu, questions, report, roster, schedule, serve, stats

app = typer.Typer(
    help="反诈课代表：提醒、测试、收回执。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local values, secrets among them
)
app.command()(serve.serve)
app.command()(demo.demo)
app.command()(check.check)
app.command()(doctor.doctor)
app.command()(menu.menu)
app.add_typer(db.app, name="db")
app.add_typer(roster.app, name="roster")
app.add_typer(schedule.app, name="schedule")
app.command()(stats.stats)
app.command()(report.report)
app.add_typer(questions.app, name="questions")
app.command(hidden=True)(docs.docs)

if __name__ == "__main__":
    app(prog_name="bot")
