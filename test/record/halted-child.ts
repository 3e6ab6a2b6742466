import { execFileSync } from 'node:child_process';
import { TimeSlicer } from '../../src/pace/time-slicer.ts';
import { Recorder } from '../../src/record/recorder.ts';
import { serve, untouched } from '../support/native-profiler.ts';
import { createHost } from '../support/recording.ts';

// A process of its own, for it is halted from outside while it records. Reports the statistics from before that and from the end.

const host = createHost();
const recorder = new Recorder(untouched, new TimeSlicer(5), (error) => {
  throw error;
});
const detach = recorder.attach(host);
const mark = recorder.open(host, () => {});
await serve(200);
await recorder.ready(performance.now());
const before = recorder.stats;
execFileSync('sh', ['-c', `kill -STOP ${process.pid}; sleep 0.5; kill -CONT ${process.pid}`]);
await serve(100);
recorder.close(mark, performance.now());
await recorder.ready(mark.untilMs);
process.send?.([before, recorder.stats]);
detach();
process.disconnect();
