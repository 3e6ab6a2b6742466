/** The demands, one line each, and how many of them are met. */
export class Checks {
  passed = 0;
  failed = 0;
  readonly #label: string;

  constructor(label: string) {
    this.#label = label;
  }

  /** @param found told when it is not so */
  check(demand: string, isSo: boolean, found: unknown): void {
    if (isSo) this.passed++;
    else this.failed++;
    console.log(
      `${isSo ? 'ok     ' : 'not ok '} ${this.#label} ${demand}${isSo ? '' : `: ${JSON.stringify(found)}`}`,
    );
  }

  equal(demand: string, found: unknown, expected: unknown): void {
    this.check(demand, JSON.stringify(found) === JSON.stringify(expected), { found, expected });
  }
}
