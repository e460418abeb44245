import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { deadlineOf } from '../runtime/deadline';
import { clientLimits } from '../runtime/aws-limits';
import { EnvironmentReader } from '../runtime/environment';
import { RedisSecret } from './redis-secret';
import { ReplicationGroup } from './replication-group';
import { versionState } from './request';
import { rotationSteps, type RotationTools, type StepName } from './steps';
import { TokenTrial } from './token-trial';
import { type Telemetry, telemetryOf, withTelemetry } from '../runtime/invocation';

/**
 * One step of a rotation, as Secrets Manager asks for it. ROTATE only: Redis accepts the old and the new token afterwards, since
 * tasks keep the token they started with. What fails is thrown and leaves the old token working; Secrets Manager tries again.
 */
export function createHandler(tools: RotationTools & Telemetry) {
  return withTelemetry(tools, async (event: SecretsManagerRotationEvent, context: Context): Promise<void> => {
    const { Step: step, ClientRequestToken: versionId } = event;
    if (!isStep(step)) {
      throw new Error(`there is no rotation step "${String(step)}": ${Object.keys(rotationSteps).join(', ')}`);
    }
    const ids = { step, versionId };
    if (versionState(event, await tools.secret.describe()) === 'current' && step !== 'finishSecret') {
      tools.logger.info('rotation step', { ...ids, result: 'the version is current already' });
      return;
    }
    try {
      const result = await rotationSteps[step](versionId, deadlineOf(context, marginMs), tools);
      tools.logger.info('rotation step', { ...ids, result });
    } catch (error) {
      throw new Error(`${step} of version ${versionId} failed: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** Enough for a call that hangs to run into its own limit. */
const marginMs = 2000;

function isStep(step: unknown): step is StepName {
  return typeof step === 'string' && Object.hasOwn(rotationSteps, step);
}

function fromEnvironment(env: NodeJS.ProcessEnv): RotationTools & Telemetry {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const { secretArn, ...redis } = reader.redis();
  const groupId = reader.text(functionEnv.replicationGroupId);
  reader.check();

  const limits = clientLimits({ maxAttempts: 3, connectMs: 2000, requestMs: 10_000 });
  return {
    secret: new RedisSecret(new SecretsManagerClient(limits), secretArn),
    group: new ReplicationGroup(new ElastiCacheClient(limits), groupId),
    trial: new TokenTrial(redis),
    ...telemetryOf('rotation', environment),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
