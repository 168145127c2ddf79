/**
 * The element a page cannot do without.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function find(selector, kind, within = document) {
  const element = within.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`no ${selector} on this page`);
  return element;
}

/** Writes only what differs, so that a live region speaks once. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {string} template @returns {HTMLElement} a copy of the template's one element */
export function copy(template) {
  const fragment = find(template, HTMLTemplateElement).content.cloneNode(true);
  return /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (fragment).firstElementChild);
}

/** Touches only what is new, gone or elsewhere: what stands keeps its focus, and a reader's place. @param {Element} list @param {Element[]} items */
export function arrange(list, items) {
  const wanted = new Set(items);
  for (const old of [...list.children]) if (!wanted.has(old)) old.remove();
  let at = list.firstElementChild;
  for (const item of items)
    if (item === at) at = at.nextElementSibling;
    else list.insertBefore(item, at);
}
