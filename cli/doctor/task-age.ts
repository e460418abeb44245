import { ECSClient } from '@aws-sdk/client-ecs';
import { ListSecretVersionIdsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ServiceSettings } from '../../config/environment';
import { runningTasks } from '../ecs/running-definitions';
import type { Finding } from '../finding';
import { described } from '../redis-location';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, warn, fail } = findingsOf('tasks and rotation');

/** When the current and the previous token came into use. */
export interface Rotations {
  readonly last: Date;
  /** When the previous token was created; undefined after only one rotation. */
  readonly lastButOne: Date | undefined;
}

/**
 * ECS reads the token when a task starts, and Redis accepts the two newest tokens. A task from before the last rotation
 * works until the next one; an older task cannot reconnect.
 */
export const taskAge: Check = {
  name: 'task-age',
  run: async (context) => {
    if (context.redis.secretArn === undefined) return [];
    const rotations = await rotationsOf(context);
    if (rotations === undefined) return [ok('the token has never been rotated')];
    const found = await Promise.all(
      context.environment.services.map((service) => agedTasks(service, rotations, context)),
    );
    const wrong = found.flat();
    return wrong.length > 0 ? wrong : [ok(`all tasks are newer than the rotation of ${rotations.last.toISOString()}`)];
  },
};

async function rotationsOf({ account, redis }: CheckContext): Promise<Rotations | undefined> {
  if (redis.secretArn === undefined) return undefined;
  const secret = await described(account, redis.secretArn);
  const { Versions: versions = [] } =
    secret === undefined
      ? {}
      : await account.client(SecretsManagerClient).send(new ListSecretVersionIdsCommand({ SecretId: redis.secretArn }));
  const made = (stage: string): Date | undefined =>
    versions.find(({ VersionStages }) => VersionStages?.includes(stage) === true)?.CreatedDate;
  const previous = made('AWSPREVIOUS');
  const last = secret?.LastRotatedDate ?? (previous === undefined ? undefined : made('AWSCURRENT'));
  return last === undefined ? undefined : { last, lastButOne: previous };
}

async function agedTasks(
  service: ServiceSettings,
  rotations: Rotations,
  { account }: CheckContext,
): Promise<Finding[]> {
  const tasks = await runningTasks(account.client(ECSClient), service);
  return ageFindings(
    service,
    tasks.map(({ createdAt }) => createdAt),
    rotations,
  );
}

/** @param created when each running task was created: it reads the token soon after */
export function ageFindings(
  { family, cluster }: Pick<ServiceSettings, 'family' | 'cluster'>,
  created: readonly (Date | undefined)[],
  { last, lastButOne }: Rotations,
): Finding[] {
  const before = (time: Date): number => created.filter((date) => date !== undefined && date < time).length;
  const remedy = `aws ecs update-service --force-new-deployment --cluster ${cluster} --service …`;
  const lockedOut = lastButOne === undefined ? 0 : before(lastButOne);
  if (lockedOut > 0) {
    return [
      fail(
        `${lockedOut} running tasks of ${family} hold a token that Redis no longer accepts`,
        `Immediately: ${remedy}`,
      ),
    ];
  }
  const old = before(last);
  if (old === 0) return [];
  return [
    warn(
      `${old} running tasks of ${family} are older than the rotation of ${last.toISOString()}`,
      `Before the next rotation: ${remedy}`,
    ),
  ];
}
