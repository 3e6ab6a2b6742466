import { writeFileSync } from 'node:fs';
import { readResidentMemory } from '../../support/resident-memory.mjs';

/**
 * How the peak was found. `reset`: the system's high-water mark was set back before the work. `grown`: that was not
 * permitted, so only a rise above an earlier peak (loading the profile) is seen, and the figure is a lower bound.
 *
 * @typedef {'reset' | 'grown'} PeakMethod
 */

/**
 * Watches resident memory by the operating system's accounting: it sees more than any figure of JavaScript, and no
 * peak falls between two samples.
 *
 * @returns {() => { extraPeakRssBytes: number, peakMethod: PeakMethod }} tells the peak over the resident memory at first
 */
export function watchPeakRss() {
  const peakMethod = resetPeak();
  const before = readResidentMemory();
  const baseBytes = peakMethod === 'reset' ? before.residentBytes : before.peakBytes;
  return () => ({ extraPeakRssBytes: readResidentMemory().peakBytes - baseBytes, peakMethod });
}

/** @returns {PeakMethod} */
function resetPeak() {
  try {
    // proc_pid_clear_refs(5): 5 sets the high-water mark to the resident memory of now.
    writeFileSync('/proc/self/clear_refs', '5');
    return 'reset';
  } catch {
    return 'grown';
  }
}
