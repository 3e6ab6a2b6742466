/** The input is no profile, or breaks off. The message says what was found instead. */
export class NoProfileError extends Error {
  override readonly name = 'NoProfileError';
}
