/** Errors in a configured service's wiring, in the running and the newest revisions. */
import { ECSClient } from '@aws-sdk/client-ecs';
import type { Environment, ServiceSettings } from '../../config/environment';
import type { Account } from '../account';
import type { RedisPlace } from '../redis-location';
import type { Finding } from '../finding';
import { definitionProblems } from './definition-problems';
import { familyOnEcs } from './running-definitions';
import { serviceWiring } from './service-wiring';

/** @throws the error of a refused AWS call */
export async function checkService(
  service: ServiceSettings,
  environment: Environment,
  redis: RedisPlace,
  account: Account,
): Promise<Finding[]> {
  const check = `ecs: ${service.family}`;
  const wiring = serviceWiring(environment, redis, service);
  if (wiring === undefined) {
    const remedy = 'Deploy the Redis first: it creates the token.';
    return [{ check, result: 'warn', found: 'cannot check the wiring: the secret does not exist', remedy }];
  }
  const remedy = `npx model-events ecs wire -e ${environment.environment} --family ${service.family} --container ${service.container}`;
  const { running, newest } = await familyOnEcs(account.client(ECSClient), service);
  if (newest === undefined && running.length === 0) {
    return [
      {
        check,
        result: 'warn',
        found: `no task definition of this family exists, and no service of cluster ${service.cluster} runs it`,
        remedy: `Correct services[].family or cluster in the configuration, or deploy Services/ModelEventsServices-${environment.environment}.`,
      },
    ];
  }
  const inUse = running.flatMap(({ definition, label }) =>
    definitionProblems(definition, service.container, wiring).map(({ severity, what }): Finding => ({
      check,
      result: severity,
      found: `running ${label}: ${what}`,
      remedy,
    })),
  );
  const next = newest === undefined || running.some(({ label }) => label === newest.label) ? [] : [newest];
  const later = next.flatMap(({ definition, label }) =>
    definitionProblems(definition, service.container, wiring).map(({ what }): Finding => ({
      check,
      result: running.length === 0 ? 'fail' : 'warn',
      found: `${running.length === 0 ? 'newest' : 'newest, not running yet,'} ${label}: ${what}`,
      remedy: `Before it is deployed: ${remedy}`,
    })),
  );
  const found = [...inUse, ...later];
  if (found.length > 0) return found;
  const labels = running.map(({ label }) => label).join(', ');
  return [
    running.length > 0
      ? { check, result: 'ok', found: `running ${labels} has its wiring` }
      : {
          check,
          result: 'warn',
          found: `${newest?.label ?? ''} has its wiring, but no service of cluster ${service.cluster} runs it`,
          remedy: 'Correct services[].cluster in the configuration, or start the service.',
        },
  ];
}
