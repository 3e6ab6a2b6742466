import { catalogueJson, readCatalogue, sumPrices } from './catalogue.mjs';
import { evaluateFormula } from './formula.mjs';
import { ordersJson, summarise } from './orders.mjs';
import { pick, seededRandom } from './random.mjs';
import { search } from './search.mjs';
import { compileTemplate } from './template.mjs';

/** @typedef {import('./orders.mjs').Account} Account */

const ACCOUNTS = `<h1>{{title}}</h1>{{#accounts}}<section><h2>{{customer}} ({{orderCount}})</h2><table>
  {{#months}}<tr><td>{{month}}</td><td>{{total}}</td><td>{{customer}}</td></tr>{{/months}}</table>
  <ul>{{#lines}}<li>{{quantity}} x {{name}}: {{price}}</li>{{/lines}}</ul></section>{{/accounts}}`;
const CATALOGUE = '<li><b>{{name}}</b> {{stock}} <ul>{{>children}}</ul></li>';
const QUERIES = ['hinges for shelves', 'reading desks', 'brass lamps with handles', 'curtains of linen'];

const STORED_ORDERS = Array.from({ length: 8 }, (_, seed) => ordersJson(seed, 30));
const STORED_CATALOGUES = Array.from({ length: 8 }, (_, seed) => catalogueJson(seed));
const SECTIONS = [searchOrders, priceCatalogue, renderAccounts];

/**
 * Parses, checks, prices, searches and renders, and waits for its turn between. The same number gives the same report.
 *
 * @param {number} number
 * @param {import('../turns.mjs').Turns} turns
 */
export async function buildReport(number, turns) {
  const random = seededRandom(number);
  let html = '';
  for (let turn = 0; turn < turns.count; turn++) {
    await turns.next();
    const build = pick(random, SECTIONS);
    html = build(random);
  }
  return html;
}

/** @param {() => number} random */
function searchOrders(random) {
  const accounts = summarise(pick(random, STORED_ORDERS));
  const hits = search(describe(accounts), pick(random, QUERIES));
  return `<p>${hits[0]?.text}</p>`;
}

/** @param {() => number} random */
function priceCatalogue(random) {
  const catalogue = readCatalogue(pick(random, STORED_CATALOGUES));
  const price = sumPrices(catalogue, ({ formula, stock }) =>
    evaluateFormula(formula, { price: 10, weight: 2, quantity: stock }),
  );
  return compileTemplate(CATALOGUE)({ ...catalogue, price });
}

/** @param {() => number} random */
function renderAccounts(random) {
  const accounts = summarise(pick(random, STORED_ORDERS));
  return compileTemplate(ACCOUNTS)({ title: accounts[0]?.customer, accounts });
}

/** @param {readonly Account[]} accounts */
function describe(accounts) {
  return accounts.map(({ customer, lines }) => `${customer}: ${lines.map(({ name }) => name).join(', ')}`);
}
