import { readFileSync, writeFileSync } from 'node:fs';

/**
 * How the peak was found. `reset`: the system's high-water mark was set back before the work. `grown`: that was not
 * permitted, so only what rises above an earlier peak (loading the profile) is seen, and the figure is a lower bound.
 *
 * @typedef {'reset' | 'grown'} PeakMethod
 */

/**
 * Watches resident memory by the operating system's accounting: it sees what no JavaScript figure does, and no peak
 * falls between two samples.
 *
 * @returns {() => { extraPeakRssBytes: number, peakMethod: PeakMethod }} tells the peak over what was resident at first
 */
export function watchPeakRss() {
  const peakMethod = resetPeak();
  const before = read();
  const baseBytes = peakMethod === 'reset' ? before.residentBytes : before.peakBytes;
  return () => ({ extraPeakRssBytes: read().peakBytes - baseBytes, peakMethod });
}

/** @returns {PeakMethod} */
function resetPeak() {
  try {
    // proc_pid_clear_refs(5): 5 sets the high-water mark to what is resident now.
    writeFileSync('/proc/self/clear_refs', '5');
    return 'reset';
  } catch {
    return 'grown';
  }
}

function read() {
  if (process.platform !== 'linux') {
    return { residentBytes: process.memoryUsage.rss(), peakBytes: process.resourceUsage().maxRSS * 1024 };
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  return { residentBytes: fieldBytes(status, 'VmRSS'), peakBytes: fieldBytes(status, 'VmHWM') };
}

/**
 * @param {string} status
 * @param {string} name
 */
function fieldBytes(status, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}
