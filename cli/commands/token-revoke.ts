import { type Command, CommandError } from '../command';

/** `model-events token revoke` */
export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'Revoke every Redis auth token except the current one',
  details: `After a rotation Redis also accepts the old token, because ECS tasks keep the token they started with. This command
revokes it (SET). It is refused while a running task of the configured families is older than the last rotation.`,
  options: {},
  changes: true,
  examples: [['model-events token revoke -e development', 'after the services were redeployed']],
  run: async (invocation) => {
    const { revokeResults } = await import('../token/revoke-results');
    const { screen, json } = invocation;
    const results = await revokeResults(invocation, ({ secretArn, userSecretArns }, { services }) => {
      if (userSecretArns !== undefined) throw new CommandError('Redis has users instead of a token: use user revoke');
      if (secretArn === undefined)
        throw new CommandError('The auth token secret does not exist yet: nothing to revoke');
      return [{ secretArn, services }];
    });
    for (const { subject: replicationGroupId, outcome, reasons } of results) {
      if (json) screen.json({ outcome, replicationGroupId, reasons });
      else if (outcome === 'revoked') screen.line(`${replicationGroupId} now accepts only the current token.`);
      else {
        screen.line('Nothing was changed:');
        for (const reason of reasons) screen.line(`  ${reason}`);
      }
    }
    return results.every(({ outcome }) => outcome === 'revoked') ? 0 : 1;
  },
};
