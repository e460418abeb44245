/** An emulated account in which everything is as the development configuration says, for tests that spoil it. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type AwsEmulator, startAwsEmulator } from '../../dev/emulators/aws-emulator';
import type { Finding } from '../../cli/finding';
import { clientOptions, prepareAccount } from '../support/aws-account';
import { startElastiCacheNodesProxy } from './elasticache-nodes';
import { development } from './development';
import { runProgram } from './program';
import type { SoundAccount } from './emulated-account';
import { makeSoundParts } from './healthy-account-parts';

/** The token in the account's secret: what must never be seen. */
export const token = 'S3cretTokenOfThisAccount!&#';

/** Makes a sound account once for a file, and gives each test a copy of it. Call it at the top of a file. */
export function useSoundAccount(): { readonly account: SoundAccount } {
  let sound: OpenAccount | undefined;
  let copy: OpenAccount | undefined;
  beforeAll(async () => {
    sound = await open(await startAwsEmulator());
    await prepareAccount(sound.account.emulator, development, token);
    await makeSoundParts(sound.account);
  });
  beforeEach(async () => {
    if (sound === undefined) return;
    const { emulator, node } = sound.account;
    copy = await open(await emulator.copy());
    Object.assign(copy.account.node, node);
  });
  afterEach(() => copy?.close());
  afterAll(() => sound?.close());
  return {
    get account() {
      if (copy === undefined) throw new Error('the account is made before each test, not while the file is read');
      return copy.account;
    },
  };
}

interface OpenAccount {
  readonly account: SoundAccount;
  close(): Promise<void>;
}

async function open(emulator: AwsEmulator): Promise<OpenAccount> {
  const door = await startElastiCacheNodesProxy(emulator.url);
  const options = clientOptions(emulator);
  return {
    account: {
      emulator,
      ec2: new EC2Client(options),
      ecs: new ECSClient(options),
      elastiCache: new ElastiCacheClient(options),
      iam: new IAMClient(options),
      secrets: new SecretsManagerClient(options),
      ssm: new SSMClient(options),
      node: door.node,
      run: (...words) => runProgram(words, { ...emulator.environment, AWS_ENDPOINT_URL_ELASTICACHE: door.url }),
    },
    close: async () => {
      await door.stop();
      await emulator.stop();
    },
  };
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
