/** The share of contexts that the user's own rate chooses. */
export interface ChosenShare {
  /** From 0 to 1; 1 before the first choice. */
  readonly value: number;
  observe(isChosen: boolean): void;
}

/** Weight of one choice, once there were a hundred. */
const GAIN = 0.01;

/**
 * Learns the share from the choices. The budget has to carry a profile for each context that the user's own rate chooses, and not
 * for each context. If all were counted, a low rate would be lowered again while the budget is empty.
 */
export function createChosenShare(): ChosenShare {
  let choices = 0;
  let value = 1;
  return {
    get value() {
      return value;
    },
    observe(isChosen) {
      choices++;
      value += Math.max(1 / choices, GAIN) * (Number(isChosen) - value);
    },
  };
}
