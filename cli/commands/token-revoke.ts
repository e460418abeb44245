import { type Command, CommandError } from '../command';

/** `model-events token revoke` */
export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'Make Redis forget every auth token but the current one',
  details: `After a rotation Redis takes the old token too, since ECS tasks keep the one they started with. This ends that (SET).
Refused while a running task of the configured families is older than the last rotation.`,
  options: {},
  examples: [['model-events token revoke -e development', 'after the services have been deployed anew']],
  run: async (invocation) => {
    const { revokeClients, revokeOldTokens } = await import('../token/revoke-tokens');
    const { redisPlaceOf } = await import('../redis-location');
    const { screen, json } = invocation;
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const { secretArn, replicationGroupId } = await redisPlaceOf(environment, account);
    if (secretArn === undefined)
      throw new CommandError('there is no secret with a token yet: there is nothing to revoke');
    const outcome = await revokeOldTokens(revokeClients(account), {
      secretArn,
      replicationGroupId,
      services: environment.services,
    });
    const reasons = outcome.kind === 'refused' ? outcome.reasons : [];
    if (json) screen.json({ outcome: outcome.kind, replicationGroupId, reasons });
    else if (outcome.kind === 'revoked')
      screen.line(`${replicationGroupId} takes the current token only, from now on.`);
    else {
      screen.line('Nothing was changed:');
      for (const reason of reasons) screen.line(`  ${reason}`);
    }
    return outcome.kind === 'revoked' ? 0 : 1;
  },
};
