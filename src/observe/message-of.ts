/** The text of a thrown value. It may be no error, and may throw again when it is read. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an error that says nothing';
  }
}
