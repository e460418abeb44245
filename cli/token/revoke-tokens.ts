/**
 * `model-events token revoke` and `user revoke`: revokes every Redis token, or every password of a user, except the one in the
 * secret. A rotation keeps the old token valid, because ECS tasks keep the token they started with; only an operator can know that
 * no task needs it any more.
 */
import { DescribeTasksCommand, ECSClient, paginateListTasks } from '@aws-sdk/client-ecs';
import {
  DescribeReplicationGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  ModifyUserCommand,
} from '@aws-sdk/client-elasticache';
import {
  DescribeUsersCommand as DescribeMemoryDbUsersCommand,
  MemoryDBClient,
  UpdateUserCommand,
} from '@aws-sdk/client-memorydb';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { authTokenIn } from '../../queue/secret-text';
import type { Account } from '../account';

/** A task that started within this time after a rotation may have read the old token. */
const settlingMs = 60_000;

export interface RevokeClients {
  readonly secrets: SecretsManagerClient;
  readonly elasticache: ElastiCacheClient;
  readonly memorydb: MemoryDBClient;
  readonly ecs: ECSClient;
}

export const revokeClients = (account: Account): RevokeClients => ({
  secrets: account.client(SecretsManagerClient),
  elasticache: account.client(ElastiCacheClient),
  memorydb: account.client(MemoryDBClient),
  ecs: account.client(ECSClient),
});

/** The secret, its Redis, and the services that use the token. */
export interface RevokeTarget {
  readonly secretArn: string;
  readonly replicationGroupId: string;
  /** The Redis user in the secret. @default the token of the replication group */
  readonly userId?: string | undefined;
  /** The service of the user. @default 'elasticache' */
  readonly userService?: 'elasticache' | 'memorydb';
  /** Those that read the secret when a task starts. */
  readonly services: readonly { readonly family: string; readonly cluster: string }[];
}

/** A task that has not stopped. */
export interface ActiveTask {
  readonly family: string;
  readonly cluster: string;
  readonly arn: string;
  /** `service:<name>` for the tasks of a service. */
  readonly group: string;
  readonly createdAt: Date | undefined;
}

/** The input of the decision. */
export interface RevokeFacts {
  readonly replicationGroupId: string;
  readonly userId?: string | undefined;
  readonly groupStatus: string;
  /** When the current token became current; undefined for the first token. */
  readonly rotatedAt: Date | undefined;
  /** Whether a rotation is in progress. */
  readonly rotating: boolean;
  readonly tasks: readonly ActiveTask[];
}

/** `refused`: nothing was changed, for these reasons. `revoked`: ElastiCache has accepted the change and is applying it. */
export type RevokeOutcome =
  | { readonly kind: 'refused'; readonly reasons: readonly string[]; readonly facts: RevokeFacts }
  | { readonly kind: 'revoked'; readonly facts: RevokeFacts };

/** Reasons against revoking the old token, each with its fix; empty if it can be revoked. */
export function reasonsNotToRevoke(facts: RevokeFacts): string[] {
  const { rotatedAt } = facts;
  const reasons: string[] = [];
  if (facts.groupStatus !== 'available') {
    const subject =
      facts.userId === undefined ? `replication group ${facts.replicationGroupId}` : `user ${facts.userId}`;
    reasons.push(`${subject} is "${facts.groupStatus}": wait until it is available`);
  }
  if (facts.rotating) {
    reasons.push('a rotation is in progress or incomplete: complete it (aws secretsmanager rotate-secret)');
  }
  if (rotatedAt === undefined) {
    return [
      ...reasons,
      'the token was never rotated: no old token exists; rotate first (aws secretsmanager rotate-secret)',
    ];
  }
  const safeMs = rotatedAt.getTime() + settlingMs;
  const holders = facts.tasks.filter(({ createdAt }) => createdAt === undefined || createdAt.getTime() < safeMs);
  return [...reasons, ...holders.map((task) => `${mayHoldOldToken(task, rotatedAt)}: ${restartOf(task)}`)];
}

/**
 * Revokes every token but the current one, unless there is a reason against it.
 * @throws Error where an AWS call fails; no message holds a token.
 */
export async function revokeOldTokens(clients: RevokeClients, target: RevokeTarget): Promise<RevokeOutcome> {
  const current = await currentToken(clients, target);
  const [secret, groupStatus, tasks] = await Promise.all([
    clients.secrets.send(new DescribeSecretCommand({ SecretId: target.secretArn })),
    statusOf(clients, target),
    activeTasks(clients, target),
  ]);
  const holderOf = (label: string): string | undefined =>
    Object.entries(secret.VersionIdsToStages ?? {}).find(([, labels]) => labels.includes(label))?.[0];
  if (holderOf('AWSCURRENT') !== current.versionId) {
    throw new Error(`the token in ${target.secretArn} was changed meanwhile: run the command again`);
  }
  const pending = holderOf('AWSPENDING');
  const rotated = secret.LastRotatedDate !== undefined || holderOf('AWSPREVIOUS') !== undefined;
  const facts: RevokeFacts = {
    replicationGroupId: target.replicationGroupId,
    userId: target.userId,
    groupStatus,
    // A change by hand is not in LastRotatedDate; a rotation's version is older than the end of the rotation.
    rotatedAt: rotated ? later(secret.LastRotatedDate, current.createdAt) : undefined,
    rotating: pending !== undefined && pending !== current.versionId,
    tasks,
  };
  const reasons = reasonsNotToRevoke(facts);
  if (reasons.length > 0) return { kind: 'refused', reasons, facts };
  await setToken(clients, target, current.token);
  return { kind: 'revoked', facts };
}

function mayHoldOldToken({ arn, family, cluster, createdAt }: ActiveTask, rotatedAt: Date): string {
  const created = createdAt === undefined ? 'at an unknown time' : createdAt.toISOString();
  const id = arn.split('/').at(-1) ?? arn;
  return `task ${id} of ${family} (cluster ${cluster}), created ${created}, may have the token from before the rotation of ${rotatedAt.toISOString()}`;
}

function restartOf({ cluster, group }: ActiveTask): string {
  if (!group.startsWith('service:')) return 'stop it, or wait until it ends';
  const service = group.slice('service:'.length);
  return `aws ecs update-service --cluster ${cluster} --service ${service} --force-new-deployment`;
}

function later(one: Date | undefined, other: Date): Date {
  return one !== undefined && one > other ? one : other;
}

async function currentToken(
  { secrets }: RevokeClients,
  { secretArn }: RevokeTarget,
): Promise<{ token: string; versionId: string; createdAt: Date }> {
  const found = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
  return {
    token: authTokenIn(found.SecretString ?? ''),
    versionId: found.VersionId ?? '',
    createdAt: found.CreatedDate ?? new Date(),
  };
}

async function statusOf(
  { elasticache, memorydb }: RevokeClients,
  { replicationGroupId, userId, userService }: RevokeTarget,
): Promise<string> {
  if (userId !== undefined) {
    const { Users: users = [] } =
      userService === 'memorydb'
        ? await memorydb.send(new DescribeMemoryDbUsersCommand({ UserName: userId }))
        : await elasticache.send(new DescribeUsersCommand({ UserId: userId }));
    return users[0]?.Status === 'active' ? 'available' : (users[0]?.Status ?? 'unknown');
  }
  const { ReplicationGroups: groups = [] } = await elasticache.send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: replicationGroupId }),
  );
  const [group] = groups;
  // The group can be available before the change of its token is applied.
  return group?.PendingModifiedValues?.AuthTokenStatus ?? group?.Status ?? 'unknown';
}

/** All tasks that are starting, running or stopping: each may open a connection again. */
async function activeTasks({ ecs }: RevokeClients, { services }: RevokeTarget): Promise<ActiveTask[]> {
  const found: ActiveTask[] = [];
  for (const { family, cluster } of services) {
    for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
      for await (const { taskArns } of paginateListTasks({ client: ecs }, { cluster, family, desiredStatus })) {
        if (taskArns === undefined || taskArns.length === 0) continue;
        const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
        for (const { taskArn: arn = '', group = '', createdAt, lastStatus } of tasks) {
          if (lastStatus !== 'STOPPED') found.push({ family, cluster, arn, group, createdAt });
        }
      }
    }
  }
  return found;
}

async function setToken(
  { elasticache, memorydb }: RevokeClients,
  { replicationGroupId, userId, userService }: RevokeTarget,
  token: string,
): Promise<void> {
  const changed =
    userId === undefined
      ? elasticache.send(
          new ModifyReplicationGroupCommand({
            ReplicationGroupId: replicationGroupId,
            AuthToken: token,
            AuthTokenUpdateStrategy: 'SET',
            ApplyImmediately: true,
          }),
        )
      : userService === 'memorydb'
        ? memorydb.send(
            new UpdateUserCommand({
              UserName: userId,
              AuthenticationMode: { Type: 'password', Passwords: [token] },
            }),
          )
        : elasticache.send(new ModifyUserCommand({ UserId: userId, Passwords: [token] }));
  await changed.catch((error: unknown) => {
    const { name, message } = error as Error;
    const redacted = message.replaceAll(token, '<token>');
    // Without the cause, whose message may contain the token.
    const change = userService === 'memorydb' ? 'UpdateUser' : 'ModifyUser';
    const doing = userId === undefined ? `SET of replication group ${replicationGroupId}` : `${change} of ${userId}`;
    throw new Error(`${doing} failed: ${name}: ${redacted}`);
  });
}
