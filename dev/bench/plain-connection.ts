import type { ConnectionOptions } from 'bullmq';
import type { ImplementationSettings } from './implementation';

/** The TLS settings and token as ioredis options, for libraries that open their own connections. */
export function connectionFor({ host, port, token, ca }: ImplementationSettings['redis']): ConnectionOptions {
  return { host, port, password: token, tls: { ca, servername: host }, maxRetriesPerRequest: null };
}
