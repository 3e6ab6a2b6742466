import { setTimeout as pause } from 'node:timers/promises';
import { catalogueJson, readCatalogue, sumPrices } from './catalogue.mjs';
import { evaluateFormula } from './formula.mjs';
import { ordersJson, summarise } from './orders.mjs';
import { pick, seededRandom } from './random.mjs';
import { search } from './search.mjs';
import { compileTemplate } from './template.mjs';

/** @typedef {import('./orders.mjs').Account} Account */

/** A report takes about 0.8 s for each. */
const SECTIONS = { least: 3, most: 6 };
/** What a database answers in, give or take: between these pauses other requests run. */
const QUERY_MS = { least: 150, most: 400 };

const ACCOUNTS = `<h1>{{title}}</h1>{{#accounts}}<section><h2>{{customer}} ({{orderCount}})</h2><table>
  {{#months}}<tr><td>{{month}}</td><td>{{total}}</td><td>{{customer}}</td></tr>{{/months}}</table>
  <ul>{{#lines}}<li>{{quantity}} x {{name}}: {{price}}</li>{{/lines}}</ul></section>{{/accounts}}`;
const CATALOGUE = '<li><b>{{name}}</b> {{stock}} <ul>{{>children}}</ul></li>';
const QUERIES = ['hinges for shelves', 'reading desks', 'brass lamps with handles', 'curtains of linen'];

const STORED_ORDERS = Array.from({ length: 8 }, (_, seed) => ordersJson(seed, 60));
const STORED_CATALOGUES = Array.from({ length: 8 }, (_, seed) => catalogueJson(seed));

/**
 * Parses, checks, prices, searches and renders, and waits for a database between. The same number gives the same report.
 *
 * @param {number} number
 */
export async function buildReport(number) {
  const random = seededRandom(number);
  const html = [];
  const sections = Math.round(between(random, SECTIONS));
  for (let section = 0; section < sections; section++) {
    await query(random);
    const accounts = summarise(pick(random, STORED_ORDERS));
    const hits = search(describe(accounts), pick(random, QUERIES));
    await query(random);
    const catalogue = readCatalogue(pick(random, STORED_CATALOGUES));
    const price = sumPrices(catalogue, ({ formula, stock }) =>
      evaluateFormula(formula, { price: 10, weight: 2, quantity: stock }),
    );
    await query(random);
    html.push(compileTemplate(ACCOUNTS)({ title: `${hits[0]?.text}, ${price}`, accounts }));
    html.push(compileTemplate(CATALOGUE)(catalogue));
  }
  return html.join('');
}

/** @param {() => number} random */
function query(random) {
  return pause(between(random, QUERY_MS));
}

/** @param {() => number} random @param {{ least: number, most: number }} range */
function between(random, { least, most }) {
  return least + random() * (most - least);
}

/** @param {readonly Account[]} accounts */
function describe(accounts) {
  return accounts.map(({ customer, lines }) => `${customer}: ${lines.map(({ name }) => name).join(', ')}`);
}
