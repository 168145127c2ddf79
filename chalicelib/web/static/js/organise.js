import { call } from "./api.js";
import { find, write } from "./dom.js";
import { busy, copyField, onSubmit } from "./forms.js";
import { dayAndTime, t } from "./i18n.js";
import { say } from "./notices.js";
import { fromField, toField } from "./when.js";

/** The meeting's title, start, link and door: seen by all, decided by whoever runs it. */
export class Organise {
  #root = find(".organise", HTMLElement);
  #link = find(".link-text", HTMLInputElement, this.#root);
  #runs = find(".runs", HTMLDetailsElement, this.#root);
  #form = find('[data-form="organise"]', HTMLFormElement);
  #title = find("#meeting-name", HTMLInputElement);
  #start = find("#meeting-start", HTMLInputElement);
  #knock = find("#knock", HTMLInputElement);
  #analytics = find("#analytics-id", HTMLInputElement);
  #sure = find(".sure", HTMLDialogElement, this.#root);
  #picture = find(".link-picture", HTMLDetailsElement, this.#root);
  #turning = false;

  /** @param {import("./room.js").Room} room @param {import("./session.js").Session} session */
  constructor(room, session) {
    this.#room = room;
    this.#session = session;
    room.addEventListener("change", () => this.#show());
    session.addEventListener("change", () => this.#show());
    onSubmit(this.#form, ({ title, planned_start_ms }) =>
      this.#save({ title, planned_start_ms: fromField(planned_start_ms) }),
    );
    const analytics = find('[data-form="analytics"]', HTMLFormElement);
    onSubmit(analytics, ({ analytics_id }) => this.#save({ analytics_id: analytics_id || null }));
    this.#knock.addEventListener("change", () => void this.#turnKnock());
    this.#picture.addEventListener("toggle", () => this.#showPicture(this.#room.state?.answer.link));
    this.#onclick(".copy-link", async () => say(await copyField(this.#link)));
    this.#onclick(".claim-act", () => this.#claim());
    this.#onclick(".end-meeting", () => this.#sure.showModal());
    this.#onclick(".sure-no", () => this.#sure.close());
    this.#onclick(".sure-yes", () => this.#end());
  }

  #room;
  #session;

  /** Another meeting: nothing of this one stands. */
  clear() {
    this.#root.hidden = true;
    this.#runs.open = false;
    this.#picture.open = false;
    this.#sure.close();
    this.#form.reset();
  }

  /** For whoever has just opened one. */
  unfold() {
    this.#runs.open = true;
  }

  /** @param {string} button @param {() => unknown} act */
  #onclick(button, act) {
    find(button, HTMLButtonElement, this.#root).addEventListener("click", act);
  }

  #show() {
    const answer = this.#room.state?.answer;
    if (!answer) return;
    const claimable = Boolean(this.#session.who?.account) && !answer.organised;
    this.#root.hidden = !(answer.link || answer.organiser || claimable);
    this.#runs.hidden = !answer.organiser;
    find(".claim", HTMLElement, this.#root).hidden = !claimable;
    this.#showLink(answer);
    this.#fill(answer);
  }

  /** @param {RoomAnswer} answer */
  #showLink({ link, room_id, planned_start_ms: start, settings }) {
    find(".by-link", HTMLElement, this.#root).hidden = !link;
    this.#link.value = link ?? "";
    this.#showPicture(link);
    const hint = settings.knock ? "organise.link-hint-knock" : "organise.link-hint";
    write(find(".link-hint", HTMLElement, this.#root), t(hint));
    const calendar = find(".calendar", HTMLAnchorElement, this.#root);
    calendar.href = `/v1/rooms/${link?.split("/").pop() ?? room_id}/calendar.ics`;
    calendar.hidden = !start;
    write(find(".planned", HTMLElement), start ? t("meeting.planned", { when: dayAndTime(start) }) : "");
  }

  /** Drawn by the server, once somebody wants to see it. @param {string | null | undefined} link */
  #showPicture(link) {
    const picture = find("img", HTMLImageElement, this.#picture);
    const address = link && `/v1/rooms/${link.split("/").pop()}/invitation.svg`;
    if (!address || !this.#picture.open) picture.removeAttribute("src");
    else if (picture.getAttribute("src") !== address) picture.src = address;
  }

  /** What is being typed or saved stays. @param {RoomAnswer} answer */
  #fill({ title, planned_start_ms, settings }) {
    if (!this.#turning) this.#knock.checked = settings.knock;
    if (this.#analytics !== document.activeElement) this.#analytics.value = settings.analytics_id ?? "";
    if (this.#form.contains(document.activeElement)) return;
    this.#title.value = title ?? "";
    this.#start.value = toField(planned_start_ms);
  }

  /** @param {object} json */
  async #change(json) {
    await call("PATCH", `/v1/rooms/${this.#room.id}`, { json });
    this.#room.refresh();
  }

  /** @param {object} json */
  async #save(json) {
    await this.#change(json);
    say(t("settings.saved"));
  }

  async #turnKnock() {
    const wanted = this.#knock.checked;
    let saved = !wanted; // what the server has
    this.#turning = true; // a reading meanwhile may be of before
    await busy(this.#root, async () => {
      await this.#change({ knock: wanted });
      saved = wanted;
      say(t(wanted ? "organise.knock-on" : "organise.knock-off"));
    });
    this.#turning = false;
    this.#knock.checked = saved;
  }

  async #claim() {
    const own = { conflict: "organise.taken", "sign-in-required": "problem.sign-in-required" };
    await busy(
      this.#root,
      async () => {
        await call("PUT", `/v1/rooms/${this.#room.id}/organiser`, { json: {} });
        this.unfold();
        say(t("organise.claimed"));
        find("summary", HTMLElement, this.#runs).focus();
      },
      own,
    );
    this.#room.refresh();
  }

  async #end() {
    const id = this.#room.id ?? "";
    await busy(this.#sure, async () => {
      await call("DELETE", `/v1/rooms/${id}`);
      this.#sure.close();
      this.#room.end(id);
    });
  }
}
