import { isJsonObject, type JsonObject } from '../json-object.ts';
import type { Payload } from '../payload.ts';
import { Reasons, show } from './reasons.ts';
import { checkSamplesV1, checkSamplesV2 } from './samples.ts';
import { checkTables } from './tables.ts';
import { isDateTime, isId, isLiveId, isString, isU64, optional, orMissing } from './values.ts';

const ID = 'an id of 32 hexadecimal digits';
const STRING = 'a string';

/**
 * Why Relay would drop this payload; empty if it would take it. Relay tells nobody: it has answered 200 by then. By the source
 * of relay-profiling. The filters and the quota of a project, measurements and debug images are not looked at.
 *
 * @param header the header of its item; empty for a payload without an envelope
 */
export function payloadReasons(payload: Payload, header: JsonObject): string[] {
  const reasons = new Reasons();
  checkVersion(payload, header, reasons);
  if (payload.format === 'v1') checkV1(payload, reasons);
  else checkV2(payload, header, reasons);
  return reasons.list;
}

/** `expand_profile` takes version 1 only, `expand_profile_chunk` version 2. */
function checkVersion({ format, json: { version } }: Payload, { type }: JsonObject, reasons: Reasons): void {
  const item = type ?? (format === 'v1' ? 'profile' : 'profile_chunk');
  const expected = item === 'profile' ? '1' : '2';
  if (version !== expected) {
    reasons.add(`\`version\` is ${show(version)}, and an item of type \`${item}\` has ${show(expected)}`);
  }
}

/** `ProfileMetadata` in sample/v1.rs. */
function checkV1(payload: Payload, reasons: Reasons): void {
  const { json } = payload;
  reasons.expect(json, 'profile_id' in json ? 'profile_id' : 'event_id', isId, ID);
  reasons.expect(json, 'platform', isString, STRING);
  reasons.expect(json, 'timestamp', isDateTime, 'a date and time by RFC 3339');
  const device = reasons.object(json, 'device');
  if (device !== undefined) reasons.expect(device, 'device.architecture', isString, STRING);
  const os = reasons.object(json, 'os');
  if (os !== undefined) expectNameAndVersion(os, 'os', reasons);
  reasons.expect(json, 'environment', orMissing(isString), STRING);
  reasons.expect(json, 'dist', orMissing(isString), STRING);
  reasons.expect(json, 'release', optional(isString), STRING);
  const transaction = transactionOf(json, reasons);
  checkTables(payload, reasons);
  checkSamplesV1(payload, transaction, reasons);
}

function expectNameAndVersion(parent: JsonObject, path: string, reasons: Reasons): void {
  reasons.expect(parent, `${path}.name`, isString, STRING);
  reasons.expect(parent, `${path}.version`, isString, STRING);
}

/** Older SDKs write a list of one. */
function transactionOf(json: JsonObject, reasons: Reasons): JsonObject {
  const listed: unknown = Array.isArray(json.transactions) ? json.transactions[0] : undefined;
  const transaction = json.transaction ?? listed;
  if (!isJsonObject(transaction)) {
    reasons.add(`\`transaction\` is ${show(transaction)}, not an object`);
    return {};
  }
  reasons.expect(transaction, 'transaction.id', isLiveId, ID);
  reasons.expect(transaction, 'transaction.trace_id', isLiveId, ID);
  reasons.expect(
    transaction,
    'transaction.name',
    (name) => isString(name) && name !== '',
    'a non-empty string',
  );
  reasons.expect(transaction, 'transaction.active_thread_id', orMissing(isU64), 'an integer');
  return transaction;
}

/** `ProfileMetadata` in sample/v2.rs. */
function checkV2(payload: Payload, header: JsonObject, reasons: Reasons): void {
  const { json } = payload;
  reasons.expect(json, 'chunk_id', isId, ID);
  reasons.expect(json, 'profiler_id', isId, ID);
  reasons.expect(json, 'platform', isString, STRING);
  checkPlatforms(json.platform, header.platform, reasons);
  const sdk = reasons.object(json, 'client_sdk');
  if (sdk !== undefined) expectNameAndVersion(sdk, 'client_sdk', reasons);
  reasons.expect(json, 'environment', optional(isString), STRING);
  reasons.expect(json, 'release', optional(isString), STRING);
  checkTables(payload, reasons);
  checkSamplesV2(payload, reasons);
}

/** `ProfileType::from_platform`: everything else counts as a backend. */
const UI_PLATFORMS = new Set<unknown>(['android', 'cocoa', 'javascript']);

/** Quotas go by the kind of platform, which the header of the item tells before the payload is read. */
function checkPlatforms(own: unknown, ofItem: unknown, reasons: Reasons): void {
  if (typeof ofItem === 'string' && UI_PLATFORMS.has(own) !== UI_PLATFORMS.has(ofItem)) {
    reasons.add(`\`platform\` is ${show(own)}, and that of the item's header ${show(ofItem)}`);
  }
}
