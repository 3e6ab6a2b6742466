import { expect, test } from 'vitest';
import { TimeSlicer } from '../../src/pace/time-slicer.ts';
import { InterningLine } from '../../src/record/interning-line.ts';

interface Setup {
  readonly line: InterningLine;
  /** Names of the steps that were done, in order. */
  readonly done: string[];
  readonly failures: unknown[];
  /** Three steps, each longer than a slice may last. */
  steps(name: string): Generator<void, void>;
}

function setup(): Setup {
  const done: string[] = [];
  const failures: unknown[] = [];
  const line = new InterningLine({
    slicer: new TimeSlicer(1),
    onDone: () => done.push('|'),
    onFailure: (error) => failures.push(error),
  });
  function* steps(name: string): Generator<void, void> {
    for (let step = 1; step <= 3; step++) {
      const endMs = performance.now() + 2;
      while (performance.now() < endMs);
      done.push(`${name}${step}`);
      yield;
    }
  }
  return { line, done, failures, steps };
}

async function untilEmpty(line: InterningLine): Promise<void> {
  while (!line.isEmpty) await new Promise(setImmediate);
}

test('segments are interned one after the other, in several turns', async () => {
  const { line, done, steps } = setup();
  for (const name of ['a', 'b']) line.add(steps(name));
  expect(done.length).toBeLessThan(3);
  await untilEmpty(line);
  expect(done).toEqual(['a1', 'a2', 'a3', '|', 'b1', 'b2', 'b3', '|']);
});

test('all that wait are finished in this turn when asked, the one under way included', async () => {
  const { line, done, steps } = setup();
  for (const name of ['a', 'b']) line.add(steps(name));
  line.finishNow();
  expect(done).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  expect(line.isEmpty).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  line.add(steps('c'));
  await untilEmpty(line);
  expect(done.filter((name) => name !== '|').slice(6)).toEqual(['c1', 'c2', 'c3']);
});

test('a segment that fails is told of, and the next one goes on', async () => {
  const { line, done, failures, steps } = setup();
  // biome-ignore lint/correctness/useYield: it fails before it could pause.
  const broken = function* (): Generator<void, void> {
    throw new Error('broken');
  };
  line.add(broken());
  line.add(steps('a'));
  await untilEmpty(line);
  expect(failures).toEqual([new Error('broken')]);
  expect(done).toEqual(['|', 'a1', 'a2', 'a3', '|']);
  line.add(steps('b'));
  line.add(broken());
  line.finishNow();
  expect(failures).toHaveLength(2);
});
