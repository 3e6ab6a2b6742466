/**
 * Templates with `{{name}}`, which is escaped, `{{#list}} ... {{/list}}`, which may be nested, and `{{>list}}`, which
 * renders the whole template for each of the list: a tree. Compiled into functions that call each other.
 *
 * @typedef {Record<string, unknown>} View
 * @typedef {(view: View) => string} Render
 */

/** @param {string} template @returns {Render} */
export function compileTemplate(template) {
  const tokens = template.split(/({{[^}]+}})/);
  /** @type {Render} */
  const render = compileUntil(tokens, undefined, (view) => render(view));
  return (view) => collapseSpace(render(view));
}

/**
 * @param {string[]} tokens used up as far as the section's end
 * @param {string | undefined} end
 * @param {Render} renderAll
 * @returns {Render}
 */
function compileUntil(tokens, end, renderAll) {
  /** @type {Render[]} */
  const parts = [];
  for (let token = tokens.shift(); token !== undefined && token !== end; token = tokens.shift()) {
    parts.push(compileToken(token, tokens, renderAll));
  }
  return (view) => renderParts(parts, view);
}

/** @param {string} token @param {string[]} following @param {Render} renderAll @returns {Render} */
function compileToken(token, following, renderAll) {
  if (!token.startsWith('{{')) return () => token;
  const sign = token.charAt(2);
  if (sign !== '#' && sign !== '>') return compileValue(token.slice(2, -2));
  const name = token.slice(3, -2);
  const renderBody = sign === '>' ? renderAll : compileUntil(following, `{{/${name}}}`, renderAll);
  return (view) => renderSection(lookUp(view, name), view, renderBody);
}

/** @param {string} path @returns {Render} */
function compileValue(path) {
  return (view) => escapeHtml(lookUp(view, path));
}

/** @param {Render[]} parts @param {View} view */
function renderParts(parts, view) {
  let text = '';
  for (const part of parts) text += part(view);
  return text;
}

/** @param {unknown} list @param {View} outer @param {Render} renderBody */
function renderSection(list, outer, renderBody) {
  if (!Array.isArray(list)) return '';
  return list.map((item) => renderBody({ ...outer, ...item })).join('');
}

/** @param {View} view @param {string} path @returns {unknown} */
function lookUp(view, path) {
  return path.split('.').reduce(property, /** @type {unknown} */ (view));
}

/** @param {unknown} value @param {string} key */
function property(value, key) {
  return /** @type {View | undefined} */ (value)?.[key];
}

/** @param {unknown} value */
function escapeHtml(value) {
  return formatValue(value).replace(/[&<>"']/g, toEntity);
}

/** @param {unknown} value */
function formatValue(value) {
  return typeof value === 'number' ? value.toFixed(2) : String(value ?? '');
}

/** @param {string} character */
function toEntity(character) {
  return `&#${character.codePointAt(0)};`;
}

/** @param {string} text */
function collapseSpace(text) {
  return text.replace(/\s+/g, ' ');
}
