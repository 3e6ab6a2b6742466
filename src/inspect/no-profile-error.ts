/** What was given can't be read as a profile, or only in part; the message says what was found in its place. */
export class NoProfileError extends Error {
  override readonly name = 'NoProfileError';
}
