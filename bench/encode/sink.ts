import { startChild } from '../support/children.ts';
import type { Received } from './types.ts';

/** The server's process. */
export interface Sink {
  readonly port: number;
  /** The count since the last call. */
  take(): Promise<Received>;
  stop(): void;
}

export async function startSink(): Promise<Sink> {
  const child = startChild(new URL('./sink.mjs', import.meta.url), [], []);
  const nextMessage = <Message>(): Promise<Message> =>
    new Promise((resolve) => {
      child.once('message', (message) => resolve(message as Message));
    });
  const { port } = await nextMessage<{ port: number }>();
  return {
    port,
    async take() {
      const answer = nextMessage<{ received: Received }>();
      child.send('take');
      return (await answer).received;
    },
    stop: () => child.disconnect(),
  };
}
