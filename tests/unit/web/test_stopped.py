"""A page whose person takes their consent back: at once, told until it is heard (static/js/measuring/consent.js)."""

from itertools import pairwise

import pytest

from tests.support.measured_page import MEASURED, SENT, played


def test_nothing_is_sent_any_more_once_it_was_stopped() -> None:
    """D10: not what waited behind a batch that was on its way either; the server hears of it, and then it is said."""
    scene = f"""{MEASURED}
      let answer;
      answers.POST = () => new Promise(resolve => (answer = resolve));
      measures(95);
      const stopped = measuring.withdraw(), said = [measuring.place];
      measures(40);
      answer(json({{}}, 202));
      await stopped;
      await after(50);
      said.push(measuring.place)"""
    assert played(scene, "[said, asked, given, [...kept.keys()]]") == [
        ["stopping", "declined"],
        ["PUT /v1/consents", SENT, "PUT /v1/consents"],
        False,
        ["earshot.unmeasured"],
    ]


@pytest.mark.parametrize("again", ["await measuring.withdraw()", 'live.dispatchEvent(new Event("open"))', ""])
def test_a_stop_that_the_server_did_not_hear_is_not_claimed_and_is_told_again(again: str) -> None:
    """D10: by the person, by the page as soon as it hears the server, and again and again by itself."""
    scene = f"""{MEASURED}
      const put = answers.PUT;
      answers.PUT = away;
      await measuring.withdraw().catch(() => {{}});
      const said = [measuring.place, given];
      answers.PUT = put;
      {again};
      await until(() => measuring.place === "declined");
      said.push(measuring.place, given)"""
    assert played(scene, "said") == ["stopping", True, "declined", False]


def test_a_stop_is_told_again_as_often_as_it_takes_and_nothing_is_measured_meanwhile() -> None:
    """D10: after longer and longer pauses, and not before the server wants it; told once, it is told no more."""
    scene = f"""{MEASURED}
      const put = answers.PUT, at = [], fates = [away, () => json({{}}, 503, {{ "Retry-After": "1" }}), away, put];
      answers.PUT = (...sent) => (at.push(steady()), fates.shift()(...sent));
      await measuring.withdraw().catch(() => {{}});
      measures(40);
      await until(() => measuring.place === "declined");
      await after(700)"""
    at, given, sent = played(scene, '[at, given, asked.filter(one => one.startsWith("POST"))]')
    first, second, third = [then - now for now, then in pairwise(at)]
    assert (first >= 240, second >= 990, third >= 240) == (True, True, True)
    assert (given, sent) == (False, [])


def test_a_stop_outlives_the_page_that_is_closed_before_the_server_has_answered() -> None:
    """D10: a request that browsers finish without the page; one more as it goes, which waits for no other."""
    scene = f"""{MEASURED}
      const how = [], real = fetch;
      globalThis.fetch = (path, init) => (how.push([init.method, init.keepalive]), real(path, init));
      answers.PUT = () => new Promise(() => {{}});
      void measuring.withdraw();
      await after(20);
      measuring.leave();
      await after(20)"""
    assert played(scene, "how") == [["PUT", True], ["PUT", True]]


def test_a_yes_after_a_stop_that_was_not_heard_is_not_taken_back() -> None:
    """D10: what would tell the stop again is over with the yes, also where it is on its way."""
    scene = f"""{MEASURED}
      const put = answers.PUT, late = [];
      answers.PUT = away;
      await measuring.withdraw().catch(() => {{}});
      answers.PUT = (...sent) => sent[1].insights ? put(...sent) : new Promise((_, fail) => late.push(fail));
      await until(() => late.length);
      const agreed = measuring.agree();
      await after(20);
      const before = asked.length;
      late[0](new TypeError());
      await agreed;
      await after(700)"""
    assert played(scene, "[given, asked.length - before]") == [True, 1]


def test_without_a_store_in_the_tab_a_stop_is_told_and_said_all_the_same() -> None:
    """D10: where a browser keeps nothing, this page does."""
    scene = f"""const none = () => {{ throw new Error("no store"); }};
      globalThis.sessionStorage = {{ getItem: none, setItem: none, removeItem: none }};
      {MEASURED}
      const put = answers.PUT;
      answers.PUT = away;
      await measuring.withdraw().catch(() => {{}});
      answers.PUT = put;
      await until(() => measuring.place === "declined")"""
    assert played(scene, "[measuring.place, given]") == ["declined", False]


def test_the_next_page_of_the_tab_tells_of_a_stop_that_was_not_heard() -> None:
    """D10: and measures nothing meanwhile."""
    scene = f"""{MEASURED}
      const put = answers.PUT;
      answers.PUT = away;
      await measuring.withdraw().catch(() => {{}});
      answers.PUT = put;
      const next = arrives();
      await until(() => next.place === "declined")"""
    assert played(scene, "[next.place, given, nodes.length]") == ["declined", False, 1]
