/**
 * Full-text search: documents are cut into stems, weighed by how rare each stem is, and ranked.
 *
 * @typedef {Map<string, number>} Counts
 * @typedef {{ text: string, score: number }} Hit
 */

const ENDINGS = ['ing', 'ies', 'es', 'ed', 'ly', 's'];

/** @param {readonly string[]} documents @param {string} query @returns {Hit[]} the best first */
export function search(documents, query) {
  const countsOfAll = documents.map(countStems);
  const wanted = stemsOf(query);
  const weights = new Map(wanted.map((stem) => [stem, rarity(stem, countsOfAll)]));
  return documents.map((text, index) => ({ text, score: score(countsOfAll[index], weights) })).sort(byScore);
}

/** @param {string} text */
function stemsOf(text) {
  return wordsOf(text).map(stem);
}

/** @param {string} text */
function wordsOf(text) {
  return normalise(text).match(/\p{L}+/gu) ?? [];
}

/** @param {string} text */
function normalise(text) {
  return text.normalize('NFKD').toLowerCase();
}

/** @param {string} word */
function stem(word) {
  const ending = ENDINGS.find((candidate) => word.length > 4 && word.endsWith(candidate));
  return ending === undefined ? word : word.slice(0, -ending.length);
}

/** @param {string} text @returns {Counts} */
function countStems(text) {
  const counts = new Map();
  for (const found of stemsOf(text)) counts.set(found, (counts.get(found) ?? 0) + 1);
  return counts;
}

/** @param {string} wanted @param {readonly Counts[]} countsOfAll */
function rarity(wanted, countsOfAll) {
  const holding = countsOfAll.filter((counts) => counts.has(wanted)).length;
  return Math.log(1 + countsOfAll.length / (1 + holding));
}

/** @param {Counts | undefined} counts @param {Map<string, number>} weights */
function score(counts, weights) {
  let sum = 0;
  for (const [wanted, weight] of weights) sum += weight * saturate(counts?.get(wanted) ?? 0);
  return sum;
}

/** @param {number} count */
function saturate(count) {
  return (count * 2.2) / (count + 1.2);
}

/** @param {Hit} a @param {Hit} b */
function byScore(a, b) {
  return b.score - a.score;
}
