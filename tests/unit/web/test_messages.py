"""Every text in three languages: none missing, none left over, numbers worded as each language needs (G5)."""

import re
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from chalicelib.content import rules
from chalicelib.insights.advice import RULES
from chalicelib.insights.figures import Measures, Person
from chalicelib.lifetimes import Subject
from chalicelib.outreach.schemas import About
from chalicelib.privacy.retention import UNITS
from chalicelib.runtime.disclosure import Ground, Recipient, What
from chalicelib.runtime.problem_kinds import PROBLEM_KINDS
from chalicelib.web import i18n, pages

WEB = Path(i18n.__file__).parent
CATEGORIES = {"en": {"one", "other"}, "fr": {"one", "many", "other"}, "ru": {"one", "few", "many", "other"}}  # CLDR
NOT_ALONE = {  # told with others, or no figures
    "participant_id", "observed_ms", "heard_ms", "attention_of_ms", "span", "people", "others", "timeline",
    "answers", "attention_by_third", "reduced",
}  # fmt: skip
TREND = ["length", "gini", "silence", "overlap", "interruptions", "attention", "coverage"]
TIPS = [one.name for one in RULES]
MEASURED = {"en": "measured", "fr": "mesur", "ru": "измер"}


def figures_of(kind: type) -> list[str]:
    """The names of the figures in texts."""
    names = [one.name for one in fields(kind) if one.name not in NOT_ALONE]
    return [name.removesuffix("_ms").replace("_", "-") for name in names]


PERSON_FIGURES, MEETING_FIGURES = figures_of(Person), figures_of(Measures)
FAMILIES = {  # keys that templates put together, and from what
    "how.{}.title": ("one", "two", "three"),
    "how.{}.body": ("one", "two", "three"),
    "keeps.{}.what": ("recording", "clip", "cookie"),
    "keeps.{}.long": ("recording", "clip", "cookie"),
    "keeps.{}.why": ("recording", "clip", "cookie"),
    "links.{}": ("frame", "card", "back", "delete"),
    "letter.{}.title": pages.LETTERS,
    "letter.{}.body": pages.LETTERS,
    "letter.{}.act": pages.LETTERS,
    "person.{}": PERSON_FIGURES,
    "person.{}.what": PERSON_FIGURES,
    "whole.{}": MEETING_FIGURES,
    "whole.{}.what": MEETING_FIGURES,
    "trend.{}": TREND,
    "subject.{}": get_args(Subject),
    "length.{}": UNITS,
    "given.to.{}": Recipient,
    "given.what.{}": What,
    "given.ground.{}": Ground,
    "contact.about.{}": get_args(About),
    "tip.{}.title": TIPS,
    "tip.{}.body": TIPS,
}
QUOTED = re.compile(r"""["'`]([a-z][a-z-]*(?:\.[a-z-]+)+|[a-z]+)["'`]""")


def sources() -> str:
    files = [*(WEB / "templates").rglob("*.html"), *(WEB / "static" / "js").rglob("*.js")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def used_keys() -> set[str]:
    composed = {pattern.format(part) for pattern, parts in FAMILIES.items() for part in parts}
    return {key for key in QUOTED.findall(sources()) if key in i18n.catalogue("en")} | composed


def texts(language: str, key: str) -> list[str]:
    found = i18n.catalogue(language)[key]
    return [found] if isinstance(found, str) else list(found.values())


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_language_has_exactly_the_texts_that_are_used(language: str) -> None:
    """G5: a missing text is a hole in the page, an unused one is a lie to its translator."""
    assert set(i18n.catalogue(language)) == used_keys()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_column_of_people_says_that_only_the_measured_count(language: str) -> None:
    """D5, D10: whoever was there unmeasured is not in it, so it must not be read as who was there."""
    for key in ("report.present", "report.nobody"):
        assert MEASURED[language] in texts(language, key)[0].lower()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_key_asked_for_exists(language: str) -> None:
    """G5: what t() is called with, literally, in templates and scripts."""
    asked = set(re.findall(r"""\bt\(\s*["']([^"']+\.[^"']+)["']\s*[,)]""", sources()))
    assert asked - set(i18n.catalogue(language)) == set()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_numbers_are_worded_in_every_form_of_the_language(language: str) -> None:
    """G5: plurals by Intl, which knows these categories."""
    forms = [set(found) for found in i18n.catalogue(language).values() if not isinstance(found, str)]
    assert forms
    assert all(found == CATEGORIES[language] for found in forms)


@pytest.mark.parametrize("language", [code for code in i18n.LANGUAGES if code != "en"])
def test_translations_name_the_same_things(language: str) -> None:
    """G5: {name} and {count} stand in every translation, and nothing that the page does not fill in."""
    for key in i18n.catalogue("en"):
        expected = set(re.findall(r"\{\w+\}", texts("en", key)[-1]))
        assert all(set(re.findall(r"\{\w+\}", one)) == expected for one in texts(language, key)), key


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize(
    "page",
    [pages.home, pages.meeting, pages.join, pages.history, pages.report, pages.mine, pages.policy, pages.not_found]
    + [pages.too_old]
    + [partial(pages.letter, purpose=one) for one in pages.LETTERS],
)
def test_every_page_renders_in_every_language(language: str, page: object) -> None:
    """G5: and says which language it is in."""
    assert callable(page)
    assert f'<html lang="{language}"' in page(pages.Reader(language))


OF_PROGRAMS = {  # what only a faulty page could cause: “something went wrong on our side”
    "unreadable", "not-a-websocket", "denied", "consent-required", "capture-off", "unknown-host", "method-not-allowed",
    "wrong-type", "internal",
}  # fmt: skip
BY_STATUS = {"too-many", "unavailable"}  # static/js/problems.js says how long to wait; static/js/api.js: Away


def test_every_problem_a_person_can_meet_has_a_sentence() -> None:
    """G5: in plain words, saying what to do."""
    script = (WEB / "static" / "js" / "problems.js").read_text("utf-8")
    table = script[script.index("const TEXTS") : script.index("};")]
    worded = {quoted or bare for quoted, bare in re.findall(r'^  (?:"([a-z-]+)"|([a-z]+)):', table, re.MULTILINE)}
    assert worded == {one.kind for one in PROBLEM_KINDS} - OF_PROGRAMS - BY_STATUS


def test_every_reason_against_a_link_is_said_in_the_readers_language() -> None:
    """B8, G5: beside the field, as the server gives it."""
    script = (WEB / "static" / "js" / "content" / "reasons.js").read_text("utf-8")
    refused_by_clients = {rules.OWN_ORIGIN, rules.NOT_SECURE}  # the panel does not offer these
    reasons = {
        value for name, value in vars(rules).items() if name.isupper() and isinstance(value, str) and " " in value
    }
    assert set(re.findall(r'^  "(.+?)":', script, re.MULTILINE)) == reasons - refused_by_clients


@pytest.mark.parametrize(("table", "expected"), [("PERSON", PERSON_FIGURES), ("WHOLE", MEETING_FIGURES)])
def test_every_figure_of_a_report_is_shown(table: str, expected: list[str]) -> None:
    """D4, D5: none is left out of the page, each under the name of its texts."""
    script = (WEB / "static" / "js" / "insights" / "figures.js").read_text("utf-8")
    shown = re.findall(r'^  \["([a-z-]+)",', script[script.index(f"const {table} ") :].partition("];")[0], re.MULTILINE)
    assert sorted(shown) == sorted(expected)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_tip_names_its_number_and_the_threshold(language: str) -> None:
    """D5: in each language."""
    for rule in TIPS:
        assert {"{value}", "{threshold}"} <= set(re.findall(r"\{\w+\}", i18n.text(language, f"tip.{rule}.body"))), rule
