import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { MemoryDBClient } from '@aws-sdk/client-memorydb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { deadlineOf } from '../runtime/deadline';
import { clientLimits } from '../runtime/aws-limits';
import { EnvironmentReader } from '../runtime/environment';
import { RedisSecret } from './redis-secret';
import { ReplicationGroup } from './replication-group';
import { versionState } from './request';
import { RedisUser } from './redis-user';
import { rotationSteps, type RotationTools, type StepName } from './steps';
import { TokenTrial } from './token-trial';
import { type Telemetry, telemetryOf, withTelemetry } from '../runtime/invocation';
import { elastiCacheUsers, memoryDbUsers } from './user-services';

/** What the function works with: the secrets that it rotates, and how a secret's token or password is changed. */
export interface RotationDependencies extends Telemetry, Pick<RotationTools, 'trial'> {
  /** By ARN and by name. @throws Error for a secret that this function does not rotate */
  secretOf(id: string): RedisSecret;
  /** @param username the Redis user in the secret; undefined for the token of the replication group */
  authenticationOf(username: string | undefined): RotationTools['authentication'];
}

/**
 * One step of a rotation, as Secrets Manager asks for it. Redis accepts the old and the new token, or password, afterwards, since tasks
 * keep what they started with. What fails is thrown and leaves the old token working; Secrets Manager tries again.
 */
export function createHandler(dependencies: RotationDependencies) {
  const { trial, logger } = dependencies;
  return withTelemetry(dependencies, async (event: SecretsManagerRotationEvent, context: Context): Promise<void> => {
    const { Step: step, ClientRequestToken: versionId } = event;
    if (!isStep(step)) {
      throw new Error(`there is no rotation step "${String(step)}": ${Object.keys(rotationSteps).join(', ')}`);
    }
    const ids = { step, versionId };
    const secret = dependencies.secretOf(event.SecretId);
    if (versionState(event, await secret.describe()) === 'current' && step !== 'finishSecret') {
      logger.info('rotation step', { ...ids, result: 'the version is current already' });
      return;
    }
    try {
      const { username } = await secret.current();
      const tools = { secret, trial, logger, authentication: dependencies.authenticationOf(username) };
      const result = await rotationSteps[step](versionId, deadlineOf(context, marginMs), tools);
      logger.info('rotation step', { ...ids, ...(username === undefined ? {} : { username }), result });
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

function fromEnvironment(env: NodeJS.ProcessEnv): RotationDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const redis = reader.redis();
  const secretArn = reader.text(functionEnv.redisAuthSecretArn);
  const groupId = reader.text(functionEnv.replicationGroupId);
  reader.check();

  const limits = clientLimits({ maxAttempts: 3, connectMs: 2000, requestMs: 10_000 });
  const secretsManager = new SecretsManagerClient(limits);
  const elasticache = new ElastiCacheClient(limits);
  const users =
    env[functionEnv.userService] === 'memorydb'
      ? memoryDbUsers(new MemoryDBClient(limits))
      : elastiCacheUsers(elasticache);
  const arns = [secretArn, ...(env[functionEnv.userSecretArns] ?? '').split(',')].filter((arn) => arn !== '');
  return {
    // A complete ARN ends in the secret's name and six characters. A secret that is not ours is refused with the name of one that is.
    secretOf: (id) =>
      new RedisSecret(secretsManager, arns.find((arn) => arn === id || arn.includes(`:secret:${id}-`)) ?? secretArn),
    authenticationOf: (username) =>
      username === undefined ? new ReplicationGroup(elasticache, groupId) : new RedisUser(users, username),
    trial: new TokenTrial(redis),
    ...telemetryOf('rotation', environment),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
