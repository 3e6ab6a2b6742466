/** One way for a profile to the server. */
export interface Contender {
  /**
   * Comes true when the server has answered.
   *
   * @param takeProfile hands the profile over, once: nobody else holds it, so a contender may let go of it early
   */
  send(takeProfile: () => object): PromiseLike<unknown>;
  /** The longest slice by the contender's own account, if it keeps one. */
  longestSliceMs?(): number | undefined;
}
