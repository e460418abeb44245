import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Finding } from '../../cli/finding';
import { clientOptions } from '../support/aws-account';
import { redis } from './development';
import { diagnose, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();

test('doctor reports a deployed environment whose functions use the same Redis', async () => {
  expect(await diagnose(the.account, 'environments')).toMatchObject({ code: 0, findings: [{ result: 'ok' }] });
  for (const environment of ['development', 'staging']) await createFunction(environment);
  const { code, findings } = await diagnose(the.account, 'environments');
  expect(findings).toEqual([
    expect.objectContaining({
      result: 'fail',
      found: expect.stringContaining(
        'staging uses hokusai-redis-development too (function publisher-staging)',
      ) as string,
    }),
  ]);
  expect(code).toBe(1);
});

test('doctor reports another configuration of the same folder with the same Redis', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-environments-'));
  try {
    copyFileSync('config/development.json', join(folder, 'development.json'));
    const staging = readFileSync('config/development.json', 'utf8').replace('"development"', '"staging"');
    writeFileSync(join(folder, 'staging.json'), staging);
    const words = ['-e', 'development', '--config', folder, '--only', 'environments', '--json'];
    const { out } = await the.account.run('doctor', ...words);
    const { findings } = JSON.parse(out) as { findings: Finding[] };
    expect(findings.at(-1)?.found).toMatch(/^staging uses hokusai-redis-development too \(its configuration\)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function createFunction(environment: string): Promise<void> {
  const { Role: role } = await the.account.iam.send(
    new CreateRoleCommand({ RoleName: `runs-${environment}`, AssumeRolePolicyDocument: '{}' }),
  );
  await new LambdaClient(clientOptions(the.account.emulator)).send(
    new CreateFunctionCommand({
      FunctionName: `publisher-${environment}`,
      Role: role?.Arn,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64') },
      Environment: { Variables: { MODEL_EVENTS_ENVIRONMENT: environment, REDIS_HOST: redis.host } },
    }),
  );
}
