"""A test that a class does together: which classes have one, where its page is, and what is shown there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from bot.duties.codes import classroom_key, slug_for
from bot.duties.naming import words_of
from bot.duties.rules import Occurrence
from bot.messages import Choice
from bot.people.rules import Stage
from bot.quiz import wording_classroom as wording
from bot.quiz.classroom import (
    ClassPaper,
    ClassTest,
    class_paper,
    points_of,
    stages_together,
    together,
)
from bot.quiz.drawing import TEST_POINTS, blueprint_of
from bot.school import School
from bot.work import Work


async def class_tests(
    work: Work, school: School, units: Iterable[str], campaign: Occurrence | None = None
) -> list[ClassTest]:
    """What the classes of these units can do together now, the newest campaign first."""
    names = [campaign.material] if campaign else school.plan.blueprints
    stages = frozenset[Stage]().union(*(stages_together(school.plan, name) for name in names))
    found = await work.duties.pupils_to_test(units, stages, campaign.id if campaign else "")
    tests = []
    for pupils in found:
        blueprint = blueprint_of(school.plan, pupils.occurrence.material, pupils.stage, TEST_POINTS)
        people, points = together(school.plan, pupils), points_of(school.bank, blueprint)
        if people and points:
            tests.append(ClassTest(pupils, people, points))
    return tests


def pages_for(
    work: Work, school: School, tests: Sequence[ClassTest], called: Mapping[str, str], base: str
) -> list[Choice]:
    """A tap to the page of each class, put on record; the same address each time."""
    often = Counter(test.pupils.unit for test in tests)
    words = words_of(test.pupils.occurrence for test in tests)
    pages = []
    for pupils in (test.pupils for test in tests):
        campaign, unit = pupils.occurrence, pupils.unit
        slug = slug_for(school.key, campaign.id)
        k = classroom_key(school.key, campaign.id, unit, pupils.stage)
        work.duties.give_link(k, slug, unit, None)
        label = wording.label(called[unit], words[campaign.id] if often[unit] > 1 else "")
        pages.append(Choice(label, label, f"{base}/screen/{slug}/{k}"))
    return pages


def stage_behind(school: School, occurrence: Occurrence, unit: str, k: str) -> Stage | None:
    """For which 学段 of a class this link was made; ``None`` when it is no link to a class test."""
    made = {classroom_key(school.key, occurrence.id, unit, stage): stage for stage in Stage}
    return made.get(k)


def paper_behind(school: School, occurrence: Occurrence, stage: Stage, k: str) -> ClassPaper:
    """The class's own paper: its link, which nobody can make up, is the seed."""
    return class_paper(
        school.bank, blueprint_of(school.plan, occurrence.material, stage, TEST_POINTS), Random(k)
    )
