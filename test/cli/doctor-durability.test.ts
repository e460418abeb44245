/** What doctor says about a Redis whose replicas do not confirm writes. */
import { durabilityProblems } from '../../cli/doctor/replication-group';
import { waitProblems } from '../../cli/doctor/wait';
import type { ImportedRedisSettings } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import type { Durability } from '../../contract/durability';

const imported = readEnvironment('development').redis as ImportedRedisSettings;
const found = (durability: Durability, effective?: 'sync' | 'async' | 'disabled') =>
  durabilityProblems({ ReplicationGroupId: 'events', EffectiveDurability: effective }, { ...imported, durability }).map(
    ({ result, found: text }) => `${result}: ${text}`,
  );

test('replicas that confirm, and an engine that replicates before it replies, are no problem', () => {
  expect([...found('replicas'), ...found('engine', 'sync')]).toEqual([]);
});

test('an engine that replies before it replicates is a failure: confirmed messages would be lost', () => {
  for (const effective of ['async', 'disabled', undefined] as const) {
    expect(found('engine', effective)).toEqual([
      expect.stringMatching(/^fail: .* has the durability (async|disabled): a failover loses messages/),
    ]);
  }
});

test('a primary alone is a warning that names the consequence', () => {
  expect(found('primary', 'sync')).toEqual([
    'warn: redis.durability is "primary": a failover loses the newest messages, and SQS no longer has them',
  ]);
});

test('an engine without WAIT, or one that does not permit it, is a failure that names what to configure', () => {
  expect(waitProblems('supported', imported)).toEqual([expect.objectContaining({ result: 'ok' })]);
  for (const [support, wrong] of [
    ['unknown', /but the engine has no WAIT: no write is confirmed/],
    ['not-permitted', /but Redis does not permit WAIT to the functions: no write is confirmed/],
  ] as const) {
    expect(waitProblems(support, imported)).toEqual([
      {
        check: 'WAIT',
        result: 'fail',
        found: expect.stringMatching(wrong) as string,
        remedy: expect.stringContaining('redis.durability to "engine"') as string,
      },
    ]);
  }
});
