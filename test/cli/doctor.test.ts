import { UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { redis } from './development';
import { runProgram } from './program';
import { token, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();

test('a healthy account passes every check, and the exit code is 0', async () => {
  const { code, out } = await the.account.run('doctor', '-e', 'development', '--skip', 'services-stack');
  expect(out).not.toMatch(/warn|fail/);
  expect(out).toContain('All 24 checks passed.');
  expect(code).toBe(0);
});

test('a failure is a row of the table with its fix, and the exit code is 1', async () => {
  const nowhere = {
    ...the.account.emulator.environment,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_MAX_ATTEMPTS: '1',
  };
  const { code, out } = await runProgram(['doctor', '-e', 'development'], nowhere);
  expect(out).toMatch(/identity +fail +check failed: AWS cannot be reached/);
  expect(out).toContain('Check network, proxy and --region.');
  expect(out).toContain('1 of 1 failed.');
  expect(code).toBe(1);
});

test('neither table nor JSON shows the token, for every error in its secret', async () => {
  await the.account.secrets.send(new UpdateSecretCommand({ SecretId: redis.authSecretArn, SecretString: token }));
  for (const form of [[], ['--json']]) {
    const { code, out, err } = await the.account.run('doctor', '-e', 'development', '--only', 'secret', ...form);
    expect(out).toContain('is a plain string');
    expect(out + err).not.toContain(token);
    expect(code).toBe(1);
  }
});
