import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The state of the process: `T` means stopped. */
async function stateOf({ pid }: ChildProcess): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
}

/** Freezes the process for so long, as platforms do, and does this meanwhile. */
export async function freeze(
  child: ChildProcess,
  durationMs: number,
  meanwhile: () => unknown,
  beforeThaw: () => unknown,
): Promise<void> {
  child.kill('SIGSTOP');
  while ((await stateOf(child)) !== 'T') await sleep(5);
  try {
    await meanwhile();
    await sleep(durationMs);
    if ((await stateOf(child)) !== 'T') throw new Error('It was not frozen all the time');
    await beforeThaw();
  } finally {
    child.kill('SIGCONT');
  }
}
