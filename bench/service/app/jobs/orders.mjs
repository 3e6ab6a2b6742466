import { pick, seededRandom } from './random.mjs';

/**
 * @typedef {{ name: string, quantity: number, price: number, weight: number }} Line
 * @typedef {{ id: string, customer: string, placedAt: string, note: string, lines: Line[] }} Order
 * @typedef {{ customer: string, orderCount: number, total: number, months: Month[], lines: Line[] }} Account
 * @typedef {{ month: string, total: number }} Month
 */

const CUSTOMERS = [
  'Ashworth',
  'Baptiste',
  'Chaudhry',
  'Delgado',
  'Eriksen',
  'Fujimoto',
  'Grabowski',
  'Hakimi',
];
const GOODS = ['walnut desk', 'reading lamp', 'oak shelf', 'steel hinge', 'linen curtain', 'brass handle'];
const MONTH_NAMES = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' });
const NOTES = ['deliver before noon', 'ring twice', 'gift wrapping, please', 'leave at the back door'];

/** @param {number} seed @param {number} count */
export function ordersJson(seed, count) {
  const random = seededRandom(seed);
  return JSON.stringify(Array.from({ length: count }, (_, index) => makeOrder(random, index)));
}

/** @param {string} json @returns {Account[]} the largest first */
export function summarise(json) {
  /** @type {Order[]} */
  const orders = JSON.parse(json);
  return [...groupBy(orders, customerOf)].map(toAccount).sort(byTotal);
}

/** @param {() => number} random @param {number} index @returns {Order} */
function makeOrder(random, index) {
  return {
    id: `A-${index}`,
    customer: pick(random, CUSTOMERS),
    placedAt: new Date(
      Date.UTC(2026, Math.floor(random() * 12), 1 + Math.floor(random() * 28)),
    ).toISOString(),
    note: pick(random, NOTES),
    lines: Array.from({ length: 1 + Math.floor(random() * 5) }, () => makeLine(random)),
  };
}

/** @param {() => number} random @returns {Line} */
function makeLine(random) {
  return {
    name: pick(random, GOODS),
    quantity: 1 + Math.floor(random() * 9),
    price: Math.round(random() * 40_000) / 100,
    weight: 1 + Math.floor(random() * 30),
  };
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {(value: T) => string} keyOf
 */
function groupBy(values, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** @param {[string, Order[]]} group @returns {Account} */
function toAccount([customer, orders]) {
  return {
    customer,
    orderCount: orders.length,
    total: totalOf(orders),
    months: [...groupBy(orders, monthOf)].map(toMonth).sort(byMonth),
    lines: orders.flatMap(({ lines }) => lines),
  };
}

/** @param {[string, Order[]]} group @returns {Month} */
function toMonth([month, orders]) {
  return { month, total: totalOf(orders) };
}

/** @param {readonly Order[]} orders */
function totalOf(orders) {
  return orders.reduce((sum, order) => sum + order.lines.reduce(addLine, 0), 0);
}

/** @param {number} sum @param {Line} line */
function addLine(sum, { price, quantity }) {
  return sum + price * quantity;
}

/** @param {Order} order */
function customerOf({ customer }) {
  return customer;
}

/** @param {Order} order */
function monthOf({ placedAt }) {
  return MONTH_NAMES.format(new Date(placedAt));
}

/** @param {Account} a @param {Account} b */
function byTotal(a, b) {
  return b.total - a.total;
}

/** @param {Month} a @param {Month} b */
function byMonth(a, b) {
  return a.month.localeCompare(b.month);
}
