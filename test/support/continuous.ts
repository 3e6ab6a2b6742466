import type { Client, Envelope, Span } from '@sentry/core';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import type { ChunkProfiler } from '../../src/capture/chunk-gate.ts';
import { profilerOf } from '../../src/capture/profiling-client.ts';
import type { BoundedProfilingIntegration } from '../../src/index.ts';
import { type ClientOptions, createClient } from './client.ts';

export type Lifecycle = 'manual' | 'trace';

/** A chunk as the SDK hands it to the transport. */
export interface SentChunk {
  readonly chunk_id: string;
  readonly profiler_id: string;
  readonly profile: { readonly samples: readonly { readonly timestamp: number }[] };
}

export interface ContinuousClient {
  readonly client: Client;
  readonly profiler: ChunkProfiler;
  /** The chunks that went to the transport, in their order. */
  readonly chunks: SentChunk[];
  /** The user's lifecycle begins to profile, and ends it. */
  begin(): void;
  end(): void;
}

/** A real client of SDK 11 whose real profiler runs in that lifecycle. */
export function createContinuous(
  lifecycle: Lifecycle,
  { options, bounded = [] }: { options?: object; bounded?: BoundedProfilingIntegration[] } = {},
): ContinuousClient {
  const chunks: SentChunk[] = [];
  const send = (envelope: Envelope): Promise<object> => {
    for (const [header, payload] of envelope[1]) {
      if (header.type === 'profile_chunk') chunks.push(payload as unknown as SentChunk);
    }
    return Promise.resolve({});
  };
  const { client } = createClient('http://public@127.0.0.1:9/1', false, {
    integrations: [nodeProfilingIntegration(), ...bounded],
    transport: () => ({ send, flush: () => Promise.resolve(true) }),
    profileSessionSampleRate: 1,
    profileLifecycle: lifecycle,
    ...options,
  } as ClientOptions);
  const profiler = profilerOf(client) as ChunkProfiler & { start(): void };
  const span = {} as Span;
  return {
    client,
    profiler,
    chunks,
    begin: () => (lifecycle === 'manual' ? profiler.start() : client.emit('spanStart', span)),
    end: () => (lifecycle === 'manual' ? profiler.stop() : client.emit('spanEnd', span)),
  };
}
