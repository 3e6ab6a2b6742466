/** The input is no profile, or breaks off. The message describes the input. */
export class NoProfileError extends Error {
  override readonly name = 'NoProfileError';
}
