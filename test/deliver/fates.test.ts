import { expect, test } from 'vitest';
import { fateOf, leftOut, type Outcome, outcomeOf } from '../../src/deliver/fates.ts';

/** The protocol's rules, a row for each: the fates of the profile and of its transaction, and the losses to report. */
const ROWS: readonly [Outcome, mayHaveArrived: boolean, ...fate: string[]][] = [
  ['accepted', false, 'delivered', 'shared', 'nothing'],
  ['accepted', true, 'delivered', 'shared', 'nothing'],
  ['throttled', false, 'rate-limited', 'shared', 'nothing'],
  ['throttled', true, 'rate-limited', 'shared', 'nothing'],
  ['oversize', false, 'too-large', 'alone', 'profile'],
  ['oversize', true, 'too-large', 'shared', 'all'],
  ['rejected', false, 'rejected', 'shared', 'all'],
  ['rejected', true, 'rejected', 'shared', 'all'],
  ['unanswered', false, 'network', 'alone', 'profile'],
  ['unanswered', true, 'network', 'shared', 'all'],
  ['closed', false, 'shutdown', 'alone', 'profile'],
  ['closed', true, 'shutdown', 'shared', 'all'],
  ['limited', false, 'rate-limited', 'alone', 'profile'],
  ['limited', true, 'rate-limited', 'shared', 'all'],
];

test.each(ROWS)('%s, may have arrived: %s', (outcome, mayHaveArrived, profile, rest, report) => {
  expect(fateOf(outcome, mayHaveArrived)).toEqual({ profile, rest, report });
});

test.each([
  [200, 'accepted'],
  [299, 'accepted'],
  [undefined, 'accepted'],
  [101, 'rejected'],
  [301, 'rejected'],
  [400, 'rejected'],
  [413, 'oversize'],
  [429, 'throttled'],
  [500, 'rejected'],
  [503, 'rejected'],
] as const)('an answer %s is %s', (statusCode, outcome) => {
  expect(outcomeOf(statusCode)).toBe(outcome);
});

test('what never left goes alone, and only the profile is reported', () => {
  expect(leftOut('budget')).toEqual({ profile: 'budget', rest: 'alone', report: 'profile' });
});
