import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { leastUnreserved, mostPublishers, reservedExecutions } from '../../config/concurrency';
import { type Check, findingsOf } from './check';

const { ok, warn, fail } = findingsOf('concurrency');

const raise =
  'Raise the quota "Concurrent executions" of Lambda: `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000`';

/** Monitor, health and operations, one invocation each. */
const others = 3;

/**
 * The account's concurrent executions that no function has reserved suffice for the pipeline: Lambda throttles what exceeds them. New
 * accounts have few: "Understanding Lambda function scaling",
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html.
 */
export const concurrency: Check = {
  name: 'concurrency',
  run: async ({ environment, account }) => {
    const { AccountLimit } = await account.client(LambdaClient).send(new GetAccountSettingsCommand({}));
    const shared = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const reserve = reservedExecutions.monitor + reservedExecutions.operations;
    const limit = AccountLimit?.ConcurrentExecutions ?? 0;
    if (environment.deployment.reserveConcurrency && limit < leastUnreserved + reserve) {
      return [
        fail(
          `${environment.region} allows ${limit} concurrent executions: Lambda refuses to reserve ${reserve} and leave less than ${leastUnreserved}`,
          `${raise}; or set deployment.reserveConcurrency to false.`,
        ),
      ];
    }
    const needed = mostPublishers(environment.publisher) + others;
    return [
      shared >= needed
        ? ok(
            `the functions of ${environment.region} share ${shared} concurrent executions; the pipeline needs at most ${needed}`,
          )
        : warn(
            `the functions of ${environment.region} share ${shared} concurrent executions, and the pipeline needs up to ${needed}: under load registrations wait in the buffer, and the monitor's runs can be throttled`,
            `${raise}; or lower publisher.maximumConcurrency.`,
          ),
    ];
  },
};
