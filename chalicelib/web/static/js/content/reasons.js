/** Why a link is not taken: what the server says, and where the same stands in the page's language. @type {Record<string, string>} */
export const REASONS = {
  "only links that begin with http:// or https://": "reason.scheme",
  "at most 2,048 bytes": "reason.too-long",
  "no control or invisible characters": "reason.unseen",
  "no spaces and no backslashes": "reason.spaces",
  "no user name and no password in it": "reason.credentials",
  "the name of a host after the //": "reason.no-host",
  "a host that every browser reads the same way": "reason.bad-host",
  "a port from 1 to 65535": "reason.bad-port",
  "at most 200 characters": "reason.title-long",
};
