import { arch, machine, platform, release, type, version } from 'node:os';
import { threadId } from 'node:worker_threads';

/** The members of a transaction's event that its profile repeats. */
export interface TransactionEvent {
  release?: string;
  environment?: string;
  event_id?: string;
  transaction?: string;
  start_timestamp?: number;
  contexts?: {
    trace?: { trace_id?: string; span_id?: string };
    profile?: { profile_id?: unknown; profiler_id?: unknown };
  };
}

const THREAD_ID = String(threadId);

/** The same for every profile of the process. */
const HOST = {
  runtime: { name: 'node', version: process.versions.node },
  os: { name: platform(), version: release(), build_number: version() },
  device: {
    locale: process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || process.env.LANGUAGE || '',
    model: machine(),
    manufacturer: type(),
    architecture: arch(),
    is_emulator: false,
  },
};

/**
 * The payload of a transaction's profile (sample format v1) without the recorded members. The SDK builds the same
 * (`createProfilePayload`).
 */
export function transactionPayload(profileId: string, event: TransactionEvent): object {
  const startMs = event.start_timestamp === undefined ? Date.now() : event.start_timestamp * 1000;
  return {
    event_id: profileId,
    timestamp: new Date(startMs).toISOString(),
    platform: 'node',
    version: '1',
    release: event.release ?? '',
    environment: event.environment ?? '',
    measurements: {},
    ...HOST,
    debug_meta: { images: [] },
    profile: { samples: [], frames: [], stacks: [], thread_metadata: { [THREAD_ID]: { name: 'main' } } },
    transaction: {
      name: event.transaction ?? '',
      id: event.event_id ?? '',
      trace_id: event.contexts?.trace?.trace_id ?? '',
      active_thread_id: THREAD_ID,
    },
  };
}
