/** The share of contexts that the user's own rate chooses. */
export interface ChosenShare {
  /** From 0 to 1; 1 before the first choice. */
  readonly value: number;
  observe(isChosen: boolean): void;
}

/** Weight of one choice, once there were as many as weigh that much together. */
const GAIN = 0.01;

/**
 * What the budget has to carry is not a profile for each context, but for each that the user's own rate would choose: were
 * all of them counted, a low rate would be lowered again with the budget empty.
 */
export function learnChosenShare(): ChosenShare {
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
