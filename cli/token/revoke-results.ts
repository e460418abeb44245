import type { Environment } from '../../config/environment';
import { CommandError, type Invocation } from '../command';
import { redisPlaceOf, type RedisPlace } from '../redis-location';
import { revokeClients, revokeOldTokens, type RevokeOutcome, type RevokeTarget } from './revoke-tokens';

export interface RevokeResult {
  /** The user, or the replication group with a token. */
  readonly subject: string;
  readonly outcome: RevokeOutcome['kind'];
  /** Why nothing was changed; empty after `revoked`. */
  readonly reasons: readonly string[];
}

/** Revokes the old token, or the old passwords, of each target in turn. @param targetsOf throws CommandError if there are none. @throws CommandError with IAM */
export async function revokeResults(
  invocation: Invocation,
  targetsOf: (place: RedisPlace, environment: Environment) => readonly Omit<RevokeTarget, 'replicationGroupId'>[],
): Promise<RevokeResult[]> {
  const environment = await invocation.environment();
  const account = invocation.account(environment);
  const place = await redisPlaceOf(environment, account);
  if (place.iam !== undefined) {
    throw new CommandError(
      'Redis authenticates with IAM: there is no token and no password to revoke. To end the access of a service, remove the permission of its role to connect',
    );
  }
  const { replicationGroupId } = place;
  const clients = revokeClients(account);
  const results: RevokeResult[] = [];
  for (const target of targetsOf(place, environment)) {
    const outcome = await revokeOldTokens(clients, { ...target, replicationGroupId });
    const reasons = outcome.kind === 'refused' ? outcome.reasons : [];
    results.push({ subject: target.userId ?? replicationGroupId, outcome: outcome.kind, reasons });
  }
  return results;
}
