import type { ReceivedItem } from '../support/relay/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a span points to a profile depends on when something was recorded, which has tests of its own. */
const LINKS = ['thread.id', 'thread.name', 'sentry.profiler_id', 'profile'];

/** The SDK asks the system for these while the service runs already: by chance the first requests lack them. */
const isLate = (key: string): boolean => key === 'os' || key.startsWith('os.');

/** Profiles are compared sample by sample, and reports of losses have nothing to be equal to. */
const OTHERS = ['profile', 'profile_chunk', 'client_report'];

/**
 * The items of a service beside profiles, each by values that are the same in every run.
 */
export function describeSent(items: readonly ReceivedItem[]): string[] {
  return items
    .filter(({ type }) => !OTHERS.includes(type))
    .flatMap(({ type, json }) => {
      const payload = (json ?? {}) as Fields;
      // Spans that are streamed come in containers, several or one at a time.
      return type === 'span' ? listOf(payload.items).map(describeSpan) : describeItem(type, payload);
    })
    .sort();
}

/** Those of the first that the second lacks, each once. */
export function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function describeItem(type: string, payload: Fields): string {
  const [error] = listOf((payload.exception as Fields | undefined)?.values);
  const names = [payload.transaction, error?.value, payload.status].filter((name) => name !== undefined);
  const spans = listOf(payload.spans).map((span) => String(span.description));
  return [type, ...names, `keys ${keysOf(payload)}`, `contexts ${keysOf(payload.contexts)}`, ...spans].join();
}

function describeSpan(span: Fields): string {
  return `span ${span.name}, segment ${span.is_segment}, keys ${keysOf(span)}, attributes ${keysOf(span.attributes)}`;
}

function keysOf(value: unknown): string {
  return Object.keys((value ?? {}) as Fields)
    .filter((key) => !LINKS.includes(key) && !isLate(key))
    .sort()
    .join();
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value : [];
}
