/** All checks, in the order of the output. */
import { explainAwsError } from '../aws-error';
import type { Finding } from '../finding';
import { concurrency } from './concurrency';
import { environments } from './environments';
import { eviction } from './eviction';
import { firstDeployment } from './first-deployment';
import { identity } from './identity';
import { key } from './key';
import { network } from './network';
import { parameters } from './parameters';
import { recipients } from './recipients';
import { replicationGroup } from './replication-group';
import { roles } from './roles';
import { secret } from './secret';
import { securityGroups } from './security-groups';
import { serviceRoutes } from './service-routes';
import { services } from './services';
import { servicesStack } from './services-stack';
import { taskAge } from './task-age';
import { taskRoutes } from './task-routes';
import { wait } from './wait';
import type { Check, CheckContext } from './check';

export { identity };

/** The checks after `identity`, which fails first: in the wrong account the others would mislead. */
export const checks: readonly Check[] = [
  network,
  securityGroups,
  ...serviceRoutes,
  taskRoutes,
  replicationGroup,
  environments,
  recipients,
  concurrency,
  wait,
  eviction,
  secret,
  key,
  parameters,
  services,
  roles,
  taskAge,
  firstDeployment,
  servicesStack,
];

/** The findings of one check; a refused AWS call is a failure. */
export async function findings(check: Check, context: CheckContext): Promise<readonly Finding[]> {
  try {
    return await check.run(context);
  } catch (error) {
    const { found, remedy } = explainAwsError(error);
    return [{ check: check.name, result: 'fail', found: `check failed: ${found}`, remedy }];
  }
}
