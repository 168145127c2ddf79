"""What is measured of somebody in the meeting's call: what the others can hear, and no more (static/js/measuring)."""

from itertools import pairwise

from tests.support.measured_page import MEASURED, played

IN_A_CALL = f"""
const {{ Call }} = await module("call/call.js");
Object.assign(live, {{ state: "open", send() {{}} }});
room.state.answer.me = "me";
room.state.content = [{{}}];
const tells = call => {{
  room.state = {{ ...room.state, people: [{{ participant_id: "me" }}], call }};
  room.dispatchEvent(new Event("change"));
}};
tells([]);
const calls = (parts.calls = new Call(room, live));
const said = [], pressed = made({{ stop() {{}} }});
const talks = () => {{
  measures(1, Array(5).fill(-70));
  measures(1);
  said.push(measuring.place);
}};
{MEASURED}
microphone = async () => ({{ getTracks: () => [pressed] }}); // that of the call
calls.enter();
talks();
tells(["me"]);
talks();
await calls.devices.open("microphone");
talks();
calls.devices.close("microphone");
talks();
calls.leave();
talks(); // the meeting has not heard of it yet
tells([]);
measuring.clear();
await measuring.flush()"""

CALL = IN_A_CALL.partition("const said")[0]
BY_ANOTHER_TAB = f"""{CALL}
const said = [];
const talks = () => (measures(1), said.push(measuring.place));
{MEASURED}
talks();
tells(["me"]);
talks();
tells([]);
talks();
measuring.clear();
await measuring.flush()"""
WITHOUT_ONE = f"""{CALL}
const said = [];
microphone = refused;
const measuring = arrives();
await until(() => measuring.place === "asking");
await measuring.agree();
await until(() => measuring.place === "no-microphone");
said.push(measuring.place);
calls.enter();
tells(["me"]);
await until(() => measuring.place === "muted");
said.push(measuring.place);
calls.leave();
tells([]);
await until(() => measuring.place === "no-microphone");
said.push(measuring.place);
measuring.clear();
await measuring.flush()"""


def test_in_a_call_talk_counts_while_its_microphone_is_on() -> None:
    """D2, D4: said beside a call it is heard by nobody there, and interrupts nobody: whoever is muted says nothing, and
    that is known, so that who unmutes only to talk has talked more than a fair share. Camera and attention are measured
    all along; out of the call the talk is, as it was before.
    """
    said, bodies = played(IN_A_CALL, "[said, bodies]")
    assert said == ["muted", "muted", "measuring", "muted", "measuring"]
    assert [one["heard"] for one in bodies] == [True]  # however often the switch is pressed, it is one batch
    [body] = bodies
    talk = sum(one["to_ms"] - one["from_ms"] for one in body["events"] if one["kind"] == "talk")
    assert 2_000 <= talk <= 4_000  # of six seconds, in the three in which somebody could hear it
    assert "attention" in {one["kind"] for one in body["events"]}


def test_without_a_microphone_in_a_call_one_says_nothing_either() -> None:
    """D2, D4: so it is known of them, too; out of the call nothing is."""
    assert played(WITHOUT_ONE, "said") == ["no-microphone", "muted", "no-microphone"]


def test_in_a_call_by_another_tab_that_one_measures_the_talk() -> None:
    """D2: this one knows nothing of that microphone; it says so, and goes on with camera and attention."""
    said, bodies = played(BY_ANOTHER_TAB, "[said, bodies]")
    assert said == ["measuring", "elsewhere", "measuring"]
    assert [one["heard"] for one in bodies] == [True, False, True]
    assert "talk" not in {event["kind"] for event in bodies[1]["events"]}
    assert all(one["to_ms"] == then["from_ms"] for one, then in pairwise(bodies))


def test_a_microphone_that_is_unplugged_in_a_call_is_off() -> None:
    """D2: as if its button had been pressed."""
    scene = IN_A_CALL.replace('calls.devices.close("microphone")', 'pressed.dispatchEvent(new Event("ended"))')
    assert played(scene, "said")[2:4] == ["measuring", "muted"]
