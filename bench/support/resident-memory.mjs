import { readFileSync } from 'node:fs';

/** Resident memory of this process by the operating system's accounting: what it is now, and what it was at most. */
export function readResidentMemory() {
  // On Linux, `maxRSS` begins with what the process was forked from.
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
