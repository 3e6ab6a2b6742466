import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The gateway's treatment of connections that exist. It passes on new ones as ever. */
export type Cut =
  /** It closes them in order. */
  | 'close'
  /** It resets them. */
  | 'reset'
  /** It forgets them, and resets each when something comes over it. */
  | 'forget'
  /** It forgets them, and swallows all that comes. */
  | 'swallow';

const STATUS_LINE = 'HTTP/1.1 ';

/** Between a process and the relay, as a load balancer or a NAT is. */
export class Gateway {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #port = 0;
  #answers = 0;

  constructor(relayPort: number) {
    this.#server = createServer((socket) => {
      const upstream = connect(relayPort, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      upstream.on('data', (data) => (this.#answers += data.toString('latin1').split(STATUS_LINE).length - 1));
      this.#connections.add(socket);
      socket.on('error', () => {});
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#connections.delete(socket);
        upstream.destroy();
      });
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get port(): number {
    return this.#port;
  }

  /** Answers of which it has passed on the status. */
  get answers(): number {
    return this.#answers;
  }

  /** @returns how many connections there were */
  cut(how: Cut): number {
    const connections = [...this.#connections];
    for (const socket of connections) {
      if (how === 'reset') socket.resetAndDestroy();
      else if (how === 'close') socket.end();
      else {
        socket.unpipe();
        socket.on('data', () => how === 'forget' && socket.resetAndDestroy());
      }
    }
    return connections.length;
  }

  close(): void {
    this.cut('reset');
    this.#server.close();
  }
}
