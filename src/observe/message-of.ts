/** What an error says; anything may have been thrown, and may throw again when it is looked at. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an error that says nothing';
  }
}
