/** An emulated account in which everything is as the development configuration says, for tests that spoil it. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { startAwsEmulator } from '../../local/aws-emulator';
import type { Finding } from '../../cli/finding';
import { clientOptions, prepareAccount } from '../support/aws-account';
import { startCacheDoor } from './cache-door';
import { development } from './development';
import { runProgram } from './program';
import type { SoundAccount } from './emulated-account';
import { makeSoundParts } from './sound-parts';

/** The token in the account's secret: what must never be seen. */
export const token = 'S3cretTokenOfThisAccount!&#';

/** Starts the emulator once for a file, and makes the account sound before each test. Call it at the top of a file. */
export function useSoundAccount(): { readonly account: SoundAccount } {
  let account: SoundAccount | undefined;
  let stop: () => Promise<void> = () => Promise.resolve();
  beforeAll(async () => {
    const emulator = await startAwsEmulator();
    const door = await startCacheDoor(emulator.url);
    stop = async () => {
      await door.stop();
      await emulator.stop();
    };
    const options = clientOptions(emulator);
    account = {
      emulator,
      ec2: new EC2Client(options),
      ecs: new ECSClient(options),
      elastiCache: new ElastiCacheClient(options),
      iam: new IAMClient(options),
      secrets: new SecretsManagerClient(options),
      ssm: new SSMClient(options),
      node: door.node,
      run: (...words) => runProgram(words, { ...emulator.environment, AWS_ENDPOINT_URL_ELASTICACHE: door.url }),
    };
  });
  beforeEach(async () => {
    if (account !== undefined) await makeSound(account);
  });
  afterAll(() => stop());
  return {
    get account() {
      if (account === undefined)
        throw new Error('the account is made before the first test, not while the file is read');
      return account;
    },
  };
}

async function makeSound(account: SoundAccount): Promise<void> {
  await fetch(`${account.emulator.url}/moto-api/reset`, { method: 'POST' });
  await prepareAccount(account.emulator, development, token);
  await makeSoundParts(account);
}

/** Runs doctor with a single check, and gives its findings. */
export async function diagnose(
  account: SoundAccount,
  check: string,
): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, out, err } = await account.run('doctor', '-e', 'development', '--json', '--only', check);
  if (out === '') throw new Error(`doctor said nothing on stdout, and on stderr: ${err}`);
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return { code, findings: findings.slice(1) };
}
