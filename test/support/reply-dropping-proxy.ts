import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to Redis on which a reply can be lost: the server has done its work, and the caller does not learn it. */
export interface ReplyEater {
  readonly port: number;
  /** Cuts the connection on which the next request travels when its reply comes; resolves then. */
  eatNextReply(): Promise<void>;
  stop(): void;
}

/** Starts one before the Redis on `port`; it sees bytes, not commands. */
export async function startReplyEater(port: number): Promise<ReplyEater> {
  const sockets = new Set<Socket>();
  let armed: (() => void) | undefined;
  const server = createServer((client) => {
    const upstream = connect(port, 'localhost');
    let eaten: (() => void) | undefined;
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (chunk) => {
      eaten ??= armed;
      if (eaten === armed) armed = undefined;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (eaten === undefined) client.write(chunk);
      else {
        cut();
        eaten();
      }
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => (cut(), sockets.delete(socket)));
    }
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    eatNextReply: () => new Promise((resolve) => (armed = resolve)),
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
