import { createHook } from 'node:async_hooks';

/** The SDK's own flush leaves the timer of its limit behind when it had to wait. */
const OF_SDK_FLUSH = 'promisebuffer';

/** Counts timers and intervals from now on, those too that do not keep the process alive. */
export function watchTimers() {
  /** @type {Set<number>} */
  const live = new Set();
  createHook({
    init: (id, type) => {
      if (type === 'Timeout' && !new Error().stack?.includes(OF_SDK_FLUSH)) live.add(id);
    },
    destroy: (id) => live.delete(id),
  }).enable();
  return live;
}
