/** A deployed function: its own code asset and variables, run in a process as Lambda runs it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type FunctionConfiguration, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { type AwsEmulator, pythonWith } from '../../dev/emulators/aws-emulator';
import { type LocalFunction, startFunction } from '../../dev/emulators/function-process';
import { clientOptions } from '../support/aws-account';
import { assetsBucket, type Template } from './cdk-project';
import type { Deployment } from './deployment';
import type { Vpc } from './vpc';

/** The configuration of the one function with this word in its description. */
export async function deployedFunction({ emulator }: Deployment, purpose: string): Promise<FunctionConfiguration> {
  const lambda = new LambdaClient(clientOptions(emulator));
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const found = Functions.filter(({ Description }) => Description?.includes(purpose));
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(`one deployed function with "${purpose}" in its description wanted, there are ${found.length}`);
  return first;
}

/**
 * Starts it with its deployed variables, plus those that the VPC of the test adds. What an invocation writes is in the deployed log
 * group when the invocation ends.
 * @param stack whose template has the hash of its code asset
 */
export async function startDeployed(
  deployment: Deployment,
  vpc: Vpc,
  { purpose, stack }: { purpose: string; stack: string },
): Promise<LocalFunction> {
  const { emulator, project } = deployment;
  const deployed = await deployedFunction(deployment, purpose);
  const properties = propertiesOf(project.template(stack), purpose);
  const archive = await asset(emulator, (properties['Code'] as { S3Key: string }).S3Key);
  if (createHash('sha256').update(archive).digest('base64') !== deployed.CodeSha256)
    throw new Error(`the asset in the template of ${stack} is not the code of the deployed ${purpose}`);
  const folder = join(project.folder, purpose);
  mkdirSync(folder);
  const file = join(folder, 'code.zip');
  writeFileSync(file, archive);
  execFileSync(await pythonWith('zipfile'), ['-m', 'zipfile', '-e', file, folder]);

  const variables = deployed.Environment?.Variables ?? {};
  const [module = ''] = (deployed.Handler ?? '').split('.');
  const started = await startFunction({
    name: deployed.FunctionName ?? purpose,
    bundle: join(folder, `${module}.mjs`),
    timeoutSeconds: deployed.Timeout ?? 3,
    memoryMegabytes: deployed.MemorySize ?? 128,
    environment: {
      ...emulator.environment,
      ...variables,
      ...vpc.variables,
    },
  });
  deployment.onEnd(() => started.stop());
  const lines: string[] = [];
  started.onLog((line) => lines.push(line));
  const { LogGroup } = properties['LoggingConfig'] as { LogGroup: { Ref: string } };
  const deliver = await logDelivery(emulator, `${stack}-${LogGroup.Ref}-`);
  const invoke = started.invoke.bind(started);
  return Object.assign(started, {
    invoke: (event: unknown) => invoke(event).finally(() => deliver(lines.splice(0))),
  });
}

/** Writes lines into the log group whose name begins with the prefix, as Lambda does. */
async function logDelivery(
  emulator: AwsEmulator,
  logGroupNamePrefix: string,
): Promise<(lines: readonly string[]) => Promise<void>> {
  const logs = new CloudWatchLogsClient(clientOptions(emulator));
  const { logGroups: [group] = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  const stream = { logGroupName: group?.logGroupName, logStreamName: 'instance' };
  await logs.send(new CreateLogStreamCommand(stream));
  return async (lines) => {
    const logEvents = lines.flatMap((message) => (message === '' ? [] : [{ timestamp: Date.now(), message }]));
    if (logEvents.length > 0) await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  };
}

function propertiesOf(template: Template, purpose: string): Readonly<Record<string, unknown>> {
  const found = Object.values(template.Resources).find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && String(Properties?.['Description']).includes(purpose),
  );
  if (found?.Properties === undefined)
    throw new Error(`the template has no function with "${purpose}" in its description`);
  return found.Properties;
}

async function asset(emulator: AwsEmulator, key: string): Promise<Buffer> {
  const answer = await fetch(`${emulator.url}/${assetsBucket}/${key}`, { headers: { authorization: 'AWS test' } });
  if (!answer.ok) throw new Error(`asset ${key} is not in ${assetsBucket}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
