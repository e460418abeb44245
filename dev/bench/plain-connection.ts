import type { RedisOptions } from 'ioredis';
import type { ImplementationSettings } from './implementation';

/** The TLS settings and token, for libraries that open their own connections. */
export function connectionFor({ host, port, token, ca }: ImplementationSettings['redis']) {
  return {
    host,
    port,
    password: token,
    tls: { ca, servername: host },
    maxRetriesPerRequest: null,
  } satisfies RedisOptions;
}
