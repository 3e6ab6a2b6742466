import type { JsonObject } from './envelope.ts';
import { isIntegerString, Problems, show } from './fields.ts';
import { checkSamplesV1, checkSamplesV2, checkTables } from './profile-data.ts';

/** An item with its payload decoded, as the rules need to see it. */
export interface RuledItem {
  header: JsonObject & { type: string };
  json: unknown;
}

/**
 * Why Relay would drop this item of the envelope; empty when it takes it. Relay answers 200 to either and
 * tells nobody, which is why a test wants the list.
 */
export function profileProblems(item: RuledItem, envelope: readonly RuledItem[]): string[] {
  const { type } = item.header;
  if (type !== 'profile' && type !== 'profile_chunk') {
    return [];
  }
  const problems = new Problems();
  const payload = problems.object({ payload: item.json }, 'payload');
  if (problems.list.length > 0) {
    return problems.list;
  }
  if (type === 'profile') {
    checkProfileV1(payload, problems);
    checkCompany(payload, envelope, problems);
  } else {
    checkChunkV2(payload, item.header, problems);
  }
  return problems.list;
}

/** `ProfileMetadata` in relay-profiling/src/sample/v1.rs, and the SDK's specification of the format. */
function checkProfileV1(payload: JsonObject, problems: Problems): void {
  problems.equal(payload, 'version', '1');
  problems.id(payload, 'event_id');
  problems.string(payload, 'platform', { mayBeEmpty: false });
  problems.string(problems.object(payload, 'device'), 'architecture', { mayBeEmpty: false });
  const os = problems.object(payload, 'os');
  problems.string(os, 'name', { mayBeEmpty: false });
  problems.string(os, 'version', { mayBeEmpty: false });
  if (typeof payload.timestamp !== 'string' || Number.isNaN(Date.parse(payload.timestamp))) {
    problems.add(`timestamp is ${show(payload.timestamp)}, not a date`);
  }
  if (payload.environment !== undefined) {
    problems.string(payload, 'environment', { mayBeEmpty: true });
  }
  const transaction = problems.object(payload, 'transaction');
  problems.id(transaction, 'id');
  problems.id(transaction, 'trace_id');
  problems.string(transaction, 'name', { mayBeEmpty: false });
  if (transaction.active_thread_id !== undefined && !isIntegerString(transaction.active_thread_id)) {
    problems.add(
      `active_thread_id is ${show(transaction.active_thread_id)}, not an integer written as a string`,
    );
  }
  const profile = problems.object(payload, 'profile');
  checkTables(profile, problems);
  checkSamplesV1(profile, problems);
}

/** A profile is dropped with the transaction that it lacks: Relay takes its metadata from there. */
function checkCompany(payload: JsonObject, envelope: readonly RuledItem[], problems: Problems): void {
  if (envelope.filter(({ header }) => header.type === 'profile').length > 1) {
    problems.add('more than one profile in the envelope');
  }
  const transactions = envelope.filter(({ header }) => header.type === 'transaction');
  const { id } = (payload.transaction ?? {}) as JsonObject;
  if (transactions.length === 0) {
    problems.add('its transaction is not in the envelope');
  } else if (!transactions.some(({ json }) => (json as JsonObject | null)?.event_id === id)) {
    problems.add(`the transaction in the envelope is another one than ${show(id)}`);
  }
}

/**
 * `ProfileMetadata` in relay-profiling/src/sample/v2.rs, and the comparison of platforms in
 * relay-server/src/processing/profile_chunks/process.rs.
 */
function checkChunkV2(payload: JsonObject, header: JsonObject, problems: Problems): void {
  problems.equal(payload, 'version', '2');
  problems.id(payload, 'chunk_id');
  problems.id(payload, 'profiler_id');
  problems.string(payload, 'platform', { mayBeEmpty: false });
  problems.equal(payload, 'platform', header.platform);
  problems.string(payload, 'release', { mayBeEmpty: true });
  if (payload.environment !== undefined && payload.environment !== null) {
    problems.string(payload, 'environment', { mayBeEmpty: true });
  }
  const profile = problems.object(payload, 'profile');
  checkTables(profile, problems);
  checkSamplesV2(profile, problems);
}
