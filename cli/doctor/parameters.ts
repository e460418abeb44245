import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { redisHostParameter, redisPortParameter } from '../../contract/parameter-names';
import type { Finding } from '../finding';
import { deployRedis } from '../redis-location';
import { replicationGroupOf } from './cache';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, warn, fail } = findingsOf('SSM parameters');

/** Containers are sent where the parameters say: that must be the primary's endpoint, a bare host name and its port. */
export const parameters: Check = {
  name: 'parameters',
  run: async (context) => {
    const { environment, account } = context;
    const endpoint = await endpointOf(context);
    if (endpoint === undefined) return [];
    const wanted = {
      [redisHostParameter(environment.environment)]: endpoint.host,
      [redisPortParameter(environment.environment)]: String(endpoint.port),
    };
    const page = await account.client(SSMClient).send(new GetParametersCommand({ Names: Object.keys(wanted) }));
    const given = new Map(page.Parameters?.map(({ Name, Value }) => [Name, Value]));
    const wrong = Object.entries(wanted).flatMap(([name, value]) => problem(name, given.get(name), value, context));
    return wrong.length > 0 ? wrong : [ok(`${endpoint.host} and ${endpoint.port}, as the endpoint`)];
  },
};

async function endpointOf(
  context: CheckContext,
): Promise<{ readonly host: string; readonly port: number } | undefined> {
  if (context.redis.endpoint !== undefined) return context.redis.endpoint;
  const { Address: host, Port: port } = (await replicationGroupOf(context))?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
  return host === undefined || port === undefined ? undefined : { host, port };
}

function problem(name: string, given: string | undefined, wanted: string, { environment }: CheckContext): Finding[] {
  if (given === wanted) return [];
  const remedy = `aws ssm put-parameter --type String --overwrite --name ${name} --value ${wanted}`;
  if (given === undefined) {
    return environment.redis.source === 'created'
      ? [warn(`${name} is not there yet`, `${deployRedis(environment)} creates it.`)]
      : [fail(`${name} is missing: tasks that read it do not start`, remedy)];
  }
  // Whoever put a URL there may have put the token into it.
  if (/[/@]/.test(given)) return [fail(`${name} holds a URL (not shown), clients need ${wanted}`, remedy)];
  return [fail(`${name} is "${given}", the endpoint is ${wanted}`, remedy)];
}
