const MINUTE_MS = 60_000;

/** A file for the person, made on the page. @param {string} name @param {Blob} content */
export function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), MINUTE_MS); // by then the browser has it
}
