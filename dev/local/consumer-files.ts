/** What a consumer on this machine needs to connect: files that only their owner can read, gone when Redis is. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consumerEnv, containerEnv } from '../../contract/function-env';
import { localPortVariable } from '../../contract/local-pipeline';
import type { Subscription } from '../../contract/subscriptions';
import type { LocalRedis } from './redis-server';

export interface ConsumerFiles {
  /** Holds the token and nothing else. */
  readonly tokenFile: string;
  /** One file for a shell to `source` for each service: the variables that ECS gives its container. */
  readonly environmentFiles: readonly { readonly service: string; readonly file: string }[];
}

/** Writes the files into Redis' own folder. @param busUrl of `make local`, so that the CLI finds it in a terminal that sources a file */
export async function writeConsumerFiles(
  redis: Pick<LocalRedis, 'host' | 'port' | 'token' | 'caFile' | 'folder'>,
  subscriptions: readonly Subscription[],
  busUrl?: string,
): Promise<ConsumerFiles> {
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(redis.folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  return {
    tokenFile: await write('token', redis.token),
    environmentFiles: await Promise.all(
      subscriptions.map(async ({ service, queue }) => {
        const variables = {
          [containerEnv.redisHost]: redis.host,
          [containerEnv.redisPort]: String(redis.port),
          [containerEnv.redisAuthToken]: redis.token,
          [containerEnv.queue]: queue,
          [consumerEnv.environment]: 'local',
          NODE_EXTRA_CA_CERTS: redis.caFile,
          ...(busUrl === undefined ? {} : { [localPortVariable]: new URL(busUrl).port }),
        };
        const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`);
        return { service, file: await write(`${service}.env`, lines.join('')) };
      }),
    ),
  };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
