/** All checks, in the order in which they are shown. */
import { explainAwsError } from '../aws-error';
import type { Finding } from '../finding';
import { eviction } from './eviction';
import { identity } from './identity';
import { key } from './key';
import { network } from './network';
import { parameters } from './parameters';
import { replicationGroup } from './replication-group';
import { roles } from './roles';
import { secret } from './secret';
import { securityGroups } from './security-groups';
import { services } from './services';
import { servicesStack } from './services-stack';
import type { Check, CheckContext } from './check';
import { taskAge } from './task-age';
import { wayToSecrets } from './secrets-manager-route';

export { identity };

/** The checks after the first one, `identity`: without the right account the others would speak of another's. */
export const checks: readonly Check[] = [
  network,
  securityGroups,
  wayToSecrets,
  replicationGroup,
  eviction,
  secret,
  key,
  parameters,
  services,
  roles,
  taskAge,
  servicesStack,
];

/** The findings of one check; a call that AWS refuses is one: what could not be looked at is not well. */
export async function findings(check: Check, context: CheckContext): Promise<readonly Finding[]> {
  try {
    return await check.run(context);
  } catch (error) {
    const { found, remedy } = explainAwsError(error);
    return [{ check: check.name, result: 'fail', found: `could not be looked at: ${found}`, remedy }];
  }
}
