import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Check } from './check';
import { findingsOf } from './check';

const { ok, fail } = findingsOf('identity and region');

/** The profile belongs to the environment's account. */
export const identity: Check = {
  name: 'identity',
  run: async ({ environment, account }) => {
    const { Account: number = '', Arn: arn = '' } = await account
      .client(STSClient)
      .send(new GetCallerIdentityCommand({}));
    if (number === environment.account) return [ok(`${arn} in ${environment.region}`)];
    return [
      fail(
        `the profile is in account ${number} (${arn}), ${environment.environment} is in ${environment.account}`,
        'Use a profile of that account: --profile NAME; or write your own account: npx model-events init.',
      ),
    ];
  },
};
