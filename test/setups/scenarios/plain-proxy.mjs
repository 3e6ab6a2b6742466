import http from 'node:http';
import { run as runService } from './service.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * The service behind a proxy that is not asked for connections: each request is sent to the proxy, with the whole URL in it.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export function run(kit, request) {
  const { hostname, port, username, password } = new URL(request.proxyUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const httpModule = {
    request: (/** @type {any} */ options, /** @type {any} */ onResponse) =>
      http.request(
        {
          ...options,
          hostname,
          port,
          path: `${options.protocol}//${options.hostname}:${options.port}${options.path}`,
          headers: {
            ...options.headers,
            host: `${options.hostname}:${options.port}`,
            'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
          },
        },
        onResponse,
      ),
  };
  return runService(kit, { ...request, options: { transportOptions: { httpModule } } });
}
