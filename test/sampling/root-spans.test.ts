import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRootSpans } from '../../src/sampling/root-spans.ts';

function createSpans() {
  const clock = { ms: 0 };
  return { clock, spans: createRootSpans(() => clock.ms) };
}

test('open spans count, each once', () => {
  const { spans } = createSpans();
  const [first, second] = [{}, {}];
  for (const span of [first, first, second]) spans.started(span);
  expect(spans.count()).toBe(2);
  for (const span of [first, first, {}]) spans.ended(span);
  expect(spans.count()).toBe(1);
});

test('a span that is not ended counts for a minute', () => {
  const { spans, clock } = createSpans();
  const span = {};
  spans.started(span);
  clock.ms = 59_999;
  expect(spans.count()).toBe(1);
  clock.ms = 60_000;
  expect(spans.count()).toBe(0);
  spans.started({});
  spans.ended(span);
  expect(spans.count()).toBe(1);
});

test('a span that counts is not kept alive', async () => {
  const { spans } = createSpans();
  const spanRef = (() => {
    const span = {};
    spans.started(span);
    return new WeakRef(span);
  })();
  // A weak reference holds on until the end of the job that made it.
  await pause(0);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  expect(spanRef.deref()).toBeUndefined();
  expect(spans.count()).toBe(1);
});

test('after a pause of any length nothing old counts', () => {
  const { spans, clock } = createSpans();
  spans.started({});
  clock.ms = 1e9 + 500;
  spans.started({});
  expect(spans.count()).toBe(1);
});

test('the count is that of spans younger than 60 whole seconds, whatever happens', () => {
  const step = fc.record({
    kind: fc.constantFrom('start', 'end', 'wait'),
    which: fc.nat(30),
    ms: fc.nat(40_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const { spans, clock } = createSpans();
      const all: { startSecond: number; isOpen: boolean }[] = [];
      for (const { kind, which, ms } of steps) {
        const span = all[which];
        if (kind === 'wait') clock.ms += ms;
        else if (kind === 'start' || span === undefined) {
          const started = { startSecond: Math.floor(clock.ms / 1000), isOpen: true };
          all.push(started);
          spans.started(started);
        } else {
          span.isOpen = false;
          spans.ended(span);
        }
        const second = Math.floor(clock.ms / 1000);
        const open = all.filter(({ startSecond, isOpen }) => isOpen && second - startSecond < 60);
        expect(spans.count()).toBe(open.length);
      }
    }),
  );
});
