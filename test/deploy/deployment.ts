/** An account of its own for a test file, with the environment's stacks in it, and a real Redis for its functions. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Environment } from '../../config/environment';
import { type AwsEmulator, startAwsEmulator } from '../../dev/emulators/aws-emulator';
import { type LocalRedis, startRedis } from '../../dev/local/redis-server';
import { clientOptions, prepareAccount } from '../support/aws-account';
import { preparedAccount } from '../support/prepared-accounts';
import { CdkProject } from './cdk-project';

/** The deployment that the tests of a file use. */
export interface Deployment {
  readonly emulator: AwsEmulator;
  /** With a replica. An imported Redis accepts the deployed token; for a created one the test sets it. */
  readonly redis: LocalRedis;
  readonly project: CdkProject;
  /** Registers a cleanup that runs after the last test, the newest first. */
  onEnd(end: () => unknown): void;
  /** Puts an event on a bus; by default on the deployed one, whose name is in the outputs. */
  put(source: string, detail: Readonly<Record<string, unknown>>, bus?: string): Promise<void>;
}

interface Account {
  readonly emulator: AwsEmulator;
  /** The folder of the project that deployed it. */
  readonly from?: string | undefined;
}

async function emptyAccount(environment: Environment): Promise<Account> {
  const emulator = await startAwsEmulator();
  await prepareAccount(emulator, environment);
  return { emulator };
}

/** Deployed once per test run; each file gets its own copy. */
async function deployedAccount(
  environment: Environment,
  configure: (written: Record<string, unknown>) => void,
): Promise<Account> {
  const { emulator, details } = await preparedAccount(`deployed ${environment.environment}`, async (account) => {
    await prepareAccount(account, environment);
    const project = new CdkProject(account, environment.environment, { folderName: 'prepared-deployment-' });
    project.configure(configure);
    await project.bootstrap();
    await project.deploy();
    return { from: project.folder };
  });
  return { emulator, ...details };
}

/** Stores the token of this file's Redis, as it exists for an imported Redis before the deployment. */
async function storeToken(emulator: AwsEmulator, SecretId: string, token: string): Promise<void> {
  const SecretString = JSON.stringify({ auth_token: token });
  const secrets = new SecretsManagerClient(clientOptions(emulator));
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

/**
 * Deploys everything before the first test; call it at the top of a file.
 * @param deployed false if the test's own commands deploy it
 * @param configure changes the environment's file before
 */
export function useDeployment(
  environment: Environment,
  deployed = true,
  configure: (written: Record<string, unknown>) => void = () => undefined,
): Deployment {
  const ends: (() => unknown)[] = [];
  let made: Pick<Deployment, 'emulator' | 'redis' | 'project'> | undefined;
  const running = (): Pick<Deployment, 'emulator' | 'redis' | 'project'> => {
    if (made === undefined)
      throw new Error('the deployment runs before the first test; do not use it at the top level of the file');
    return made;
  };

  beforeAll(async () => {
    const [{ emulator, from }, redis] = await Promise.all([
      deployed ? deployedAccount(environment, configure) : emptyAccount(environment),
      startRedis({ replica: true }),
    ]);
    ends.push(() => Promise.all([emulator.stop(), redis.stop()]));
    if (environment.redis.source === 'imported')
      await storeToken(emulator, environment.redis.authSecretArn ?? '', redis.token);
    const project = new CdkProject(emulator, environment.environment, { from });
    project.configure(configure);
    ends.push(() => project.remove());
    made = { emulator, redis, project };
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  return {
    get emulator() {
      return running().emulator;
    },
    get redis() {
      return running().redis;
    },
    get project() {
      return running().project;
    },
    onEnd: (end) => ends.push(end),
    put: async (source, detail, bus) => {
      const { emulator, project } = running();
      const entry = {
        EventBusName: bus ?? project.outputs(`ModelEvents-${environment.environment}`)['BusName'],
        Source: source,
        DetailType: 'ModelRegistered',
        Detail: JSON.stringify(detail),
      };
      const client = new EventBridgeClient(clientOptions(emulator));
      const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount !== 0) throw new Error(`the bus refused the event: ${JSON.stringify(Entries)}`);
    },
  };
}
