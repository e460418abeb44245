/** The stacks of an environment for generators, with bundles that contain no code: nothing that they read depends on it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Environment } from '../../config/environment';
import { ModelEventsStack } from '../../lib/stacks/model-events';
import { RedisStack } from '../../lib/stacks/redis';

/** Creates the pipeline and, if it is created, Redis, in a folder that is removed after `use`. */
export function withStacks<Result>(
  environment: Environment,
  use: (created: { readonly app: App; readonly pipeline: ModelEventsStack }) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-'));
  try {
    for (const name of ['publisher', 'monitor', 'health', 'operations', 'rotation']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.mjs'), '');
    }
    const app = new App({ outdir: join(folder, 'cdk.out') });
    const redis =
      environment.redis.source === 'created'
        ? new RedisStack(app, 'Redis', { environment, bundles: folder }).redis
        : undefined;
    return use({ app, pipeline: new ModelEventsStack(app, 'ModelEvents', { environment, redis, bundles: folder }) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
