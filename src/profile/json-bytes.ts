/** Bytes that a value takes as a member of a JSON list, in UTF-8. The value should be small, because its text is built. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength((JSON.stringify(value) as string | undefined) ?? 'null');
}

/** Bytes that an index takes as JSON. */
export function jsonIntegerBytes(index: number): number {
  if (index < 10) return 1;
  if (index < 100) return 2;
  if (index < 1000) return 3;
  return index < 10_000 ? 4 : String(index).length;
}
