import { ECSClient } from '@aws-sdk/client-ecs';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { MemoryDBClient } from '@aws-sdk/client-memorydb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  type RevokeClients,
  type RevokeOutcome,
  reasonsNotToRevoke,
  revokeOldTokens,
} from '../../cli/token/revoke-tokens';
import { type AwsJsonServer, startAwsJsonServer } from '../../dev/emulators/aws-json-server';
import { localSecretArn, secretStringOf } from '../../dev/local/publisher-environment';
import { replicationGroupId, useRotation } from '../rotation/rotating';
import { useRedis } from '../support/redis';
import { userNamed } from '../../dev/local/redis-users';

interface Task {
  readonly id: string;
  readonly family: string;
  readonly createdAt: Date;
  readonly lastStatus?: string;
  readonly desiredStatus?: string;
}

const redis = useRedis();
const rotation = useRotation(redis);
const cluster = 'hokusai-local';
let tasks: readonly Task[] = [];
let ecs: AwsJsonServer;
let clients: RevokeClients;

/** The ECS calls of this test, with two tasks per page. */
beforeAll(async () => {
  const arnOf = ({ id }: Task) => `arn:aws:ecs:us-east-1:123456789012:task/${cluster}/${id}`;
  ecs = await startAwsJsonServer({
    service: 'The ECS of this test',
    operations: {
      'AmazonEC2ContainerServiceV20141113.ListTasks': ({ family, desiredStatus, nextToken = '0' }) => {
        const wanted = tasks.filter(
          (task) => task.family === family && (task.desiredStatus ?? 'RUNNING') === desiredStatus,
        );
        const end = Number(nextToken) + 2;
        const page = wanted.slice(Number(nextToken), end).map(arnOf);
        return { taskArns: page, ...(end < wanted.length ? { nextToken: String(end) } : {}) };
      },
      'AmazonEC2ContainerServiceV20141113.DescribeTasks': ({ tasks: arns }) => ({
        tasks: tasks
          .filter((task) => (arns as string[]).includes(arnOf(task)))
          .map((task) => ({
            taskArn: arnOf(task),
            group: `service:${task.family.replace('-local', '')}`,
            lastStatus: task.lastStatus ?? 'RUNNING',
            createdAt: task.createdAt.getTime() / 1000,
          })),
      }),
    },
  });
});
beforeEach(() => {
  tasks = [];
  const common = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  clients = {
    secrets: new SecretsManagerClient({ ...common, endpoint: rotation.secrets.url }),
    elasticache: new ElastiCacheClient({ ...common, endpoint: rotation.elasticache.url }),
    memorydb: new MemoryDBClient({ ...common, endpoint: rotation.elasticache.url }),
    ecs: new ECSClient({ ...common, endpoint: ecs.url }),
  };
});
afterEach(() => {
  for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
});
afterAll(() => ecs.stop());

const revoke = (): Promise<RevokeOutcome> =>
  revokeOldTokens(clients, {
    secretArn: localSecretArn,
    replicationGroupId,
    services: [
      { family: 'hokusai-api-local', cluster },
      { family: 'hokusai-site-local', cluster },
    ],
  });
const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const task = (id: string, minutes: number, change: Partial<Task> = {}): Task => ({
  id,
  family: 'hokusai-api-local',
  createdAt: minutesFromNow(minutes),
  ...change,
});

test('the old token works until it is revoked, the new one before and after', async () => {
  const old = rotation.token();
  await rotation.rotate();
  tasks = [task('young', 5), task('younger', 6), task('youngest', 7, { family: 'hokusai-site-local' })];
  expect(await rotation.works(old)).toBe(true);

  expect(await revoke()).toMatchObject({ kind: 'revoked', facts: { tasks: [{}, {}, {}] } });

  await rotation.elasticache.settle();
  expect(await rotation.works(old)).toBe(false);
  expect(await rotation.works(rotation.token())).toBe(true);
  expect(rotation.elasticache.changes).toEqual(['ROTATE', 'SET']);
});

test('a task from before the rotation, on any page, is a reason to refuse, with the command that restarts it', async () => {
  const old = rotation.token();
  await rotation.rotate();
  tasks = [task('a', 5), task('b', 5), task('c', -10), task('d', -20, { family: 'hokusai-site-local' })];

  const outcome = await revoke();

  expect(outcome).toMatchObject({
    kind: 'refused',
    reasons: [
      expect.stringMatching(
        /^task c of hokusai-api-local \(cluster hokusai-local\), created .*: aws ecs update-service --cluster hokusai-local --service hokusai-api --force-new-deployment$/,
      ),
      expect.stringMatching(/^task d of hokusai-site-local /),
    ],
  });
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
  expect(await rotation.works(old)).toBe(true);
});

test('a stopping task is a reason to refuse, a stopped one is not', async () => {
  await rotation.rotate();
  tasks = [
    task('stopping', -10, { desiredStatus: 'STOPPED', lastStatus: 'DEACTIVATING' }),
    task('stopped', -10, { desiredStatus: 'STOPPED', lastStatus: 'STOPPED' }),
  ];
  expect(await revoke()).toMatchObject({ kind: 'refused', reasons: [expect.stringMatching(/^task stopping /)] });
});

test('a token that was never rotated is refused: no old token exists', async () => {
  const outcome = await revoke();
  expect(outcome).toMatchObject({ kind: 'refused', reasons: [expect.stringContaining('never rotated')] });
  expect(rotation.elasticache.changes).toEqual([]);
});

test('an incomplete rotation is refused: its token would be lost', async () => {
  await rotation.rotate();
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  expect(await revoke()).toMatchObject({
    kind: 'refused',
    reasons: [expect.stringContaining('a rotation is in progress')],
  });
});

test('a manual change of the token counts as a rotation', async () => {
  await rotation.rotate();
  rotation.secrets.set(localSecretArn, secretStringOf('Set-by-an-operator-2026!'));
  tasks = [task('c', 0)];
  expect(await revoke()).toMatchObject({ kind: 'refused', reasons: [expect.stringMatching(/^task c /)] });
});

test('an ElastiCache error is reported without the token', async () => {
  await rotation.rotate();
  rotation.elasticache.refuse(`not ${rotation.token()}`);
  await expect(revoke()).rejects.toThrow(/^SET of replication group hokusai-redis-local failed: .*: not <token>$/);
});

describe('reasonsNotToRevoke', () => {
  const rotatedAt = new Date('2026-11-20T10:00:00Z');
  const task = { family: 'f', cluster: 'c', arn: 'arn:task/c/1', group: 'family:f' };
  const facts = { replicationGroupId: 'g', groupStatus: 'available', rotatedAt, rotating: false, tasks: [] };

  test('counts a task of the first minute after the rotation as old', () => {
    const at = (time: string) => reasonsNotToRevoke({ ...facts, tasks: [{ ...task, createdAt: new Date(time) }] });
    expect(at('2026-11-20T10:00:59Z')).toHaveLength(1);
    expect(at('2026-11-20T10:01:00Z')).toEqual([]);
  });

  test('counts a task of unknown age as old', () => {
    const reasons = reasonsNotToRevoke({ ...facts, tasks: [{ ...task, createdAt: undefined }] });
    expect(reasons).toEqual([expect.stringContaining('stop it, or wait until it ends')]);
  });

  test('returns every reason', () => {
    const reasons = reasonsNotToRevoke({ ...facts, groupStatus: 'modifying', rotating: true, rotatedAt: undefined });
    expect(reasons).toHaveLength(3);
  });
});

test.each(['elasticache', 'memorydb'] as const)(
  'of a user of %s only the password in its secret is accepted afterwards, and no other user and no token change',
  async (userService) => {
    const { username, token } = userNamed(redis.users, 'hokusai-site');
    const secretArn =
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/local/users/hokusai-site-GhIjKl';
    rotation.secrets.remove(secretArn);
    rotation.secrets.set(secretArn, secretStringOf(token, username));
    const target = {
      secretArn,
      replicationGroupId,
      userId: username,
      userService,
      services: [{ family: 'hokusai-site-local', cluster }],
    };
    const never = await revokeOldTokens(clients, target);
    expect(never).toMatchObject({ kind: 'refused', reasons: [expect.stringContaining('was never rotated')] });

    await redis.client.acl('SETUSER', username, '>next-password-0123456789');
    rotation.secrets.set(secretArn, secretStringOf('next-password-0123456789', username));
    tasks = [{ id: 'old', family: 'hokusai-site-local', createdAt: minutesFromNow(-5) }];
    expect(await revokeOldTokens(clients, target)).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringMatching(/^task old of hokusai-site-local/)],
    });

    tasks = [{ id: 'new', family: 'hokusai-site-local', createdAt: minutesFromNow(5) }];
    expect(await revokeOldTokens(clients, target)).toMatchObject({ kind: 'revoked' });
    expect(rotation.elasticache.userChanges).toEqual([[username, 1]]);
    expect(rotation.elasticache.changes).toEqual([]);
  },
);
