import type { Client, Transport } from '@sentry/core';
import { Capture } from './capture/capture.ts';
import { standBetween } from './client-edge.ts';
import { readContainer } from './container/own-container.ts';
import { defaultBudgetBytes } from './default-budget.ts';
import type { Carrier } from './deliver/carrier.ts';
import { bufferSizeOf, endpointOf } from './deliver/client-endpoint.ts';
import { HandOn, type Send } from './deliver/hand-on.ts';
import { learningSend, passingSend } from './deliver/passing.ts';
import { Pipeline } from './deliver/pipeline.ts';
import { RateLimits } from './deliver/rate-limits.ts';
import { Settling } from './deliver/settling.ts';
import { SizeLimits } from './deliver/size-limits.ts';
import { TransportCarrier } from './deliver/transport-carrier.ts';
import { UploadCarrier } from './deliver/upload-carrier.ts';
import { deflatingMs } from './encode/deflate.ts';
import { Ledger } from './ledger.ts';
import { addClient, removeClient } from './observe/client-registry.ts';
import { reportsOf } from './observe/client-reports.ts';
import { Reporter } from './observe/reporter.ts';
import { freezeStats, type ProfilingStats } from './observe/stats.ts';
import { TimeSlicer } from './pace/time-slicer.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { getDebugImagesForResources } from './sdk.ts';

/** Wires the parts to one client. */
export class BoundedClient {
  readonly #ledger: Ledger;
  readonly #slicer: TimeSlicer;
  readonly #limits: SizeLimits;
  readonly #reporter: Reporter;
  readonly #rateLimits = new RateLimits();
  readonly #settling = new Settling();
  readonly #carrier: Carrier;
  readonly #pipeline: Pipeline;
  readonly #capture: Capture;

  constructor(client: Client, transport: Transport, options: ResolvedOptions) {
    this.#reporter = new Reporter({
      reports: reportsOf(client),
      onDrop: options.onDrop,
    });
    this.#limits = new SizeLimits(options);
    this.#ledger = new Ledger(
      options.memoryBudgetBytes ?? defaultBudgetBytes(readContainer()),
      (drop) => this.#reporter.drop(drop),
      (identity, sentBytes) => this.#reporter.deliver({ ...identity, sentBytes }),
    );
    this.#slicer = new TimeSlicer(options.maxSliceMs);
    this.#capture = new Capture({
      client,
      options,
      ledger: this.#ledger,
      reporter: this.#reporter,
      findImages: (paths) => findImages(client, paths),
    });
    try {
      const send = learningSend(transport, this.#rateLimits);
      this.#carrier = this.#carrierOf(client, send as unknown as Send, options);
      this.#pipeline = this.#pipelineOf(client, send as unknown as Send, this.#carrier);
      this.#standBetween(client, transport, passingSend(send, this.#rateLimits, this.#reporter));
      addClient(this);
      const way = this.#carrier instanceof TransportCarrier ? 'handed to your transport' : 'uploaded here';
      const budgetMiB = (this.#ledger.budgetBytes / 2 ** 20).toFixed(1);
      this.#reporter.tell('installed', `Installed: a budget of ${budgetMiB} MiB, profiles are ${way}`);
    } catch (error) {
      this.#capture.close();
      throw error;
    }
  }

  getStats(): ProfilingStats {
    const { captured, delivered, pending, dropped, droppedTotal, sentBytes, ...held } = this.#ledger.totals();
    const { itemBytes, envelopeBytes, requestBytes } = this.#limits;
    const { capabilities, sampling, running, abandoned, recorder, longestStopMs } = this.#capture.stats;
    return freezeStats({
      captured,
      delivered,
      pending,
      dropped: { total: droppedTotal, ...dropped },
      skipped: this.#reporter.skipped,
      abandoned,
      running,
      sampling,
      memory: { budgetBytes: this.#ledger.budgetBytes, ...held },
      bytes: { ...this.#pipeline.bytes, sent: sentBytes },
      upload: this.#carrier.stats,
      cost: {
        ...this.#capture.cost,
        encodingMs: this.#slicer.totalMs,
        deflatingMs: deflatingMs(),
        heldBackMs: this.#reporter.heldBack,
      },
      recorder,
      oversized: this.#reporter.oversized,
      limits: {
        itemBytes,
        envelopeBytes,
        requestBytes: Number.isFinite(requestBytes) ? requestBytes : undefined,
      },
      longestSliceMs: Math.max(this.#slicer.longestMs, this.#capture.longestSliceMs),
      longestStopMs,
      capabilities: { ...capabilities, streamingUpload: this.#carrier instanceof UploadCarrier },
    });
  }

  #pipelineOf(client: Client, send: Send, carrier: Carrier): Pipeline {
    const rateLimits = this.#rateLimits;
    const reporter = this.#reporter;
    return new Pipeline({
      ledger: this.#ledger,
      slicer: this.#slicer,
      limits: this.#limits,
      rateLimits,
      reporter,
      settling: this.#settling,
      carrier,
      handOn: new HandOn({ send, rateLimits, reporter, bufferSize: bufferSizeOf(client) }),
      claim: (payload) => this.#capture.claim(payload),
      onWaiting: (bytes) => this.#capture.observeWaiting(bytes),
    });
  }

  #carrierOf(client: Client, send: Send, options: ResolvedOptions): Carrier {
    const endpoint = endpointOf(client);
    if (endpoint === undefined) return new TransportCarrier(send, this.#limits, this.#reporter);
    return new UploadCarrier(endpoint, {
      limits: this.#limits,
      rateLimits: this.#rateLimits,
      reporter: this.#reporter,
      uploadTimeoutMs: options.uploadTimeoutMs,
      maxRetryAgeMs: options.maxRetryAgeMs,
      onChange: () => this.#settling.check(),
    });
  }

  #standBetween(client: Client, transport: Transport, send: Transport['send']): void {
    const pipeline = this.#pipeline;
    standBetween(client, transport, send, {
      onProfiles: (envelope, items) => {
        this.#reporter.isReporting = true;
        return pipeline.accept(envelope, items);
      },
      settle: async (timeoutMs, isLast) => {
        const startMs = performance.now();
        await this.#capture.settle(timeoutMs || Number.POSITIVE_INFINITY, isLast);
        // To a transport, 0 means no limit.
        return pipeline.settle(timeoutMs && Math.max(1, timeoutMs - (performance.now() - startMs)));
      },
      get isIdle() {
        return pipeline.isIdle;
      },
      giveUp: (isExiting) => {
        if (isExiting) this.#reporter.isReporting = false;
        pipeline.giveUp();
      },
      cutOff: () => pipeline.cutOff(),
      close: () => {
        this.#capture.close();
        pipeline.close();
        removeClient(this);
      },
    });
  }
}

/** Debug images are had for scripts that a bundler has given an id: without any, the stacks need not be asked for. */
function findImages(client: Client, paths: readonly string[]): unknown[] {
  const { _sentryDebugIds, _debugIds } = globalThis as { _sentryDebugIds?: object; _debugIds?: object };
  const { stackParser } = client.getOptions();
  if (_sentryDebugIds === undefined && _debugIds === undefined) return [];
  return getDebugImagesForResources(stackParser, paths);
}
