/** An account of its own for a test file, with the environment's stacks in it, and a real Redis for its functions. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Environment } from '../../config/environment';
import { type AwsEmulator, startAwsEmulator } from '../../local/aws-emulator';
import { type LocalRedis, startRedis } from '../../local/redis-server';
import { clientOptions, prepareAccount } from '../support/aws-account';
import { CdkProject, say } from './cdk-project';

/** What is there once the tests run. */
export interface Deployment {
  readonly emulator: AwsEmulator;
  /** With a replica. Whether it accepts the deployed token is the test's affair; an imported one does. */
  readonly redis: LocalRedis;
  readonly project: CdkProject;
  /** Something to end after the last test, the newest first. */
  onEnd(end: () => unknown): void;
  /** Puts an event on the deployed bus, under the name that the outputs tell. */
  put(source: string, detail: Readonly<Record<string, unknown>>): Promise<void>;
}

/**
 * Deploys everything before the first test; call it at the top of a file.
 * @param deployed false where the test's own commands deploy it
 */
export function useDeployment(environment: Environment, deployed = true): Deployment {
  const ends: (() => unknown)[] = [];
  let made: Pick<Deployment, 'emulator' | 'redis' | 'project'> | undefined;
  const there = (): Pick<Deployment, 'emulator' | 'redis' | 'project'> => {
    if (made === undefined) throw new Error('it is deployed before the first test, not while the file is read');
    return made;
  };

  beforeAll(async () => {
    const [emulator, redis] = await Promise.all([startAwsEmulator(), startRedis({ replica: true })]);
    ends.push(() => Promise.all([emulator.stop(), redis.stop()]));
    say(`${environment.environment}: the account and Redis are there`);
    await prepareAccount(emulator, environment, redis.token);
    const project = new CdkProject(emulator, environment.environment);
    ends.push(() => project.remove());
    made = { emulator, redis, project };
    if (!deployed) return;
    await project.bootstrap();
    await project.deploy();
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  return {
    get emulator() {
      return there().emulator;
    },
    get redis() {
      return there().redis;
    },
    get project() {
      return there().project;
    },
    onEnd: (end) => ends.push(end),
    put: async (source, detail) => {
      const { emulator, project } = there();
      const entry = {
        EventBusName: project.outputs(`ModelEvents-${environment.environment}`)['BusName'],
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
