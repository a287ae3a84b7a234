/** Building elements without markup in strings: what a visitor wrote is only ever text. */

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} attributes `undefined` and `false` are left out, `true` is empty
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/**
 * Makes the children of `parent` exactly `nodes`, moving only those that are not in place, so that focus and scrolling stay.
 * @param {Element} parent
 * @param {Element[]} nodes
 */
export function place(parent, nodes) {
  const keep = new Set(nodes);
  for (const child of Array.from(parent.children)) if (!keep.has(child)) child.remove();
  nodes.forEach((node, index) => {
    const there = parent.children[index];
    if (there !== node) parent.insertBefore(node, there ?? null);
  });
}

/** Sets text only when it differs: a live region reads out what is set, even to the same. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`no element #${id}`);
  return node;
}
