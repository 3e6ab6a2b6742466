import type { Client, Transport } from '@sentry/core';
import { Capture } from './capture/capture.ts';
import type { Carrier } from './deliver/carrier.ts';
import { createEndpoint, type Endpoint, type EndpointOptions } from './deliver/endpoint.ts';
import { interceptTransport } from './deliver/intercept.ts';
import { Pipeline } from './deliver/pipeline.ts';
import { RateLimits } from './deliver/rate-limits.ts';
import type { Exits } from './deliver/shipment.ts';
import { settleBeforeExit, type Work } from './deliver/shutdown.ts';
import { SizeLimits } from './deliver/size-limits.ts';
import type { ThinningLoss } from './deliver/thinning.ts';
import { TransportCarrier } from './deliver/transport-carrier.ts';
import { UploadCarrier } from './deliver/upload-carrier.ts';
import { canDeflateSegments } from './encode/deflate.ts';
import { Slices } from './encode/slices.ts';
import { Ledger } from './ledger.ts';
import { DATA_CATEGORIES, DISCARD_REASONS, SKIP_REASONS } from './observe/discard-reasons.ts';
import { Oversized } from './observe/oversized.ts';
import { freezeStats, type ProfilingStats } from './observe/stats.ts';
import type { Drop } from './options.ts';
import { replaceMethod } from './replace-method.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import {
  debug,
  getDebugImagesForResources,
  getEnvelopeEndpointWithUrlEncodedAuth,
  makeNodeTransport,
} from './sdk.ts';

/** The SDK's default of `shutdownTimeout`. */
const DEFAULT_SHUTDOWN_MS = 2000;

/** Wires the parts to one client. */
export class BoundedClient {
  readonly #ledger: Ledger;
  readonly #slices: Slices;
  readonly #pipeline: Pipeline;
  readonly #limits: SizeLimits;
  readonly #oversized = new Oversized();
  readonly #endpoint: Endpoint | undefined;
  readonly #capture: Capture;
  /**
   * Whether the process is being let go with the server unreachable. A client report would keep it: the SDK's requests
   * have no time limit.
   */
  #isExiting = false;

  constructor(client: Client, transport: Transport, options: ResolvedOptions) {
    const rateLimits = new RateLimits();
    const send = learningSend(transport, rateLimits);
    const exits: Exits = {
      send: (envelope) => send(envelope as Parameters<Transport['send']>[0]),
      report: (reason, category) => {
        if (this.#isExiting) return;
        client.recordDroppedEvent(reason, category as Parameters<Client['recordDroppedEvent']>[1]);
      },
    };
    this.#limits = new SizeLimits(options);
    this.#ledger = new Ledger(options.memoryBudgetBytes, (drop) => announce(drop, options.onDrop));
    this.#slices = new Slices(options.maxSliceMs);
    this.#endpoint = endpointOf(client);
    const carrier: Carrier =
      this.#endpoint === undefined
        ? new TransportCarrier(exits.send, this.#limits)
        : new UploadCarrier(this.#endpoint, { ...options, limits: this.#limits, rateLimits });
    this.#capture = new Capture({
      client,
      options,
      ledger: this.#ledger,
      findImages: (paths) => findImages(client, paths),
      onSkip: (format, reason) => exits.report(SKIP_REASONS[reason], DATA_CATEGORIES[format]),
      onLost: (entry, reason) => {
        entry.drop(reason);
        exits.report(DISCARD_REASONS[reason], DATA_CATEGORIES[entry.identity.format]);
      },
    });
    this.#pipeline = new Pipeline({
      ledger: this.#ledger,
      slices: this.#slices,
      limits: this.#limits,
      carrier,
      rateLimits,
      exits,
      claim: (payload) => this.#capture.claim(payload),
      onWaiting: (bytes) => this.#capture.observeWaiting(bytes),
      onShort: () => this.#capture.skipShort(),
      onSplit: (id, parts) => {
        this.#oversized.addSplit();
        debug.log(`[BoundedProfiling] Sent the chunk ${id} in ${parts} parts: it was over a limit of size`);
      },
      onThin: (id, loss) => {
        this.#oversized.addThinned(loss);
        debug.log(`[BoundedProfiling] Thinned the profile ${id}, which was over a limit: ${describe(loss)}`);
      },
      onMalformed: (error) => debug.warn('[BoundedProfiling] A profile could not be encoded:', error),
    });
    try {
      this.#standBetween(client, transport, send);
    } catch (error) {
      this.#capture.close();
      throw error;
    }
  }

  #standBetween(client: Client, transport: Transport, send: Transport['send']): void {
    let isClosing = false;
    const work: Work = {
      settle: async (timeoutMs) => {
        const startMs = performance.now();
        await this.#capture.settle(timeoutMs || Number.POSITIVE_INFINITY, isClosing);
        // To a transport, 0 means no limit.
        const leftMs = timeoutMs && Math.max(1, timeoutMs - (performance.now() - startMs));
        return this.#pipeline.settle(leftMs);
      },
      giveUp: () => this.#pipeline.giveUp(),
      cutOff: () => this.#pipeline.cutOff(),
    };
    const restore = interceptTransport(transport, send, {
      ...work,
      onProfiles: (envelope, items) => this.#pipeline.accept(envelope, items),
      isClosing: () => isClosing,
    });
    const pipeline = this.#pipeline;
    const stopListening = settleBeforeExit(
      {
        ...work,
        get isIdle() {
          return pipeline.isIdle;
        },
        giveUp: () => {
          this.#isExiting = true;
          work.giveUp();
        },
        close: () => pipeline.close(),
      },
      shutdownMsOf(client),
    );
    const close = client.close.bind(client);
    const restoreClose = replaceMethod(client, 'close', (timeoutMs) => {
      isClosing = true;
      return close(timeoutMs);
    });
    client.on('close', () => {
      stopListening();
      restoreClose();
      restore();
      this.#capture.close();
      this.#pipeline.close();
    });
  }

  getStats(): ProfilingStats {
    const { captured, delivered, pending, dropped, droppedTotal, heldBytes, peakHeldBytes, sentBytes } =
      this.#ledger.totals();
    const { itemBytes, envelopeBytes, requestBytes } = this.#limits;
    const { capabilities, ...capture } = this.#capture.stats;
    return freezeStats({
      ...capture,
      captured,
      delivered,
      pending,
      dropped: { total: droppedTotal, ...dropped },
      bytes: { ...this.#pipeline.bytes, sent: sentBytes },
      memory: { budgetBytes: this.#ledger.budgetBytes, heldBytes, peakHeldBytes },
      limits: {
        itemBytes,
        envelopeBytes,
        requestBytes: Number.isFinite(requestBytes) ? requestBytes : undefined,
      },
      oversized: this.#oversized.stats,
      longestSliceMs: Math.max(this.#slices.longestMs, this.#capture.longestSliceMs),
      capabilities: { ...capabilities, streamingUpload: this.#endpoint !== undefined },
    });
  }
}

/** Where the SDK's own transport would send to. Undefined if the user brought another, which then has to be used. */
function endpointOf(client: Client): Endpoint | undefined {
  const dsn = client.getDsn();
  const { transport, transportOptions, tunnel, _metadata } = client.getOptions();
  if (dsn === undefined || !canDeflateSegments || !isNodeTransport(transport)) return undefined;
  const url = getEnvelopeEndpointWithUrlEncodedAuth(dsn, tunnel, _metadata?.sdk);
  return createEndpoint(url, (transportOptions ?? {}) as EndpointOptions);
}

/** Debug images are had for scripts that a bundler has given an id: without any, the stacks need not be asked for. */
function findImages(client: Client, paths: readonly string[]): unknown[] {
  const { _sentryDebugIds, _debugIds } = globalThis as { _sentryDebugIds?: object; _debugIds?: object };
  const { stackParser } = client.getOptions();
  if (_sentryDebugIds === undefined && _debugIds === undefined) return [];
  return getDebugImagesForResources(stackParser, paths);
}

/** How long the SDK takes when a process ends. */
function shutdownMsOf(client: Client): number {
  const { shutdownTimeout = DEFAULT_SHUTDOWN_MS } = client.getOptions() as { shutdownTimeout?: number };
  return shutdownTimeout > 0 ? shutdownTimeout : DEFAULT_SHUTDOWN_MS;
}

/** The transport below ours. What it is answered teaches rate limits, whoever sent. */
function learningSend(transport: Transport, rateLimits: RateLimits): Transport['send'] {
  const send = transport.send.bind(transport);
  return (envelope) => {
    const response = send(envelope);
    Promise.resolve(response).then(
      (answer) => rateLimits.learn(answer),
      () => {},
    );
    return response;
  };
}

/** By name too: an application can load both the ES module and the CommonJS build of the SDK. */
function isNodeTransport(transport: unknown): boolean {
  if (transport === makeNodeTransport) return true;
  return typeof transport === 'function' && transport.name === 'makeNodeTransport';
}

function describe({ samplesKept, samplesBefore, maxDepth, selfTimeDistance }: ThinningLoss): string {
  const depth = Number.isFinite(maxDepth) ? `, stacks cut to ${maxDepth} frames` : '';
  const percent = (selfTimeDistance * 100).toFixed(1);
  return `${samplesKept} of ${samplesBefore} samples kept${depth}, self times moved by ${percent}%`;
}

function announce(drop: Drop, onDrop: ((drop: Drop) => void) | undefined): void {
  debug.log(
    `[BoundedProfiling] Dropped the profile of a ${drop.format} (${drop.reason}, ${drop.bytes} bytes): ${drop.id}`,
  );
  const warn = (error: unknown): void => debug.warn('[BoundedProfiling] onDrop threw:', error);
  try {
    // It may be an async function all the same.
    Promise.resolve(onDrop?.(drop)).catch(warn);
  } catch (error) {
    warn(error);
  }
}
