import { describe, expect, test } from 'vitest';
import { ArrayView } from '../../src/encode/array-view.ts';
import { BlockWriter } from '../../src/encode/block-writer.ts';
import { encodeJson } from '../../src/encode/json.ts';
import { type Pace, UNPACED } from '../../src/pace/pace.ts';
import { realisticProfile } from '../support/profiles.ts';
import { ALWAYS_OVER, type Counter, countingReads, runCounting } from '../support/steps.ts';

const COUNT = 20_000;

/** Far above the need of one piece, and far below the whole. */
const LONGEST_STRETCH = 2048;

class CountingView extends ArrayView<object> {
  readonly length = COUNT;
  readonly #counter: Counter;
  constructor(counter: Counter) {
    super();
    this.#counter = counter;
  }
  at(index: number): object {
    this.#counter.count++;
    return { index };
  }
}

function encodePaced(value: unknown, pace: Pace, counter: Counter = { count: 0 }) {
  const writer = new BlockWriter();
  const run = runCounting(encodeJson(value, writer, pace), counter);
  return { ...run, text: Buffer.concat(writer.drain(true)).toString() };
}

describe('encodeJson, asked to pause at each chance', () => {
  const list = (element: (index: number) => unknown) => Array.from({ length: COUNT }, (_, i) => element(i));

  test.each<[string, (counter: Counter) => object]>([
    ['numbers', (counter) => countingReads(list(Number), counter)],
    ['flat objects', (counter) => list((i) => countingReads({ i, name: 'x' }, counter))],
    [
      'empty objects',
      (counter) =>
        countingReads(
          list(() => ({})),
          counter,
        ),
    ],
    ['nested lists', (counter) => list((i) => [[countingReads([i], counter)]])],
    [
      'elements without a JSON form',
      (counter) =>
        countingReads(
          list(() => undefined),
          counter,
        ),
    ],
    ['elements with a toJSON', (counter) => list((i) => ({ toJSON: () => [i, counter.count++] }))],
    ['a view', (counter) => new CountingView(counter)],
    ['members', (counter) => countingReads({ ...list(Number), deep: [{}] }, counter)],
    [
      'members without a JSON form',
      (counter) => countingReads({ ...list(() => undefined), deep: [{}] }, counter),
    ],
    [
      'members of wide objects in a list',
      (counter) => list((i) => i < 50 && countingReads({ ...list(Number) }, counter)),
    ],
  ])('does little between two pauses: %s', (_, build) => {
    const counter = { count: 0 };
    const { longestStretch, pauses } = encodePaced({ list: build(counter) }, ALWAYS_OVER, counter);
    expect(counter.count).toBeGreaterThanOrEqual(COUNT);
    expect(longestStretch).toBeLessThanOrEqual(LONGEST_STRETCH);
    expect(pauses).toBeGreaterThan(COUNT / LONGEST_STRETCH);
  });

  test('pauses within a long string', () => {
    expect(encodePaced('x'.repeat(10_000_000), ALWAYS_OVER).pauses).toBeGreaterThan(1000);
  });

  test('writes the same', () => {
    const profile = realisticProfile({ samples: 3000 });
    expect(encodePaced(profile, ALWAYS_OVER).text === JSON.stringify(profile)).toBe(true);
  });
});

describe('encodeJson, never asked to pause', () => {
  test('stops for sealed blocks only', () => {
    const writer = new BlockWriter();
    const profile = realisticProfile({ samples: 3000 });
    for (const _ of encodeJson(profile, writer, UNPACED)) expect(writer.drain()).not.toEqual([]);
    expect(writer.hasSealed).toBe(false);
  });
});
