/** Bytes that a value takes as a member of a JSON list, in UTF-8. For small values: it builds the text. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength((JSON.stringify(value) as string | undefined) ?? 'null');
}

/** Bytes that a non-negative integer takes as JSON. */
export function jsonIntegerBytes(value: number): number {
  let bytes = 1;
  for (let limit = 10; value >= limit; limit *= 10) bytes++;
  return bytes;
}
