import { describe, expect, test } from 'vitest';
import { OTHER_SDKS } from './other-sdks.ts';
import { reportOf } from './run-inspect.ts';

describe('inspect reads envelopes of other SDKs', () => {
  test.each(OTHER_SDKS)(
    '$name',
    async ({ envelope, format, samples, distinct, hottest: [name, selfShare] }) => {
      const report = await reportOf(envelope);
      expect(report).toMatchObject({ format, samples, distinct, relay: { accepted: true, reasons: [] } });
      expect(report.hottest[0]?.function).toBe(name);
      expect(report.hottest[0]?.selfShare).toBeCloseTo(selfShare, 5);
    },
  );
});
