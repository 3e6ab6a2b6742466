export interface NginxSettings {
  /** The port of this machine that requests are passed on to. */
  upstreamPort: number;
  /** The value of the directive. Left out, the directive is left out too, and nginx's own default of 1m is in force. */
  clientMaxBodySize?: string;
  /** Further directives of the server. */
  directives?: readonly string[];
}

/** Where nginx tells how many requests it has taken. */
export const STATUS_PATH = '/nginx-status';

const LOG_FORMAT = JSON.stringify({
  status: '$status',
  upstreamStatus: '$upstream_status',
  contentLength: '$content_length',
  requestBytes: '$request_length',
}).replace(/"(\$status|\$request_length)"/g, '$1');

/** Files of nginx lie in its own folder: the paths that were built in belong to the machine's own nginx, if it runs. */
const TEMPORARY_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
  (name) => `${name}_temp_path ${name};`,
);

/** One process, which is killed as one: a worker would outlive its master. */
export function writeConfiguration(port: number, settings: NginxSettings): string {
  const { upstreamPort, clientMaxBodySize, directives = [] } = settings;
  const limit = clientMaxBodySize === undefined ? [] : [`client_max_body_size ${clientMaxBodySize};`];
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log error.log info;
events {}
http {
  log_format requests escape=json '${LOG_FORMAT}';
  access_log access.log requests;
  ${TEMPORARY_PATHS.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${[...limit, ...directives].join('\n    ')}
    location = ${STATUS_PATH} {
      access_log off;
      stub_status;
    }
    location / {
      proxy_http_version 1.1;
      proxy_pass http://127.0.0.1:${upstreamPort};
    }
  }
}
`;
}
