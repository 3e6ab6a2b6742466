import { onTestFinished } from 'vitest';
import { TimeSlicer } from '../../src/pace/time-slicer.ts';
import { Recorder } from '../../src/record/recorder.ts';
import type { RecordingHost } from '../../src/record/recording-hosts.ts';
import type { NativeProfiler } from '../../src/record/rotation.ts';
import { untouched } from './native-profiler.ts';

const MiB = 1024 * 1024;

/** A budget that a recording is part of. Its room may be changed. */
export interface TestHost extends RecordingHost {
  heldBytes: number;
  roomBytes: number;
}

export function createHost(budgetBytes = 32 * MiB): TestHost {
  return {
    budgetBytes,
    heldBytes: 0,
    roomBytes: budgetBytes,
    hold(bytes) {
      const hasRoom = bytes <= this.heldBytes || bytes <= this.roomBytes;
      if (hasRoom) this.heldBytes = bytes;
      return hasRoom;
    },
  };
}

/** A recorder with one host, over V8's own profiler or a watcher in front of it. It has ended when the test has. */
export function createRecorder(native: NativeProfiler = untouched, host = createHost()) {
  const failures: unknown[] = [];
  const recorder = new Recorder(native, new TimeSlicer(5), (error) => failures.push(error));
  const detach = recorder.attach(host);
  onTestFinished(detach);
  return { recorder, host, detach, failures };
}
