import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateCacheSubnetGroupCommand, CreateReplicationGroupCommand } from '@aws-sdk/client-elasticache';
import { readEnvironment } from '../../config/read-environment';
import { development, redis } from './development';
import { useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'model-events-init-'));
  copyFileSync('config/development.json', join(folder, 'development.json'));
  await the.account.elastiCache.send(
    new CreateCacheSubnetGroupCommand({
      CacheSubnetGroupName: 'hokusai',
      CacheSubnetGroupDescription: 'Redis',
      SubnetIds: [...development.vpc.privateSubnetIds],
    }),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Another environment's Redis, by its id. */
const onlyGroup = ['--replication-group', redis.replicationGroupId];
const written = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');

test('a file with the ids of another account gets those of this account, and keeps its other settings', async () => {
  const stale = written('development')
    .replaceAll(/(vpc|subnet|sg)-[0-9a-f]{17}/g, '$1-00000000000000009')
    .replace('0GWWJx', 'zzzzzz');
  const { archiveRetentionDays: _, ...settings } = JSON.parse(stale) as Record<string, unknown>;
  writeFileSync(join(folder, 'development.json'), JSON.stringify({ ...settings, archiveRetentionDays: 77 }));

  const { code, out } = await the.account.run('init', '-e', 'development', '--config', folder, '--force');
  expect(out).toContain('Next: npx model-events doctor -e development');
  const environment = readEnvironment('development', folder);
  expect(environment).toMatchObject({
    account: '123456789012',
    region: 'us-east-1',
    vpc: development.vpc,
    redis,
    subscriptions: development.subscriptions,
    archiveRetentionDays: 77,
  });
  expect(environment.services.map(({ family, container }) => ({ family, container }))).toEqual(
    development.services.map(({ family, container }) => ({ family, container })),
  );
  expect(code).toBe(0);
});

test('a resource that cannot be found is reported with the candidates, and the exit code is 1', async () => {
  const { code, out } = await the.account.run('init', '-e', 'staging', '--config', folder, '--json', ...onlyGroup);
  expect(code).toBe(1);
  const { findings } = JSON.parse(out) as { findings: { check: string; result: string; remedy?: string }[] };
  expect(findings.filter(({ result }) => result === 'fail')).toEqual([
    expect.objectContaining({
      check: 'redis.authSecretArn',
      remedy: 'Use --secret NAME. Available: hokusai/redis/development/auth-token.',
    }),
  ]);
  expect(findings).toContainEqual(expect.objectContaining({ check: 'service hokusai-api', result: 'warn' }));
});

test('the file of a new environment is a valid configuration, formatted with the repository’s rules', async () => {
  const secret = ['--secret', 'hokusai/redis/development/auth-token'];
  const { code } = await the.account.run('init', '-e', 'staging', '--config', folder, ...secret, ...onlyGroup);
  expect(code).toBe(0);
  expect(readEnvironment('staging', folder)).toMatchObject({ environment: 'staging', services: [], redis });
  const prettier = ['--print-width', '120', '--list-different', join(folder, 'staging.json')];
  expect(execFileSync('node_modules/.bin/prettier', prettier, { encoding: 'utf8' })).toBe('');
});

test('without an existing configuration, missing subscriptions are reported', async () => {
  rmSync(join(folder, 'development.json'));
  const { code, out } = await the.account.run('init', '-e', 'development', '--config', folder, '--json');
  expect(code).toBe(1);
  const { findings } = JSON.parse(out) as { findings: { check: string; result: string }[] };
  expect(findings.filter(({ result }) => result === 'fail').map(({ check }) => check)).toEqual([
    'subscriptions',
    'alarms.runbookUrl',
  ]);
});

test('an existing file is not overwritten without --force', async () => {
  const before = written('development');
  const { code, err } = await the.account.run('init', '-e', 'development', '--config', folder);
  expect(code).toBe(2);
  expect(err).toContain('--force overwrites it');
  expect(written('development')).toBe(before);
});

test('--replication-group selects one of several replication groups', async () => {
  for (const id of ['other-one', 'other-two']) {
    await the.account.elastiCache.send(
      new CreateReplicationGroupCommand({ ReplicationGroupId: id, ReplicationGroupDescription: 'Another', Port: 6380 }),
    );
  }
  const ambiguous = await the.account.run('init', '-e', 'staging', '--config', folder);
  expect(ambiguous.code).toBe(1);
  expect(ambiguous.err).toMatch(/Use --replication-group ID.* Available: .*other-one/);
  await the.account.run('init', '-e', 'staging', '--config', folder, '--replication-group', 'other-two');
  expect(JSON.parse(written('staging'))).toMatchObject({ redis: { replicationGroupId: 'other-two', port: 6380 } });
  await the.account.run('init', '-e', 'development', '--config', folder, '--force', '--replication-group', 'other-two');
  // It has no security group: the one in the file is kept.
  expect(JSON.parse(written('development'))).toMatchObject({
    redis: { port: 6380, securityGroupId: redis.securityGroupId },
  });
});

test('the only Redis is not adopted if its id has the name of another environment', async () => {
  const { code, err } = await the.account.run('init', '-e', 'production', '--config', folder);
  expect(code).toBe(1);
  expect(err).toMatch(
    /No replication group has "production" in its id\. Use --replication-group ID if .*Available: hokusai-redis-development/,
  );
  expect(() => written('production')).toThrow('ENOENT');
});
