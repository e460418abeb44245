import { ECSClient } from '@aws-sdk/client-ecs';
import { differences } from '../ecs/differences';
import { plannedDefinitions } from '../ecs/synthesized-definitions';
import { familyOnEcs } from '../ecs/running-definitions';
import type { Finding } from '../finding';
import { type Check, findingsOf } from './check';

const { ok, fail } = findingsOf('Services stack');

/** No container would lose a variable or secret if the Services stack were deployed. */
export const servicesStack: Check = {
  name: 'services-stack',
  run: async ({ environment, account, app }) => {
    if (environment.services.length === 0) return [];
    const planned = await plannedDefinitions(environment, app, account);
    const found: Finding[] = [];
    for (const service of environment.services) {
      const definition = planned.get(service.family);
      const { running } = await familyOnEcs(account.client(ECSClient), service);
      if (definition === undefined) continue;
      for (const { definition: current, label } of running) {
        const lost = differences(current, definition).filter((difference) => difference.lost);
        if (lost.length === 0) continue;
        found.push(
          fail(
            `deploying it would remove from ${label}: ${lost.map(({ where }) => where.replace(/^containers\./, '')).join(', ')}`,
            `Do not deploy Services/ModelEventsServices-${environment.environment} yet: npx model-events ecs diff -e ${environment.environment}. If the definition is managed elsewhere: --skip services-stack.`,
          ),
        );
      }
    }
    return found.length > 0 ? found : [ok('deploying it would remove no variable or secret')];
  },
};
