/** An emulated account that matches the development configuration, for tests that change it. */
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
import type { EmulatedAccount } from './emulated-account';
import { putParameter } from './account-parts';
import { createAccountParts } from './healthy-account-parts';

/** The token in the account's secret: it must never be printed. */
export const token = 'S3cretTokenOfThisAccount!&#';

/** Creates a healthy account once per file, and gives each test a copy. Call it at the top of a file. */
export function useHealthyAccount(): { readonly account: EmulatedAccount } {
  let original: OpenAccount | undefined;
  let copy: OpenAccount | undefined;
  beforeAll(async () => {
    original = await open(await startAwsEmulator());
    await prepareAccount(original.account.emulator, development, token);
    await createAccountParts(original.account);
    await putParameter(original.account, '/cdk-bootstrap/hnb659fds/version', '30');
  });
  beforeEach(async () => {
    if (original === undefined) return;
    const { emulator, node } = original.account;
    copy = await open(await emulator.copy());
    Object.assign(copy.account.node, node);
  });
  afterEach(() => copy?.close());
  afterAll(() => original?.close());
  return {
    get account() {
      if (copy === undefined) throw new Error('the account exists only inside tests');
      return copy.account;
    },
  };
}

interface OpenAccount {
  readonly account: EmulatedAccount;
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

/** Runs a single check of doctor. @returns its findings */
export async function diagnose(
  account: EmulatedAccount,
  check: string,
): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, out, err } = await account.run('doctor', '-e', 'development', '--json', '--only', check);
  if (out === '') throw new Error(`doctor printed nothing on stdout; stderr: ${err}`);
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return { code, findings: findings.slice(1) };
}
