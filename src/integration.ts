import type { Client } from '@sentry/core';
import { BoundedClient } from './bounded-client.ts';
import type { ProfilingStats } from './observe/stats.ts';
import type { BoundedProfilingOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { debug, getClient } from './sdk.ts';

const INTEGRATION_NAME = 'BoundedProfiling';

/** `Sentry.close()` of newer SDKs leaves no current client, and that is when the last word is asked for. */
let lastSetUp: BoundedClient | undefined;

/**
 * The integration as `client.getIntegrationByName('BoundedProfiling')` returns it. Its type does not name the SDK's own:
 * a tree may hold two versions of `@sentry/core`, whose clients are strangers to each other, and it has to fit both.
 */
export interface BoundedProfilingIntegration {
  readonly name: 'BoundedProfiling';
  /** Called by the SDK, once for each client, when all its integrations are set up: the profiler is one of them. */
  afterAllSetup(client: object): void;
  /**
   * Counts what became of the profiles so far, and tells the cost.
   *
   * @param client whose profiles; the client that the integration was last set up for if left out
   * @returns undefined as long as the integration is not set up, or when the client sends nothing
   */
  getStats(client?: object): ProfilingStats | undefined;
}

/**
 * Puts a hard bound on what profiling may cost. Goes into `Sentry.init` beside `nodeProfilingIntegration()`, in any order.
 *
 * @throws {TypeError} for a bad option, with the option, the range and the value
 */
export function boundedProfilingIntegration(options?: BoundedProfilingOptions): BoundedProfilingIntegration {
  const resolved = resolveOptions(options);
  const bounded = new WeakMap<object, BoundedClient>();
  let latest: BoundedClient | undefined;
  return {
    name: INTEGRATION_NAME,
    afterAllSetup(target) {
      try {
        const client = target as Client;
        // With two copies of core, the client's `debug` option has switched on the other one's log.
        if (client.getOptions().debug) debug.enable();
        const transport = client.getTransport();
        if (transport === undefined) {
          debug.log('[BoundedProfiling] The client has no transport: nothing to bound.');
          return;
        }
        latest = new BoundedClient(client, transport, resolved);
        bounded.set(client, latest);
        lastSetUp = latest;
      } catch (error) {
        debug.warn('[BoundedProfiling] Setting up failed, profiles are sent as without it:', error);
      }
    },
    getStats: (client) => (client === undefined ? latest : bounded.get(client))?.getStats(),
  };
}

/**
 * The statistics of the current client, or of the last one, if there is none any more. Undefined if the integration is not
 * installed.
 */
export function getProfilingStats(): ProfilingStats | undefined {
  const client = getClient();
  if (client === undefined) return lastSetUp?.getStats();
  const integration = client.getIntegrationByName<BoundedProfilingIntegration>(INTEGRATION_NAME);
  return integration?.getStats(client);
}
