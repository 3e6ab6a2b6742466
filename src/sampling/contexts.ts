/** What counts as a context that might be profiled: open root spans, what keeps the event loop busy, or what the user says. */
export type ContextsOption = 'root-spans' | 'active-resources' | (() => number);

/** The counts that Node and the SDK give. */
export interface ContextCounters {
  rootSpans(): number;
  activeResources(): number;
}

/** The counter that the option names. The user's own may throw or answer nonsense: its last good answer then stands, 0 before the first. */
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
    // Of an async function, which types forbid, a rejection would be nobody's.
    if (answer instanceof Promise) answer.catch(() => {});
    return typeof answer === 'number' && Number.isFinite(answer) && answer >= 0 ? answer : undefined;
  } catch {
    return undefined;
  }
}
