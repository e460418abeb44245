import { userServiceOf } from '../../config/created-redis';
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
    const { revokeResults } = await import('../token/revoke-results');
    const { screen, json } = invocation;
    const results = await revokeResults(
      invocation,
      ({ userSecretArns }, { environment, redis, subscriptions, services }) => {
        if (userSecretArns === undefined)
          throw new CommandError('Redis has a token instead of users: use token revoke');
        const queues = new Map(subscriptions.map(({ service, queue }) => [service, queue]));
        return Object.entries(userSecretArns).map(([name, secretArn]) => ({
          secretArn,
          userId: redisUserId(environment, name),
          userService: userServiceOf(redis.source === 'created' ? redis.kind : 'group'),
          services: services.filter(({ queue }) => queue !== undefined && queue === queues.get(name)),
        }));
      },
    );
    if (json) screen.json(results.map(({ subject: user, outcome, reasons }) => ({ user, outcome, reasons })));
    else {
      for (const { subject: user, outcome, reasons } of results) {
        if (outcome === 'revoked') screen.line(`${user}: only the current password is accepted now.`);
        else screen.line(`${user}: nothing was changed: ${reasons.join('; ')}`);
      }
    }
    return results.every(({ outcome }) => outcome === 'revoked') ? 0 : 1;
  },
};
