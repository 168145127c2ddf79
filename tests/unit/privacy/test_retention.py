"""What is kept and how long, as people are told: made from THE table, with a version and a date (F9, F10)."""

import json
import re
from dataclasses import asdict
from datetime import date
from hashlib import sha256

import pytest
from markupsafe import escape

from chalicelib import wiring
from chalicelib.lifetimes import LIFETIMES
from chalicelib.privacy import retention
from chalicelib.runtime.languages import LANGUAGES
from chalicelib.web import i18n, pages
from chalicelib.web.pages import Reader
from tests.support.javascript import evaluated

wiring.connect()  # what becomes of each kind is known once all subjects have said so


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_words_and_no_words_are_left_over(language: str) -> None:
    """F9: in three languages; the English ones are the table's own."""
    words = json.loads((retention.HERE / "retention_texts" / f"{language}.json").read_text("utf-8"))
    assert list(words) == [one.kind for one in LIFETIMES]
    assert all(set(one) == {"name", "purpose", "counted_from"} and all(one.values()) for one in words.values())
    if language == "en":
        said = [(one["purpose"], one["counted_from"]) for one in words.values()]
        assert said == [(one.purpose, one.counted_from) for one in LIFETIMES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_the_whole_table(language: str) -> None:
    """F9: code and page cannot differ."""
    page = pages.policy(Reader(language))
    assert page.count("<dt ") == len(LIFETIMES)
    for one in retention.promises(language):
        count, unit = one.length
        assert f' id="{one.lifetime.kind}">' in page
        assert count * retention.UNITS[unit] == one.lifetime.length_ms
        assert i18n.counted(language, f"length.{unit}", count) in page


def test_another_promise_is_another_version() -> None:
    """F10: who changes a lifetime, or what is said of it, adds a version to policy.json, with its date and whether it
    matters to people; nobody changes the versions there are."""
    known = retention.versions()
    said = [asdict(one) for language in LANGUAGES for one in retention.promises(language)]
    digest = sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    assert known[-1].digest == digest, f"add version {len(known) + 1} with digest {digest}"
    assert [one.version for one in known] == list(range(1, len(known) + 1))
    assert [one.date for one in known] == sorted(date.fromisoformat(one.date).isoformat() for one in known)
    assert known[0].material


def test_another_kind_of_personal_data_and_a_longer_life_are_announced() -> None:
    """F10: whoever changes one says so in `kinds` of the version, and that it matters; nobody judges it by feeling."""
    lives = dict[str, int]()
    for one in retention.versions():
        more = {kind: length for kind, length in one.kinds.items() if length and length > lives.get(kind, 0)}
        assert one.material or not more, f"version {one.version} is material: {more}"
        lives = {kind: length for kind, length in {**lives, **one.kinds}.items() if length is not None}
    today = {one.kind: one.length_ms for one in LIFETIMES if one.subject != "nobody"}
    changed = {kind: today.get(kind) for kind in today | lives if today.get(kind) != lives.get(kind)}
    assert not changed, f"the latest version has in its kinds: {json.dumps(changed)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_all_versions_with_their_dates(language: str) -> None:
    """F10: the newest first, and of which people were told."""
    listed = pages.policy(Reader(language)).partition('<details class="versions">')[2].partition("</details>")[0]
    dates = re.findall(r'datetime="([^"]+)"', listed)
    assert dates == [one.date for one in reversed(retention.versions())]
    numbers = [f"<li>{i18n.text(language, 'retention.version').replace('{version}', str(one.version))} " for one in
               reversed(retention.versions())]  # fmt: skip
    assert re.findall("<li>[^<]*", listed) == numbers
    said = str(escape(i18n.text(language, "retention.material")))
    assert listed.count(said) == sum(one.material for one in retention.versions())


def test_the_start_page_announces_the_last_version_that_matters() -> None:
    """F10: by its number, which a browser compares to the one it has seen."""
    material = [one.version for one in retention.versions() if one.material]
    for page in (pages.home(Reader("en")), pages.meeting(Reader("en"))):
        assert f'role="status" data-version="{material[-1]}" hidden' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_says_how_it_is_erased_and_exported(language: str) -> None:
    """F3, F4, F9: as the register has it."""
    words = json.loads((retention.HERE / "rights_texts" / f"{language}.json").read_text("utf-8"))
    page = pages.policy(Reader(language))
    said = {one.lifetime.kind: one for one in retention.promises(language)}
    assert {one.erased for one in said.values()} == set(words["erased"].values())
    assert {one.exported for one in said.values()} == set(words["exported"].values())
    assert said["session"].erased == said["account"].erased == words["erased"]["at-once"]
    assert said["raw-insights"].erased == said["meeting-history"].erased == words["erased"]["soon"]
    assert (said["consent"].erased, said["consent"].exported) == (words["erased"]["kept"], words["exported"]["shown"])
    assert (said["ticket"].erased, said["use-count"].erased) == (words["erased"]["passing"], words["erased"]["nobodys"])
    assert (said["expiry-entry"].erased, said["expiry-entry"].exported) == (
        words["erased"]["waiting"], words["exported"]["waiting"]
    )  # fmt: skip
    for one in said.values():
        assert str(escape(f"{one.erased} {one.exported}")) in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_worded_as_browsers_do(language: str) -> None:
    """G5: the page needs no script, and a script would say the same."""
    counts = [*range(131), 180, 396, 1_000, 1_000_000, 2_000_000]
    asked = f"{json.dumps(counts)}.map(count => new Intl.PluralRules({json.dumps(language)}).select(count))"
    assert evaluated("when.js", asked) == [i18n.plural_category(language, count) for count in counts]


NEWS = """
const kept = {}, news = page.querySelector(".policy-news");
globalThis.localStorage = { getItem: key => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; } };
const comes = version => {
  Object.assign(news, { hidden: true, dataset: { version } });
  m.showPolicyNews();
  return !news.hidden;
};
"""


def test_a_change_is_announced_until_people_have_taken_note() -> None:
    """F10: to who was here before it; once."""
    scene = """(() => {
      const seen = [comes("1"), comes("1"), comes("2"), comes("2")];
      news.querySelector("button").dispatchEvent(new Event("click"));
      return [...seen, comes("2"), comes("3")];
    })()"""
    assert evaluated("notices.js", scene, before=NEWS) == [False, False, True, True, False, True]
