/**
 * How contexts that might be profiled are counted: by open root spans, by resources that keep the event loop busy, or by a
 * function of the user's.
 */
export type ContextsOption = 'root-spans' | 'active-resources' | (() => number);

/** The counts that Node and the SDK give. */
export interface ContextCounters {
  rootSpans(): number;
  activeResources(): number;
}

/**
 * The counter that the option names. The user's own may throw or answer nonsense. Then its last good answer counts, and 0 before
 * the first.
 */
export function resolveContexts(option: ContextsOption, counters: ContextCounters): () => number {
  if (option === 'root-spans') return () => counters.rootSpans();
  if (option === 'active-resources') return () => counters.activeResources();
  let lastGood = 0;
  return () => {
    lastGood = ask(option) ?? lastGood;
    return lastGood;
  };
}

function ask(count: () => unknown): number | undefined {
  try {
    const answer = count();
    // The types forbid an async function, but its rejection must not be unhandled.
    if (answer instanceof Promise) answer.catch(() => {});
    return typeof answer === 'number' && Number.isFinite(answer) && answer >= 0 ? answer : undefined;
  } catch {
    return undefined;
  }
}
