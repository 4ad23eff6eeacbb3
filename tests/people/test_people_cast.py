"""The invented schools are fit to be shown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bot.people.roster import read_roster
from bot.people.rules import PersonKind, RoleHeld, RoleName, Stage
from bot.simulator.cast import COLUMNS, college, school, to_csv, to_xlsx


def test_the_college_is_a_good_roster_and_always_the_same() -> None:
    assert college() == college()
    assert college(1) != college(2)
    file = read_roster(to_xlsx(college()), "college.xlsx")
    assert (file.complaints, file.notes) == ((), ())
    assert Counter(row.kind.value for row in file.rows) == {"学生": 160, "教职工": 18, "家长": 30}
    held = Counter(role.role for row in file.rows for role in row.roles or ())
    assert held[RoleName.HOMEROOM] == held[RoleName.COUNSELLOR] == 4
    assert sum(RoleHeld(RoleName.APPROVER, "") in (row.roles or ()) for row in file.rows) == 2
    assert [len(row.children or ()) for row in file.rows if row.children].count(2) == 1


def test_the_school_has_pupils_of_a_middle_school() -> None:
    file = read_roster(to_csv(school()), "school.csv")
    assert (file.complaints, file.notes) == ((), ())
    assert {row.stage.value for row in file.rows if row.stage} == {"初中"}


def test_a_cell_that_would_run_is_defused_in_csv_and_text_in_a_workbook() -> None:
    row = college()[0] | {"姓名": "=1+1"}
    assert b"'=1+1" in to_csv([row])
    assert read_roster(to_xlsx([row, college()[1]]), "x.xlsx").complaints[0].line == 2


def test_the_page_about_the_roster_names_every_column_and_word() -> None:
    page = (Path(__file__).parents[2] / "docs" / "roster.md").read_text(encoding="utf-8")
    for word in (*COLUMNS, *RoleName, *PersonKind, *Stage, "学号", "工号"):
        assert word in page
