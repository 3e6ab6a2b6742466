/**
 * Real CPU work that calls a few functions of its own.
 *
 * @param {number} durationMs
 */
function work(durationMs) {
  const endMs = performance.now() + durationMs;
  let checksum = 0;
  while (performance.now() < endMs) checksum += sortNumbers(parseNumbers(500));
  return checksum;
}
exports.work = work;

/** @param {number} count */
function parseNumbers(count) {
  return JSON.parse(JSON.stringify(Array.from({ length: count }, (_, i) => (i * 7919) % 1009)));
}

/** @param {number[]} numbers */
function sortNumbers(numbers) {
  return numbers.toSorted((a, b) => a - b)[10] ?? 0;
}
