// Runs before anything is drawn, so that nobody is dazzled: a plain script, not a module.
(() => {
  /** @param {string | null} chosen "light", "dark", or null to follow the device */
  const apply = chosen => {
    for (const element of document.querySelectorAll("[data-scheme]")) {
      const scheme = element.getAttribute("data-scheme");
      const media = chosen ? (scheme === chosen ? "all" : "not all") : `(prefers-color-scheme: ${scheme})`;
      element.setAttribute("media", media);
    }
  };
  window.earshotTheme = apply;
  try {
    apply(localStorage.getItem("earshot.theme"));
  } catch {
    // storage switched off: the page follows the device
  }
})();
