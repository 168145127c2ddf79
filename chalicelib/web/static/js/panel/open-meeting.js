import { call } from "../api.js";
import { find } from "../dom.js";
import { enterByLink } from "../entering.js";
import { onSubmit } from "../forms.js";
import { fromField } from "../when.js";

/** A meeting of one's own, with a link to invite by: opened, and entered. */
export class OpenMeeting {
  #form = find('[data-form="open-meeting"]', HTMLFormElement);

  /** @param {import("./panel.js").Panel} panel @param {(roomId: string) => void} arrive */
  constructor(panel, arrive) {
    this.#panel = panel;
    this.#arrive = arrive;
    onSubmit(this.#form, values => this.#open(values));
  }

  #panel;
  #arrive;

  /** @param {import("../forms.js").Values} values */
  async #open({ title, planned_start_ms }) {
    const json = { title, planned_start_ms: fromField(planned_start_ms) };
    const { room_id } = await call("POST", "/v1/rooms", { json });
    await enterByLink(room_id);
    this.#form.reset();
    this.#panel.close();
    this.#arrive(room_id);
  }
}
