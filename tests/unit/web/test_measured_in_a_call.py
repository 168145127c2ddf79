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
tells([]);
talks();
measuring.clear();
await measuring.flush()"""


def test_in_a_call_talk_counts_while_its_microphone_is_on() -> None:
    """D2, D4: said beside a call it is heard by nobody there, and interrupts nobody: it is missing, not zero. Camera
    and attention are measured all along; out of the call the talk is, as it was before.
    """
    said, bodies = played(IN_A_CALL, "[said, bodies]")
    assert said == ["muted", "muted", "measuring", "muted", "measuring"]
    assert [one["heard"] for one in bodies] == [True, False, True, False, True]
    kinds = [{event["kind"] for event in one["events"]} for one in bodies]
    assert ["talk" in found for found in kinds[1:]] == [False, True, False, True]
    assert all("attention" in found for found in kinds)
    assert all(one["to_ms"] == then["from_ms"] for one, then in pairwise(bodies))


def test_a_microphone_that_is_unplugged_in_a_call_is_off() -> None:
    """D2: as if its button had been pressed."""
    scene = IN_A_CALL.replace('calls.devices.close("microphone")', 'pressed.dispatchEvent(new Event("ended"))')
    assert played(scene, "said")[2:4] == ["measuring", "muted"]
