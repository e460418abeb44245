import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { redisHostParameter, redisPortParameter } from '../../contract/parameter-names';
import type { Finding } from '../finding';
import { deployRedis } from '../redis-location';
import { type Check, findingsOf, type CheckContext } from './check';
import { addressOf } from './described-redis';

const { ok, warn, fail } = findingsOf('SSM parameters');

/** Containers read the Redis endpoint from the parameters: they must hold the primary's host name and port. */
export const parameters: Check = {
  name: 'parameters',
  run: async (context) => {
    const { environment, account, redis } = context;
    const endpoint = redis.endpoint ?? (await addressOf(context));
    if (endpoint === undefined) return [];
    const expected = {
      [redisHostParameter(environment.environment)]: endpoint.host,
      [redisPortParameter(environment.environment)]: String(endpoint.port),
    };
    const page = await account.client(SSMClient).send(new GetParametersCommand({ Names: Object.keys(expected) }));
    const actual = new Map(page.Parameters?.map(({ Name, Value }) => [Name, Value]));
    const wrong = Object.entries(expected).flatMap(([name, value]) => problem(name, actual.get(name), value, context));
    return wrong.length > 0 ? wrong : [ok(`${endpoint.host} and ${endpoint.port} match the endpoint`)];
  },
};

function problem(name: string, actual: string | undefined, expected: string, { environment }: CheckContext): Finding[] {
  if (actual === expected) return [];
  const remedy = `aws ssm put-parameter --type String --overwrite --name ${name} --value ${expected}`;
  if (actual === undefined) {
    return environment.redis.source === 'created'
      ? [warn(`${name} does not exist yet`, `${deployRedis(environment)} creates it.`)]
      : [fail(`${name} is missing: tasks that read it cannot start`, remedy)];
  }
  // A URL may contain the token.
  if (/[/@]/.test(actual)) return [fail(`${name} contains a URL (not shown), clients need ${expected}`, remedy)];
  return [fail(`${name} is "${actual}", the endpoint is ${expected}`, remedy)];
}
