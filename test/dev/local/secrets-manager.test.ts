import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startSecretsManager, type LocalSecretsManager } from '../../../dev/emulators/secrets-manager';

const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/local/auth-token-AbCdEf';
let secrets: LocalSecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  secrets = await startSecretsManager({ [arn]: '{"auth_token":"first"}' });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SecretsManagerClient({ endpoint: secrets.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await secrets.stop();
});

const read = (id: string, abortSignal?: AbortSignal) =>
  client.send(new GetSecretValueCommand({ SecretId: id }), abortSignal === undefined ? {} : { abortSignal });

test('a secret is found by its complete ARN, with its newest value', async () => {
  expect(await read(arn)).toMatchObject({
    ARN: arn,
    Name: 'hokusai/redis/local/auth-token',
    SecretString: '{"auth_token":"first"}',
  });
  secrets.set(arn, 'second');
  expect((await read(arn)).SecretString).toBe('second');
  expect(secrets.requests).toBe(2);
});

test('another ARN is not found', async () => {
  await expect(read(`${arn}x`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test.each([
  ['denied', 'AccessDeniedException'],
  ['throttled', 'ThrottlingException'],
  ['unavailable', 'InternalServiceError'],
] as const)('%s fails as the service does, until that ends', async (mode, name) => {
  secrets.fail(mode);
  await expect(read(arn)).rejects.toMatchObject({ name });
  secrets.fail(undefined);
  expect((await read(arn)).SecretString).toBe('{"auth_token":"first"}');
});

test('silent leaves the caller waiting until it gives up', async () => {
  secrets.fail('silent');
  await expect(read(arn, AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'AbortError' });
});
