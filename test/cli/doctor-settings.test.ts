import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor as command } from '../../cli/commands/doctor';
import { checks } from '../../cli/doctor/checks';
import type { Finding } from '../../cli/finding';
import { clientOptions } from '../support/aws-account';
import { redis } from './development';
import { useHealthyAccount } from './healthy-account';
import type { Ended } from './program';

const the = useHealthyAccount();

test.each<[notifications: object, results: string[], code: number]>([
  [{ pages: ['oncall@example.com'], tickets: ['team@example.com'] }, ['ok'], 0],
  [{ otherSubscribers: true }, ['ok'], 0],
  [{ pages: ['oncall@example.com'] }, ['warn'], 0],
  [{}, ['fail', 'warn'], 1],
])('doctor finds out who receives alarms with the notifications %j', async (notifications, results, code) => {
  const { ended, findings } = await doctor('recipients', { notifications });
  expect(findings.map(({ result }) => result)).toEqual(results);
  expect(ended.code).toBe(code);
});

test.each([
  [600, 'ok', 'the functions of us-east-1 share 1000 concurrent executions; the pipeline needs at most 903'],
  [
    700,
    'warn',
    'the functions of us-east-1 share 1000 concurrent executions, and the pipeline needs up to 1053: under load',
  ],
])(
  'doctor compares the publishers at most, %d and half of it, with what the account leaves to them',
  async (maximumConcurrency, result, found) => {
    const { findings } = await doctor('concurrency', { publisher: { maximumConcurrency } });
    expect(findings).toMatchObject([{ result, found: expect.stringContaining(found) as unknown }]);
  },
);

test.each([
  ['that of KMS', undefined, 'ok', /is enabled$/],
  ['one that names a role only', keyPolicyFor('role/hokusai-site'), 'warn', /does not let the roles' policies decide/],
])('doctor reads the policy of the secret’s key: %s', async (_, Policy, result, found) => {
  const kms = new KMSClient(clientOptions(the.account.emulator));
  const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({ Policy }));
  await the.account.secrets.send(new UpdateSecretCommand({ SecretId: redis.authSecretArn, KmsKeyId: key?.Arn }));
  const { findings } = await doctor('key', { redis: { ...redis, kmsKeyArn: key?.Arn } });
  expect(findings).toMatchObject([{ result, found: expect.stringMatching(found) as unknown }]);
});

test('the help of doctor names every check', () => {
  for (const { name } of checks) expect(command.details.split(/[\s,.]+/)).toContain(name);
});

function keyPolicyFor(principal: string): string {
  const AWS = `arn:aws:iam::123456789012:${principal}`;
  return JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' }] });
}

/** Runs one check with these settings in the place of development's. */
async function doctor(check: string, changed: object): Promise<{ ended: Ended; findings: Finding[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-doctor-'));
  try {
    const settings = JSON.parse(readFileSync('config/development.json', 'utf8')) as object;
    writeFileSync(join(folder, 'development.json'), JSON.stringify({ ...settings, ...changed }));
    const words = ['-e', 'development', '--config', folder, '--only', check, '--json'];
    const ended = await the.account.run('doctor', ...words);
    const { findings } = JSON.parse(ended.out) as { findings: Finding[] };
    // After that of `identity`.
    return { ended, findings: findings.slice(1) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
