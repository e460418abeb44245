import type { ConnectionOptions } from 'bullmq';
import type { ContenderSettings } from './contender';

/** The same TLS and token as ours, in ioredis' own words, for programs that make their connections themselves. */
export function connectionFor({ host, port, token, ca }: ContenderSettings['redis']): ConnectionOptions {
  return { host, port, password: token, tls: { ca, servername: host }, maxRetriesPerRequest: null };
}
