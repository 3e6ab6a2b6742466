import { readFileSync } from 'node:fs';

/** Resident memory of this process by the operating system's accounting: its size now, and its peak. */
export function readResidentMemory() {
  // On Linux, `maxRSS` begins with that of the parent process.
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
