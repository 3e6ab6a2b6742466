import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { addressProblem, dsnFor } from './address.ts';
import { type Answer, answerOf, type Behaviour } from './behaviour.ts';
import { type Examination, examine, type Refusal } from './examine.ts';
import { Journal } from './journal.ts';
import { RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { readBody } from './read-body.ts';
import type { InvalidItem, ReceivedItem, RequestRecord, Totals } from './records.ts';
import { answerInDrops, answerInPart } from './unfinished-answer.ts';
import { Waiters } from './waiters.ts';

/** Everything is optional: the default is a Relay with its default limits on a free port. */
export interface RelayOptions {
  port?: number;
  limits?: Partial<RelayLimits>;
  tls?: { key: string; cert: string };
  /** False to count items without holding them. */
  keepItems?: boolean;
  /** Told of each item that is received. */
  onItem?: (item: ReceivedItem) => void;
  /** The answer to an envelope with an item that Relay would drop, recorded all the same; Relay says 200. */
  statusForInvalid?: number;
}

/** A running stand-in: its commands, and its records. */
export interface Relay {
  readonly port: number;
  readonly url: string;
  readonly dsn: string;
  behave(behaviour: Behaviour): void;
  /** Answers by the rules all requests that a silent relay holds; returns their number. */
  release(): number;
  close(): Promise<void>;
  /** Comes true with the predicate, which is looked at after each event. */
  waitFor(predicate: (relay: Relay) => boolean, timeoutMs?: number): Promise<void>;
  readonly requests: readonly RequestRecord[];
  readonly items: readonly ReceivedItem[];
  readonly invalid: readonly InvalidItem[];
  /** Faults in requests that were not even HTTP. */
  readonly protocolErrors: readonly string[];
  /** Received items by type. */
  readonly counts: Readonly<Record<string, number>>;
  readonly totals: Readonly<Totals>;
  readonly openSockets: number;
  /** Requests that wait for `release()`. */
  readonly heldRequests: number;
}

/** Starts a relay on the loopback interface. */
export async function startRelay(options: RelayOptions = {}): Promise<Relay> {
  const relay = new RelayServer(options);
  await relay.listen(options.port ?? 0);
  return relay;
}

const DEFAULT_WAIT_MS = 15_000;

/** A connection that ends in the midst of a request stands in that request's record; it broke no rule of HTTP. */
const CLIENT_WENT_AWAY = new Set(['ECONNRESET', 'EBADF', 'HPE_INVALID_EOF_STATE']);

class RelayServer implements Relay {
  readonly #journal: Journal;
  readonly #limits: RelayLimits;
  readonly #statusForInvalid: number;
  readonly #scheme: 'http' | 'https';
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<() => void>();
  readonly #waiters: Waiters;
  #behaviour: Behaviour = { kind: 'normal' };
  #port = 0;
  #isClosing = false;

  constructor(options: RelayOptions) {
    this.#journal = new Journal(options.keepItems ?? true, options.onItem);
    this.#limits = { ...RELAY_LIMITS, ...options.limits };
    this.#statusForInvalid = options.statusForInvalid ?? 200;
    this.#waiters = new Waiters(() => this.#journal.describe());
    this.#scheme = options.tls === undefined ? 'http' : 'https';
    this.#server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
    // An idle connection is the client's to close: one closed from here would race with its next request.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // A handshake of TLS that is cut from here counts as an error of the client.
      if (!this.#isClosing && !CLIENT_WENT_AWAY.has(error.code ?? '')) {
        this.#journal.protocolErrors.push(error.message);
      }
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      this.#waiters.changed();
    });
    this.#server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        this.#journal.protocolErrors.push(`the relay failed: ${error.stack}`);
        response.destroy();
        this.#waiters.changed();
      });
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Still known after `close()`, for the relay that is started anew in its place. */
  get port() {
    return this.#port;
  }
  get url() {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }
  get dsn() {
    return dsnFor(this.url);
  }
  get requests() {
    return this.#journal.requests;
  }
  get items() {
    return this.#journal.items;
  }
  get invalid() {
    return this.#journal.invalid;
  }
  get protocolErrors() {
    return this.#journal.protocolErrors;
  }
  get counts() {
    return this.#journal.counts;
  }
  get totals() {
    return this.#journal.totals;
  }
  get openSockets() {
    return this.#sockets.size;
  }
  get heldRequests() {
    return this.#held.size;
  }

  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#waiters.changed();
  }

  release(): number {
    const held = [...this.#held];
    for (const letGo of held) {
      letGo();
    }
    return held.length;
  }

  waitFor(predicate: (relay: Relay) => boolean, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    return this.#waiters.wait(() => predicate(this), timeoutMs, String(predicate));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#waiters.abandon();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#waiters.changed();
    });
    this.#waiters.changed();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const behaviour = this.#behaviour;
    const record = this.#journal.open(request);
    const gone = new AbortController();
    response.on('error', () => undefined);
    let isDripped = false;
    response.on('close', () => {
      record.aborted = !response.writableFinished && !isDripped;
      gone.abort();
      this.#waiters.changed();
    });
    const early = behaviour.kind === 'close-early' ? answerOf(behaviour, 0, 0) : undefined;
    if (early !== undefined) {
      this.#answer(early, behaviour, record, response);
      return;
    }
    if (behaviour.kind === 'reset' && this.#journal.requests.length % (behaviour.oneIn ?? 1) === 0) {
      request.once('data', () => request.destroy());
      request.once('end', () => request.destroy());
    }
    const body = await readBody(request, this.#limits.maxBodyBytes, (count) =>
      this.#journal.read(record, count),
    );
    const examination = await this.#examine(request, record, body);
    this.#waiters.changed();
    await this.#hold(behaviour, gone.signal);
    // A reset shows in the socket before the response hears of it.
    if (gone.signal.aborted || request.socket.destroyed) {
      return;
    }
    const answer = this.#decide(behaviour, examination, record.bytesCompressed);
    if (behaviour.kind === 'drip') {
      this.#journal.answered(record, answer.status);
      this.#waiters.changed();
      isDripped = await answerInDrops(response, answer, behaviour.intervalMs, gone.signal);
    } else {
      this.#answer(answer, behaviour, record, response);
    }
  }

  async #examine(
    request: IncomingMessage,
    record: RequestRecord,
    body: Buffer | Refusal,
  ): Promise<Examination> {
    if (!Buffer.isBuffer(body)) {
      record.error = body.error;
      return { bytesDecompressed: 0, refusal: body };
    }
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const examination = await examine(body, encoding, this.#limits);
    this.#journal.examined(record, examination);
    const refusal = addressProblem(request, examination.envelope?.header) ?? examination.refusal;
    if (refusal === undefined) {
      return examination;
    }
    record.error = refusal.error;
    return { ...examination, refusal };
  }

  async #hold(behaviour: Behaviour, gone: AbortSignal): Promise<void> {
    if (behaviour.kind === 'slow') {
      await delay(behaviour.delayMs, undefined, { signal: gone }).catch(() => undefined);
    } else if (behaviour.kind === 'silent' && !gone.aborted) {
      await new Promise<void>((resolve) => {
        const letGo = () => {
          this.#held.delete(letGo);
          resolve();
        };
        this.#held.add(letGo);
        gone.addEventListener('abort', letGo);
        this.#waiters.changed();
      });
    }
  }

  #decide(behaviour: Behaviour, examination: Examination, bodyBytes: number): Answer {
    const { envelope, refusal, bytesDecompressed } = examination;
    const told = answerOf(behaviour, bodyBytes, bytesDecompressed);
    if (told !== undefined && !told.takesEnvelope) {
      return told;
    }
    const headers = { 'content-type': 'application/json', ...told?.headers };
    if (refusal !== undefined || envelope === undefined) {
      const body = JSON.stringify({ detail: refusal?.error });
      return { status: refusal?.status ?? 400, headers, body, takesEnvelope: false };
    }
    const dropped = this.#journal.take(envelope);
    const status = dropped > 0 ? this.#statusForInvalid : 200;
    return (
      told ?? { status, headers, body: JSON.stringify({ id: envelope.header.event_id }), takesEnvelope: true }
    );
  }

  #answer(answer: Answer, behaviour: Behaviour, record: RequestRecord, response: ServerResponse): void {
    this.#journal.answered(record, answer.status);
    if (behaviour.kind === 'stop-mid-response') {
      answerInPart(response, answer, behaviour.end);
    } else {
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
    this.#waiters.changed();
  }
}
