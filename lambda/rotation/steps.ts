import type { Logger } from '@aws-lambda-powertools/logger';
import { RedisError } from '../../queue/errors';
import type { Deadline } from '../runtime/deadline';
import { waitUntil } from '../runtime/wait-until';
import type { RedisSecret, SecretVersion } from './redis-secret';
import { checkToken, createToken, withToken } from './token';
import type { TokenTrial } from './token-trial';

/** What ElastiCache does for a rotation: of a replication group's token, or of a user's password. */
export interface Authentication {
  /** Waits until nothing is being changed. */
  untilAvailable(deadline: Deadline): Promise<void>;
  /** Begins to accept the new token beside the current one. */
  addToken(token: string, current: string, deadline: Deadline): Promise<void>;
}

/** What a step works with. */
export interface RotationTools {
  readonly secret: RedisSecret;
  readonly authentication: Authentication;
  readonly trial: TokenTrial;
  readonly logger: Logger;
}

/** One step for the version of one rotation. Returns what it did, for the log. A repeated step changes nothing. */
type Step = (versionId: string, deadline: Deadline, tools: RotationTools) => Promise<string>;

/** The steps in which Secrets Manager calls a rotation function, in their order, by their names there. */
export const rotationSteps = { createSecret, setSecret, testSecret, finishSecret } as const satisfies Record<
  string,
  Step
>;

export type StepName = keyof typeof rotationSteps;

/** Writes the new token into the secret, as a version that no client reads yet. */
async function createSecret(versionId: string, _: Deadline, { secret }: RotationTools): Promise<string> {
  if ((await secret.pending(versionId)) !== undefined) return 'token was there already';
  const [current, sent] = [await secret.current(), await secret.sent()];
  // Redis keeps two tokens. One that an abandoned rotation left there is taken up: a third would push out the one in use.
  const abandoned = sent !== undefined && sent.id !== current.id && sent.createdMs > current.createdMs;
  await secret.writePending(versionId, withToken(current.text, abandoned ? sent.token : createToken()));
  return abandoned ? 'took up the token of an abandoned rotation' : 'new token written';
}

/** Lets Redis accept the new token beside the one in use. */
async function setSecret(versionId: string, deadline: Deadline, tools: RotationTools): Promise<string> {
  const { secret, authentication, trial } = tools;
  const pending = await pendingOf(versionId, tools);
  const { token } = pending;
  checkToken(token);
  await authentication.untilAvailable(deadline);
  const sent = await secret.sent();
  // Only after it was sent: a Redis that admits everybody would seem to have the token before.
  if (sent?.token === token && (await trial.accepts(pending))) {
    await secret.markSent(versionId);
    return 'Redis had the token already';
  }
  const current = await secret.current();
  if (current.token !== token && !(await trial.accepts(current))) {
    throw new Error(
      `Redis refuses the token in use (AWSCURRENT of ${secret.arn}): nothing was changed. Is the secret that of this Redis? Write the token that Redis accepts into it, then rotate`,
    );
  }
  // Before ROTATE, so that no token can be in Redis without a label that leads to it.
  await secret.markSent(versionId);
  await authentication.addToken(token, current.token, deadline);
  await waitUntil(deadline, 'waiting for Redis to accept the new token', async () => {
    await authentication.untilAvailable(deadline);
    try {
      return (await trial.accepts(pending)) ? undefined : 'Redis refused it';
    } catch (error) {
      if (error instanceof RedisError) return error.message;
      throw error;
    }
  });
  return 'Redis accepts the token';
}

/** Uses the new token as a service would. */
async function testSecret(versionId: string, _: Deadline, tools: RotationTools): Promise<string> {
  const { secret, trial, logger } = tools;
  const [current, pending] = [await secret.current(), await secret.pending(versionId)];
  if (pending === undefined) {
    // When a schedule is made, Secrets Manager tries the function with this step alone.
    await trial.write(current);
    return 'no new token yet: the one in use works';
  }
  await trial.write(pending);
  if (!(await trial.accepts(current))) {
    // Nothing can bring it back; the sooner the new one is current, the better.
    logger.warn(
      'Redis refuses the old token: it was changed outside of this rotation; restart the tasks that still use it',
    );
  }
  return 'the token works';
}

/** Makes the new token current. Redis accepts the old one until an operator revokes it. */
async function finishSecret(versionId: string, _: Deadline, tools: RotationTools): Promise<string> {
  // Where it is current already, something may be left to do all the same.
  if ((await tools.secret.current()).id !== versionId) await pendingOf(versionId, tools);
  await tools.secret.makeCurrent(versionId);
  return 'the token is current';
}

async function pendingOf(versionId: string, { secret }: RotationTools): Promise<SecretVersion> {
  const version = await secret.pending(versionId);
  if (version !== undefined) return version;
  throw new Error(`version ${versionId} of ${secret.arn} has no value: createSecret comes first`);
}
