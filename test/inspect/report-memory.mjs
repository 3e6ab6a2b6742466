// Loaded before the command: writes the peak memory of its process, in MiB, as it ends.
import { writeSync } from 'node:fs';

const REPORT_FD = 3;
const KIB_PER_MIB = 1024;

process.on('exit', () => writeSync(REPORT_FD, String(process.resourceUsage().maxRSS / KIB_PER_MIB)));
