import { DescribeArchiveCommand, DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { archiveName, eventBusName } from '../../contract/event-source';
import { operationsFunctionName } from '../../contract/operations';
import { isAbsent } from '../aws-error';
import type { Finding } from '../finding';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, fail } = findingsOf('first deployment');

/** The CDK CLI's default; `cdk bootstrap` writes the version there. */
const bootstrapVersion = '/cdk-bootstrap/hnb659fds/version';

/** The account is bootstrapped, and no resource that the stack does not own has one of its fixed names. */
export const firstDeployment: Check = {
  name: 'first-deployment',
  run: async (context) => {
    const { environment, account } = context;
    const ssm = account.client(SSMClient);
    const found: Finding[] = [];
    if (!(await exists(ssm.send(new GetParameterCommand({ Name: bootstrapVersion }))))) {
      found.push(
        fail(
          `the account is not bootstrapped for CDK in ${environment.region}`,
          `npx cdk bootstrap aws://${environment.account}/${environment.region}`,
        ),
      );
    }
    found.push(...(await leftovers(context)));
    return found.length > 0 ? found : [ok('the account is bootstrapped, and no name is taken')];
  },
};

/** Bus and archive without the pipeline's function, which is never retained: a deleted stack left them, or they are others'. */
async function leftovers({ environment: { environment }, account }: CheckContext): Promise<Finding[]> {
  const events = account.client(EventBridgeClient);
  const FunctionName = operationsFunctionName(environment);
  const deployed = account.client(LambdaClient).send(new GetFunctionConfigurationCommand({ FunctionName }));
  if (await exists(deployed)) return [];
  const bus = eventBusName(environment);
  const archive = archiveName(environment);
  const taken = [
    ...((await exists(events.send(new DescribeEventBusCommand({ Name: bus })))) ? [`event bus ${bus}`] : []),
    ...((await exists(events.send(new DescribeArchiveCommand({ ArchiveName: archive }))))
      ? [`archive ${archive}`]
      : []),
  ];
  return taken.map((name) =>
    fail(
      `${name} exists, and the pipeline does not: its deployment fails on the name`,
      `Adopt it: npx cdk import -c environment=${environment} ModelEvents-${environment} (docs/deployment.md); or delete it.`,
    ),
  );
}

async function exists(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
