// Runs in the organiser's analytics frame, a document of no origin: it knows the id and nothing else. A plain script,
// as modules are not given to such documents. Nothing here tells Google which meeting this is, or who is in it.
(() => {
  const ID = /^(G-[A-Z0-9]{4,16}|AW-[0-9]{6,16})$/;
  const id = new URLSearchParams(location.search).get("id") ?? "";
  if (!ID.test(id)) return;
  const { globalPrivacyControl, doNotTrack } = /** @type {Navigator & {globalPrivacyControl?: boolean}} */ (
    navigator
  );
  if (globalPrivacyControl === true || doNotTrack === "1") return; // switched on since the frame was asked for

  // Nothing can be kept here: a program that tries would break off, so it finds nothing instead.
  Object.defineProperty(document, "cookie", { get: () => "", set: () => {} });

  /** @type {IArguments[]} */
  const layer = [];
  Object.assign(window, { dataLayer: layer });
  /** @type {(...words: unknown[]) => void} */
  const tell = function () {
    // biome-ignore lint/complexity/noArguments: Google's program takes this kind of object and no array
    layer.push(arguments);
  };
  const denied = ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage"];
  tell("js", new Date());
  tell("consent", "default", Object.fromEntries(denied.map(purpose => [purpose, "denied"])));
  tell("config", id, {
    page_location: `${location.origin}/`,
    page_title: "Meeting",
    page_referrer: "",
    client_storage: "none",
    allow_google_signals: false,
    allow_ad_personalization_signals: false,
  });

  const program = document.createElement("script");
  program.src = `https://www.googletagmanager.com/gtag/js?id=${id}`;
  program.referrerPolicy = "no-referrer";
  document.head.append(program);
})();
