"""What a page does with what it measures: asked first, sent, kept (static/js/measuring/measuring.js)."""

import pytest

from tests.support.javascript import evaluated
from tests.support.measured_page import MEASURED, PAGE, SENT, played


@pytest.mark.parametrize(("answer", "times"), [("json({}, 500)", 2), ("json({}, 404)", 1)])
def test_after_the_end_what_failed_is_sent_again_and_what_was_refused_is_not(answer: str, times: int) -> None:
    """D3: without another batch or a live channel that would bring it along."""
    scene = f"""{MEASURED}
      const post = answers.POST;
      answers.POST = () => {answer};
      measuring.clear();
      await measuring.flush();
      answers.POST = post;
      await until(() => !kept.has("earshot.insights"));
      await after(400)"""
    asked, numbers, kept = played(scene, '[asked, bodies.map(one => one.sequence), kept.has("earshot.insights")]')
    assert asked == ["PUT /v1/consents", *[SENT] * times]
    assert (numbers, kept) == ([0] * times, False)


def test_what_fails_may_be_taken_later_and_what_is_refused_may_not() -> None:
    """D3: a server that is away, broken or has too much to do, and when it wants to be asked again."""
    refused = "[500, 501, 429, 400, 401, 403, 404, 410, 413, 422].map(one => new m.Refused(one, {}, null))"
    errors = f"[new m.Away(), new m.Away(2000), new m.Refused(429, {{}}, 3000), new TypeError(), ...{refused}]"
    assert evaluated("api.js", f"{errors}.map(m.patienceMs)") == [0, 2_000, 3_000, None, 0, 0, 0, *[None] * 7]


def test_the_camera_counts_while_it_films_and_attention_while_something_shown_is_before_one() -> None:
    """D2: a camera that is live, switched on and not muted; a page in sight and in use, with something shown."""
    both, filmed, attends = ["attention", "webcam"], ["webcam"], ["attention"]
    sights = {
        "": both,
        "camera.enabled = false": attends,
        "camera.enabled = true; camera.muted = true": attends,
        'camera.muted = false; camera.readyState = "ended"': attends,
        'camera.readyState = "live"; parts.calls.devices.track = () => null': attends,
        "parts.calls.devices.track = () => camera; room.state.content = []": filmed,
        'room.state.content = [{}]; document.visibilityState = "hidden"': filmed,
        'document.visibilityState = "visible"; document.hasFocus = () => false': filmed,
        "document.hasFocus = () => true": both,
    }
    watched = "; ".join(f"{sight}; watch(); observer.cut(); watch(); found.push(kinds())" for sight in sights)
    scene = f"""(async () => {{
      const observer = new m.Observer(parts), found = [];
      const watch = () => measures(1, Array(5).fill(-90));
      const kinds = () => observer.cut().flatMap(piece => piece.events.map(one => one.kind)).sort();
      room.state.content = [{{}}];
      await observer.start();
      await until(() => observer.now !== null);
      await after(20);
      {watched};
      return found;
    }})()"""
    assert evaluated("measuring/observer.js", scene, PAGE) == list(sights.values())


@pytest.mark.parametrize(("seconds", "batches"), [(3, 0), (6, 1)])
def test_a_page_that_is_hidden_sends_what_it_has_unless_that_has_only_begun(seconds: int, batches: int) -> None:
    """D3: a telephone may end it without another word, what is kept outlives it in the tab; a look at another tab, and
    another, makes no small pieces."""
    scene = f"""{MEASURED}
      measures({seconds});
      answers.POST = away;
      document.visibilityState = "hidden";
      document.dispatchEvent(new Event("visibilitychange"));
      await after(20)"""
    sent, kept = played(scene, '[bodies, kept.get("earshot.insights") ?? ""]')
    assert len(sent) == batches
    assert all(one["to_ms"] - one["from_ms"] >= 6_600 and str(one["to_ms"]) in kept for one in sent)


@pytest.mark.parametrize("none", ["refused", "lost", "muted"])
def test_without_a_microphone_talk_is_missing_and_the_camera_is_not(none: str) -> None:
    """D2, D3: it was refused, or went away, or another program has it; once it is there again, talk counts again."""
    scene = f"""const none = {{
        refused: () => {{}},
        lost: () => {{ microphone = refused; track.dispatchEvent(new Event("ended")); }},
        muted: () => (track.muted = true),
      }};
      if ("{none}" === "refused") microphone = refused;
      {MEASURED if none != "refused" else MEASURED.replace("nodes.length && ", "").replace("measures(1);", "")}
      none.{none}();
      const begun = performance.now();
      await until(() => ("{none}" === "muted" && measures(0.1), performance.now() > begun + 1_000));
      const said = [measuring.place];
      microphone = async () => stream;
      track.muted = false;
      if ("{none}" !== "muted") await measuring.agree();
      await after(20);
      measures(1, Array(5).fill(-70));
      measures(1);
      said.push(measuring.place);
      measuring.clear();
      await measuring.flush()"""
    said, bodies = played(scene, "[said, bodies]")
    assert said == ["no-microphone", "measuring"]
    assert [one["heard"] for one in bodies] == [True, False, True][none == "refused" :]
    for one in bodies:
        assert {event["kind"] for event in one["events"]} >= {"webcam"}
    talked = [any(event["kind"] == "talk" for event in one["events"]) for one in bodies]
    assert talked == [False, False, True][none == "refused" :]
    [deaf] = [one for one in bodies if not one["heard"]]
    assert deaf["to_ms"] - deaf["from_ms"] >= 800


def test_a_page_that_goes_sends_what_it_has_however_little() -> None:
    """D3: by a beacon, which nobody has to wait for."""
    scene = f"""{MEASURED}
      asked.length = 0;
      measuring.leave()"""
    assert played(scene, "asked") == ["beacon /v1/rooms/r/insights?tab=t"]


@pytest.mark.parametrize("at_first", ["captured = false", "given = true; answers.POST = off"])
def test_who_is_in_the_meeting_is_measured_once_the_organiser_captures(at_first: str) -> None:
    """D9: whether it was off from the beginning or was switched off meanwhile; asked again every few minutes."""
    scene = f"""const timer = setTimeout;
      globalThis.setTimeout = (act, ms) => timer(act, ms > 60_000 ? 10 : ms);
      const post = answers.POST;
      const off = () => (captured = false, json({{ type: "/problems/capture-off" }}, 403));
      {at_first};
      const measuring = arrives();
      if (given) {{
        await until(() => nodes.length && looks >= 3);
        await after(20);
        measures(61);
        await until(() => !captured);
      }}
      await after(50);
      const said = [measuring.place];
      [captured, given, answers.POST] = [true, true, post];
      await until(() => measuring.place === "starting");
      said.push(measuring.place)"""
    assert played(scene, "said") == ["off", "starting"]


@pytest.mark.parametrize("how", ["captured = false", "room.state.answer.organised = false"])
@pytest.mark.parametrize("place", ["asking", "declined"])
def test_nobody_is_asked_any_more_once_nobody_wants_a_report(how: str, place: str) -> None:
    """D9, D10: the organiser has switched it off, or is gone: the meeting is read anew then; once it is on again, one
    is asked again, unless one had said no."""
    scene = f"""const measuring = arrives(), said = [];
      await until(() => measuring.place === "asking");
      if ("{place}" === "declined") measuring.decline();
      const reads = async () => {{
        room.state = {{ ...room.state, answer: {{ ...room.state.answer }} }};
        room.dispatchEvent(new Event("change"));
        await after(50);
        said.push(measuring.place);
      }};
      {how};
      await reads();
      captured = room.state.answer.organised = true;
      await reads()"""
    assert played(scene, "said") == ["off", place]


def test_whoever_is_measured_is_not_asked_about_it_again() -> None:
    """D10: though the meeting is read anew."""
    scene = f"""{MEASURED}
      let looked = 0;
      const get = answers.GET;
      answers.GET = path => (looked += 1, get(path));
      room.state = {{ ...room.state, answer: {{ ...room.state.answer }} }};
      room.dispatchEvent(new Event("change"));
      await after(50)"""
    assert played(scene, "[looked, measuring.place]") == [0, "measuring"]


def test_the_page_says_since_when_one_has_agreed() -> None:
    """D10: a yes of another meeting, or of this one."""
    before = "given = true; history = [{ at_ms: 7, given: false }, { at_ms: 77, given: true }];"
    known = f"{before} const measuring = arrives(); await until(() => measuring.place === 'starting')"
    assert played(known, "measuring.since") == 77
    assert played(MEASURED, "Math.abs(measuring.since - first) < 60_000") is True


def test_whoever_withdraws_elsewhere_and_agrees_again_has_agreed_since_then() -> None:
    """D10: another tab has taken it back; the date of the yes before is nobody's any more."""
    scene = """given = true;
      history = [{ at_ms: 77, given: true }];
      const measuring = arrives(), post = answers.POST;
      await until(() => nodes.length && looks >= 3);
      await after(20);
      answers.POST = () => json({ type: "/problems/consent-required" }, 403);
      measures(61);
      await until(() => measuring.place === "asking");
      answers.POST = post;
      await measuring.agree()"""
    assert played(scene, "measuring.since > 1_000_000") is True
