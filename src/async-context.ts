import { AsyncResource } from 'node:async_hooks';

/** Jest asks each resource whether it keeps the process alive (`--detectOpenHandles`), and takes one that says nothing for such. */
class AsyncContext extends AsyncResource {
  hasRef(): boolean {
    return false;
  }
}

/** @returns runs work in the async context that is current now, as `AsyncLocalStorage.snapshot` does */
export function keepAsyncContext(): <T>(work: () => T) => T {
  const context = new AsyncContext('SentryBoundedProfiling');
  return (work) => context.runInAsyncScope(work);
}
