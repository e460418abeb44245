import { familyDiffs } from '../ecs/services-diff';
import { type Check, findingsOf } from './check';

const { ok, fail } = findingsOf('Services stack');

/** No service would lose a variable, secret, role or connection if the Services stack were deployed. */
export const servicesStack: Check = {
  name: 'services-stack',
  run: async ({ environment, account, app }) => {
    if (environment.services.length === 0) return [];
    const found = (await familyDiffs(environment, app, account)).flatMap(({ family, running, differences }) => {
      const lost = differences.filter((difference) => difference.lost);
      if (lost.length === 0) return [];
      return [
        fail(
          `deploying it would remove from ${running ?? family}: ${lost.map(({ where }) => where.replace(/^containers\./, '')).join(', ')}`,
          `Do not deploy Services/ModelEventsServices-${environment.environment} yet: npx model-events ecs diff -e ${environment.environment}. If the definition is managed elsewhere: --skip services-stack.`,
        ),
      ];
    });
    return found.length > 0 ? found : [ok('deploying it would remove no variable, secret, permission or connection')];
  },
};
