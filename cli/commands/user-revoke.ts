import { redisUserId } from '../../contract/redis-users';
import { type Command, CommandError } from '../command';

/** `model-events user revoke` */
export const userRevoke: Command = {
  name: 'user revoke',
  summary: 'Revoke every password of the Redis users except the current one',
  details: `After a rotation Redis also accepts a user's old password, because ECS tasks keep the password they started with. This
command revokes the old passwords of a created Redis with users. A user is left out while a running task of its service is older
than the last rotation, or if its password was never rotated.`,
  options: {},
  changes: true,
  examples: [['model-events user revoke -e production', 'after the services were redeployed']],
  run: async (invocation) => {
    const { revokeClients, revokeOldTokens } = await import('../token/revoke-tokens');
    const { redisPlaceOf } = await import('../redis-location');
    const { screen, json } = invocation;
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const { userSecretArns, replicationGroupId } = await redisPlaceOf(environment, account);
    if (userSecretArns === undefined) throw new CommandError('Redis has a token instead of users: use token revoke');
    const queues = new Map(environment.subscriptions.map(({ service, queue }) => [service, queue]));
    const results = [];
    for (const [name, secretArn] of Object.entries(userSecretArns)) {
      const services = environment.services.filter(({ queue }) => queue !== undefined && queue === queues.get(name));
      const userId = redisUserId(environment.environment, name);
      const outcome = await revokeOldTokens(revokeClients(account), {
        secretArn,
        replicationGroupId,
        userId,
        services,
      });
      results.push({ user: userId, outcome: outcome.kind, reasons: outcome.kind === 'refused' ? outcome.reasons : [] });
    }
    if (json) screen.json(results);
    else {
      for (const { user, outcome, reasons } of results) {
        if (outcome === 'revoked') screen.line(`${user}: only the current password is accepted now.`);
        else screen.line(`${user}: nothing was changed: ${reasons.join('; ')}`);
      }
    }
    return results.every(({ outcome }) => outcome === 'revoked') ? 0 : 1;
  },
};
