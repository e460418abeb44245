import type { RedisSettings } from '../../config/environment';
import type { WaitSupport } from '../../contract/operations';
import { explainAwsError } from '../aws-error';
import { CommandError } from '../command';
import type { Finding } from '../finding';
import { NotDeployedError, operationsFunction } from '../queues/operations-function';
import { type Check, findingsOf } from './check';

const { ok, warn, fail } = findingsOf('WAIT');

/** With durability `replicas` the engine has WAIT and permits it: the operations function, once it is deployed, asks it. */
export const wait: Check = {
  name: 'wait',
  run: async ({ environment, account }) => {
    if (environment.redis.durability !== 'replicas') return [];
    try {
      const ask = await operationsFunction(account, environment.environment);
      return waitProblems((await ask({ action: 'wait-support' })).wait, environment.redis);
    } catch (error) {
      // Before the first deployment nothing can ask.
      if (error instanceof NotDeployedError) return [];
      const found = error instanceof CommandError ? error.message : explainAwsError(error).found;
      return [
        warn(`the engine was not asked: ${found}`, 'Deploy the pipeline, and run doctor as one who may invoke it.'),
      ];
    }
  },
};

/** What the answer means for the configuration. */
export function waitProblems(support: WaitSupport, redis: RedisSettings): Finding[] {
  if (support === 'supported') return [ok('the engine has WAIT, with which replicas confirm writes')];
  const configure =
    'Set redis.durability to "engine" for MemoryDB or synchronous durability, to "primary" for Serverless.';
  if (support === 'unknown') {
    return [fail('redis.durability is "replicas", but the engine has no WAIT: no write is confirmed', configure)];
  }
  const permit =
    redis.source === 'created'
      ? 'Deploy the stack of Redis, which permits it.'
      : `Permit +wait to the user of the functions; if the engine does not offer it: ${configure}`;
  return [
    fail(
      'redis.durability is "replicas", but Redis does not permit WAIT to the functions: no write is confirmed',
      permit,
    ),
  ];
}
