import { generate } from 'selfsigned';
import { type Behaviour, type Relay, type RelayOptions, startRelay } from '../support/relay/index.ts';
import { type RunningScenario, type ScenarioRequest, startScenario } from '../support/scenario.ts';

export type Line = '10' | '11';

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** The items that relays have taken, each as often as they have taken it. */
export interface Arrivals {
  readonly transactionNames: string[];
  readonly transactionIds: string[];
  readonly profileIds: string[];
}

/** A fault needs this of the place where it happens. */
export interface SiteOptions {
  readonly bounded: object | false;
  /** Speaks TLS, with a certificate that the service trusts. */
  readonly isTls?: boolean;
  /** The service knows the relay by a name. */
  readonly isNamed?: boolean;
  /** False for a connection of its own for each request of the service. */
  readonly keepAlive?: boolean;
  /** More options for `Sentry.init`. */
  readonly options?: object;
  /** How long a relay takes for an answer when nothing is wrong with it, in milliseconds. */
  readonly latencyMs?: number;
}

const LOOPBACK_ADDRESS = '127.0.0.1';
const LOOPBACK_NAME = 'localhost';

/** A service with the real SDK of a line, and the relay that it sends to: one after the other, on the same port. */
export class Site {
  readonly line: Line;
  readonly service: RunningScenario;
  readonly arrivals: Arrivals;
  readonly #relays: [Relay, ...Relay[]];
  readonly #certificate: Certificate | undefined;
  readonly #latencyMs: number;

  private constructor(
    line: Line,
    service: RunningScenario,
    relay: Relay,
    arrivals: Arrivals,
    certificate: Certificate | undefined,
    latencyMs: number,
  ) {
    this.line = line;
    this.service = service;
    this.arrivals = arrivals;
    this.#relays = [relay];
    this.#certificate = certificate;
    this.#latencyMs = latencyMs;
    this.behave({ kind: 'normal' });
  }

  static async open(
    line: Line,
    { bounded, isTls, isNamed, keepAlive, options, latencyMs = 0 }: SiteOptions,
  ): Promise<Site> {
    const certificate = isTls ? await makeCertificate() : undefined;
    const arrivals: Arrivals = { transactionNames: [], transactionIds: [], profileIds: [] };
    const relay = await startRelay(relayOptions(arrivals, certificate));
    const request: ScenarioRequest = {
      name: 'driven',
      dsn: isNamed ? relay.dsn.replace(LOOPBACK_ADDRESS, LOOPBACK_NAME) : relay.dsn,
      bounded,
      options: {
        transportOptions: {
          ...(certificate && { caCerts: certificate.cert }),
          ...(keepAlive !== undefined && { keepAlive }),
        },
        ...options,
      },
    };
    const service = startScenario(line, 'mjs', request, { execArgv: ['--expose-gc'] });
    return new Site(line, service, relay, arrivals, certificate, latencyMs);
  }

  /** The relay that is there now, or was there last. */
  get relay(): Relay {
    return this.#relays.at(-1) ?? this.#relays[0];
  }

  /** All that any of them has found wrong in the requests. */
  get complaints(): unknown[] {
    return this.#relays.flatMap(({ invalid, protocolErrors }) => [...invalid, ...protocolErrors]);
  }

  /** From now on: requests that the relay holds are answered as they would have been. */
  behave(behaviour: Behaviour): void {
    const isFar = behaviour.kind === 'normal' && this.#latencyMs > 0;
    this.relay.behave(isFar ? { kind: 'slow', delayMs: this.#latencyMs } : behaviour);
    this.relay.release();
  }

  /** Cuts all connections; new ones are refused. */
  async stopRelay(): Promise<void> {
    await this.relay.close();
  }

  /** Cuts all connections, and has a relay in its place that behaves. */
  async restartRelay(certificate = this.#certificate): Promise<void> {
    await this.relay.close();
    const { port } = this.relay;
    this.#relays.push(await startRelay({ port, ...relayOptions(this.arrivals, certificate) }));
    this.behave({ kind: 'normal' });
  }

  /** The same with a certificate that the service does not trust. */
  async restartWithStrangeCertificate(): Promise<void> {
    await this.restartRelay(await makeCertificate());
  }

  async close(): Promise<void> {
    this.service.kill();
    await this.relay.close();
  }
}

function relayOptions(arrivals: Arrivals, certificate: Certificate | undefined): RelayOptions {
  return {
    ...(certificate && { tls: certificate }),
    keepItems: false,
    onItem: ({ type, json }) => {
      const { transaction, event_id, chunk_id } = json as Readonly<Record<string, string>>;
      if (type === 'transaction') {
        arrivals.transactionNames.push(String(transaction));
        arrivals.transactionIds.push(String(event_id));
      } else if (type.startsWith('profile')) arrivals.profileIds.push(String(chunk_id ?? event_id));
    },
  };
}

async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'relay' }], {
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: LOOPBACK_ADDRESS },
          { type: 2, value: LOOPBACK_NAME },
        ],
      },
    ],
  });
  return { key, cert };
}
