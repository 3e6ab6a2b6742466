import { pick, seededRandom } from './random.mjs';
import { array, lazy, number, object, text } from './schema.mjs';

/** @typedef {{ name: string, formula: string, stock: number, children: Category[] }} Category */

const NAMES = [
  'desks',
  'lamps',
  'shelves',
  'hinges',
  'curtains',
  'handles',
  'chairs',
  'rugs',
  'mirrors',
  'boxes',
];
const OPERANDS = ['price', 'weight', 'quantity', '0.2', '3', '17'];
const DEPTH = 7;
const MAX_FORMULA_DEPTH = 9;

/** @type {import('./schema.mjs').Read<Category>} */
const readCategory = object({
  name: text(40),
  formula: text(2000),
  stock: number(0, 1000),
  children: array(lazy(() => readCategory)),
});

/** @param {number} seed */
export function catalogueJson(seed) {
  return JSON.stringify(makeCategory(seededRandom(seed), DEPTH));
}

/** @param {string} json */
export function readCatalogue(json) {
  return readCategory(JSON.parse(json), '');
}

/** @param {Category} category @param {(category: Category) => number} priceOf @returns {number} */
export function sumPrices(category, priceOf) {
  return category.children.reduce((sum, child) => sum + sumPrices(child, priceOf), priceOf(category));
}

/** @param {() => number} random @param {number} depth @returns {Category} */
function makeCategory(random, depth) {
  const childCount = depth === 0 ? 0 : 1 + Math.floor(random() * 2.4);
  return {
    name: `${pick(random, NAMES)} & ${pick(random, NAMES)}`,
    formula: makeFormula(random, MAX_FORMULA_DEPTH),
    stock: Math.floor(random() * 1000),
    children: Array.from({ length: childCount }, () => makeCategory(random, depth - 1)),
  };
}

/** @param {() => number} random @param {number} depth @returns {string} */
function makeFormula(random, depth) {
  if (depth === 0 || random() < 0.25) return pick(random, OPERANDS);
  const left = makeFormula(random, depth - 1);
  const right = makeFormula(random, Math.max(0, depth - 2));
  return random() < 0.3 ? `max(${left}, ${right})` : `(${left} ${pick(random, ['+', '-', '*'])} ${right})`;
}
