import { call } from "../api.js";
import { heldBearer } from "../cookieless.js";

/** @param {string} tab */
const address = tab => `/v1/tabs/${tab}/closed?tab=${tab}`;

/** A tab of a page before this one: what it staged goes. @param {string} tab throws Refused or Away */
export const closeFormer = tab => call("POST", address(tab), { json: {} });

/** What a page that goes has to say; beacons carry no bearer. @param {string} tab */
export function close(tab) {
  if (heldBearer()) void call("POST", address(tab), { json: {}, keepalive: true }).catch(() => {});
  else navigator.sendBeacon(address(tab), new Blob(["{}"], { type: "application/json" }));
}
