import { chunkEnvelope, type ExampleEnvelope, transactionEnvelope } from '../support/relay/examples.ts';
import { recordTypeChecking } from '../support/type-checking.ts';

/** The same work of the real native profiler, as each line of the SDK sends it. */
export function recordEnvelopes(): { readonly v1: ExampleEnvelope; readonly v2: ExampleEnvelope } {
  const { transaction, chunk } = recordTypeChecking(500);
  const [v1, v2] = [transactionEnvelope(), chunkEnvelope()];
  payloadOf(v1).profile = transaction;
  payloadOf(v2).profile = chunk;
  return { v1, v2 };
}

/** The profile of an example, which stands last. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into it.
export function payloadOf({ items }: ExampleEnvelope): any {
  return items.at(-1)?.payload;
}
