import type { JsonObject } from './envelope.ts';

/** One request, from its first byte on: the fields after `receivedAtMs` fill in as it goes. */
export interface RequestRecord {
  method: string;
  path: string;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  receivedAtMs: number;
  /** Undefined as long as no answer was given. */
  status?: number;
  bytesCompressed: number;
  /** 0 when the body could not be decompressed. */
  bytesDecompressed: number;
  envelopeHeader?: JsonObject;
  items: { type: string; sizeBytes: number }[];
  /** The first rule that the request broke, even where the behaviour answered something else. */
  error?: string;
  /** The client or the relay cut the connection before an answer was complete. */
  aborted: boolean;
}

/** One item of an envelope that was answered with success. */
export interface ReceivedItem {
  type: string;
  header: JsonObject;
  sizeBytes: number;
  envelopeHeader: JsonObject;
  /** The payload, decoded; absent when it is no JSON. */
  json?: unknown;
  /** The payload as it came, when it is no JSON. */
  bytes?: Buffer;
}

/** An item that Relay would have dropped without a word, and why. */
export interface InvalidItem {
  type: string;
  problems: string[];
  header: JsonObject;
}

/** Sums over everything since the start. */
export interface Totals {
  requests: number;
  bytesCompressed: number;
  bytesDecompressed: number;
  /** Answers by status. */
  status: Record<number, number>;
}
