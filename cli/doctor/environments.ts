import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { environmentNames, readEnvironment } from '../../config/read-environment';
import { replicationGroupIdOf } from '../../config/replication-group-id';
import { functionEnv } from '../../contract/function-env';
import type { Finding } from '../finding';
import { type Check, findingsOf, type CheckContext } from './check';
import { addressOf } from './described-redis';

const { ok, fail } = findingsOf('environments');

/** No other environment, configured or deployed, uses this one's Redis: they would take each other's messages. */
export const environments: Check = {
  name: 'environments',
  run: async (context) => {
    const { environment, redis } = context;
    const others = new Map([...(await deployed(context)), ...configured(context)]);
    return others.size > 0
      ? [...others].map(([name, where]): Finding =>
          fail(
            `${name} uses ${redis.replicationGroupId} too (${where}): each environment takes the other's messages`,
            `Give ${environment.environment} a Redis of its own: "redis": { "source": "created", … }, or npx model-events init -e ${environment.environment} --replication-group ID.`,
          ),
        )
      : [ok(`no other environment uses ${redis.replicationGroupId}`)];
  },
};

/** Files of the same folder. One that cannot be read is not this environment's problem. */
function configured({ environment, app }: CheckContext): [string, string][] {
  return environmentNames(app.configDirectory).flatMap((name): [string, string][] => {
    if (name === environment.environment) return [];
    try {
      const other = readEnvironment(name, app.configDirectory);
      const isHere = other.account === environment.account && other.region === environment.region;
      return isHere && replicationGroupIdOf(other) === replicationGroupIdOf(environment)
        ? [[name, 'its configuration']]
        : [];
    } catch {
      return [];
    }
  });
}

/** The environments whose functions connect to this Redis. */
async function deployed(context: CheckContext): Promise<[string, string][]> {
  const { environment, redis, account } = context;
  const host = redis.endpoint?.host ?? (await addressOf(context))?.host;
  if (host === undefined) return [];
  const found: [string, string][] = [];
  for await (const { Functions: functions = [] } of paginateListFunctions(
    { client: account.client(LambdaClient) },
    {},
  )) {
    for (const { FunctionName: name = '', Environment: { Variables: variables = {} } = {} } of functions) {
      const other = variables[functionEnv.environment];
      if (variables[functionEnv.redisHost] !== host || other === undefined) continue;
      if (other !== environment.environment) found.push([other, `function ${name}`]);
    }
  }
  return found;
}
