import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Redis } from 'ioredis';

/**
 * One consumer's way to Redis: a port that stays while the server behind it changes, as the primary endpoint's name does in
 * a failover. It sees bytes, not commands.
 */
export class RedisProxy {
  private readonly sockets = new Set<Socket>();
  private readonly upstreamPorts = new Set<number>();
  private readonly server = createServer((client) => this.join(client));

  private constructor(private redisPort: number) {}

  static async open(redisPort: number): Promise<RedisProxy> {
    const way = new RedisProxy(redisPort);
    way.server.listen(0, 'localhost');
    await once(way.server, 'listening');
    return way;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends all connections; new ones lead to `redisPort`. */
  lead(redisPort: number): void {
    this.redisPort = redisPort;
    this.cut();
  }

  /** Ends all connections; new ones are welcome. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  /** The flags that CLIENT LIST shows for its connections. */
  async flags(redis: Redis): Promise<string[]> {
    const lines = [...String(await redis.client('LIST')).matchAll(/ addr=\S+:(\d+) .* flags=(\S+) /g)];
    return lines.filter(([, port]) => this.upstreamPorts.has(Number(port))).map(([, , flags = '']) => flags);
  }

  private join(client: Socket): void {
    const upstream = connect(this.redisPort, 'localhost');
    upstream.once('connect', () => {
      if (upstream.localPort !== undefined) this.upstreamPorts.add(upstream.localPort);
    });
    client.pipe(upstream).pipe(client);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', end).on('close', () => {
        end();
        this.sockets.delete(socket);
      });
    }
  }
}
