/** The deployed, healthy development environment with its functions and an operator's shell. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { operationsFunctionName } from '../../contract/operations';
import type { LocalFunction } from '../../dev/emulators/function-process';
import { connect } from '../../queue/connection';
import { startElastiCacheNodesProxy } from '../cli/elasticache-nodes';
import { development, redis as deployedRedis } from '../cli/development';
import type { EmulatedAccount } from '../cli/emulated-account';
import { createAccountParts } from '../cli/healthy-account-parts';
import { BufferMapping } from '../deploy/buffer-mapping';
import { startDeployed } from '../deploy/deployed-function';
import { useDeployment } from '../deploy/deployment';
import { Vpc } from '../deploy/vpc';
import { clientOptions } from '../support/aws-account';
import { endpointOf } from '../support/redis';
import { startLambdaEndpoint } from './lambda-endpoint';
import { OperatedAccount, stack } from './operated-account';
import { type OperatorShell, operatorShell } from './operator-shell';

export interface OwnDeployment {
  readonly folder: string;
  deploy(shell: OperatorShell): Promise<void>;
}

/**
 * Deploys it before the first test; Redis is empty before each. Call it at the top of a file.
 * @param own another folder for the operator's shell, and the commands that deploy from it
 */
export function useOperatedAccount(own?: OwnDeployment): { readonly account: OperatedAccount } {
  const deployment = useDeployment(development, own === undefined);
  let account: OperatedAccount | undefined;
  beforeAll(async () => {
    const { emulator, redis, project } = deployment;
    const options = clientOptions(emulator);
    const cache = await startElastiCacheNodesProxy(emulator.url);
    deployment.onEnd(() => cache.stop());
    await createAccount({
      emulator,
      node: cache.node,
      ec2: new EC2Client(options),
      ecs: new ECSClient(options),
      elastiCache: new ElastiCacheClient(options),
      iam: new IAMClient(options),
      secrets: new SecretsManagerClient(options),
      ssm: new SSMClient(options),
    });

    const deployed: { operations?: LocalFunction } = {};
    const name = operationsFunctionName(development.environment);
    const lambda = await startLambdaEndpoint(name, () => deployed.operations, emulator.url);
    deployment.onEnd(() => lambda.stop());
    const shell = operatorShell(
      { ...emulator.environment, AWS_ENDPOINT_URL_LAMBDA: lambda.url, AWS_ENDPOINT_URL_ELASTICACHE: cache.url },
      project.folder,
      own?.folder,
    );
    deployment.onEnd(() => shell.close());
    await own?.deploy(shell);

    const vpc = await Vpc.create();
    deployment.onEnd(() => vpc.close());
    await vpc.placeRedis(deployedRedis.host, deployedRedis.port, redis);
    const [publisher, operations] = await Promise.all([
      startDeployed(deployment, vpc, { purpose: 'publisher', stack }),
      startDeployed(deployment, vpc, { purpose: 'operations', stack }),
    ]);
    deployed.operations = operations;

    const outputs = project.outputs(stack);
    const mapping = new BufferMapping(emulator, outputs['BufferUrl'] ?? '', publisher);
    const client = await connect(endpointOf(redis));
    deployment.onEnd(() => client.disconnect());
    account = new OperatedAccount({ deployment, outputs, publisher, mapping, client, shell });
  });
  beforeEach(() => account?.client.flushall());
  return {
    get account() {
      if (account === undefined)
        throw new Error('the account is available in tests only: it is deployed before the first one');
      return account;
    },
  };
}

/** What `doctor` and `ecs check` look at besides the deployment. */
async function createAccount(parts: Omit<EmulatedAccount, 'run'>): Promise<void> {
  const account: EmulatedAccount = { ...parts, run: () => Promise.reject(new Error('the operator has a shell')) };
  await createAccountParts(account);
}
