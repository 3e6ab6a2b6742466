import * as http from 'node:http';
import * as https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** The transport options of `Sentry.init` that say how to reach the server. */
export interface EndpointOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly proxy?: string;
  readonly caCerts?: string | Buffer | readonly (string | Buffer)[];
  readonly keepAlive?: boolean;
  readonly httpModule?: HttpModule;
}

/** The SDK needs this of a module given as `httpModule`: `request` as in `node:http`. */
export interface HttpModule {
  request(
    options: http.RequestOptions,
    onResponse: (response: http.IncomingMessage) => void,
  ): http.ClientRequest;
}

/** Where envelopes go, and how. */
export interface Endpoint {
  readonly httpModule: HttpModule;
  readonly request: http.RequestOptions;
  /**
   * @param signal breaks off a connection that is still being made through a proxy: a request without a socket can't
   * @param isFresh whether it must be a connection that nobody has used
   */
  agentFor(signal: AbortSignal, isFresh: boolean): http.Agent;
  /** Closes all connections. */
  close(): void;
}

/**
 * A connection that nobody uses is closed after this time, as by the SDK's own agent. Proxies and NATs drop idle connections, some
 * of them without a word.
 */
const IDLE_MS = 2000;

/**
 * Reads the user's options the way the SDK's own transport does. Connections are kept alive unless the user says no, as in
 * SDK 11. @returns undefined if the URL is none
 */
export function createEndpoint(url: string, options: EndpointOptions): Endpoint | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, host, port, pathname, search } = new URL(url);
  const isHttps = protocol === 'https:';
  const proxy = isExempt(host, hostname) ? undefined : options.proxy || proxyOfEnvironment(isHttps);
  const { Agent } = isHttps ? https : http;
  const kept = new Agent({ keepAlive: options.keepAlive ?? true, timeout: IDLE_MS });
  const fresh = new Agent({ keepAlive: false });
  return {
    httpModule: options.httpModule ?? (isHttps ? https : http),
    request: {
      method: 'POST',
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: `${pathname}${search}`,
      headers: { 'content-type': 'application/x-sentry-envelope', ...options.headers },
      ...(options.caCerts === undefined ? {} : { ca: options.caCerts }),
    } as http.RequestOptions,
    // One for each request: none keeps a connection for another.
    agentFor: (signal, isFresh) => {
      if (proxy) return new HttpsProxyAgent(proxy, { signal });
      return isFresh ? fresh : kept;
    },
    close: () => {
      kept.destroy();
      fresh.destroy();
    },
  };
}

function proxyOfEnvironment(isHttps: boolean): string | undefined {
  return (isHttps ? process.env.https_proxy : undefined) || process.env.http_proxy;
}

function isExempt(host: string, hostname: string): boolean {
  const exemptions = process.env.no_proxy?.split(',') ?? [];
  return exemptions.some((exemption) => host.endsWith(exemption) || hostname.endsWith(exemption));
}
