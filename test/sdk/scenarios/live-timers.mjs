import { createHook } from 'node:async_hooks';

/** Counts timers and intervals from now on, those too that do not keep the process alive. */
export function watchTimers() {
  /** @type {Set<number>} */
  const live = new Set();
  createHook({
    init: (id, type) => {
      if (type === 'Timeout') live.add(id);
    },
    destroy: (id) => live.delete(id),
  }).enable();
  return live;
}
