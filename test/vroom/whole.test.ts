import { beforeAll, describe, expect, test } from 'vitest';
import { compactProfile } from '../../src/encoder.ts';
import { profileChunk, profiledTransaction, type SdkEnvelope } from '../support/envelopes.ts';
import { recordTypeChecking } from '../support/type-checking.ts';
import { deliver, profileIn } from './delivered.ts';
import { joined } from './joined.ts';
import { expectSameTimes, selfAndTotalTimes, type Times } from './times.ts';

const KINDS = ['transaction', 'chunk', 'joined chunk'] as const;
let envelopes: Record<(typeof KINDS)[number], SdkEnvelope>;
beforeAll(() => {
  const { transaction, chunk } = recordTypeChecking(1000);
  envelopes = {
    transaction: profiledTransaction({ profile: transaction }),
    chunk: profileChunk({ profile: chunk }),
    'joined chunk': profileChunk({ profile: joined(chunk) }),
  };
});

describe.each(KINDS)('a real %s', (kind) => {
  let envelope: SdkEnvelope;
  let recorded: Times;
  beforeAll(() => {
    envelope = envelopes[kind];
    recorded = selfAndTotalTimes(profileIn(envelope));
  });

  test('has the times of V8’s own profile after compactProfile', () => {
    expectSameTimes(selfAndTotalTimes(compactProfile(profileIn(envelope))), recorded);
  });

  test('arrives with the times of V8’s own profile', async () => {
    const { arrived } = await deliver(envelope);
    expect(arrived).toHaveLength(1);
    expectSameTimes(selfAndTotalTimes(...arrived), recorded);
  });
});
