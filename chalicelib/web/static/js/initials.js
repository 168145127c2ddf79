/** @param {string} name @returns {string} the first letters of the first two words */
export const initials = name =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map(word => [...word][0] ?? "")
    .join("")
    .toUpperCase();
