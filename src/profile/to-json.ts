/** Whether JSON asks the object itself what to write, and not its members. */
export function hasToJson(object: object): boolean {
  return typeof (object as { toJSON?: unknown }).toJSON === 'function';
}
