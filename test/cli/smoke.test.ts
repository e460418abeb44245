import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientOptions } from '../support/aws-account';
import { sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';
import { useOperations } from '../operations/operations-function';
import { runProgram } from './program';
import { useSoundAccount } from './healthy-account';

const the = useSoundAccount();
const redis = useRedis();
const publisher = usePublisher(redis);
const operations = useOperations(redis);

/** The bus with its smoke rule and the buffer, as the stack makes them. */
async function deployedPipeline(): Promise<{ sqs: SQSClient; QueueUrl: string }> {
  const options = clientOptions(the.account.emulator);
  const [events, sqs] = [new EventBridgeClient(options), new SQSClient(options)];
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'buffer' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const EventBusName = 'hokusai-development';
  await events.send(new CreateEventBusCommand({ Name: EventBusName }));
  const EventPattern = JSON.stringify({ source: ['hokusai.smoke'], 'detail-type': ['ModelRegistered'] });
  await events.send(new PutRuleCommand({ Name: 'smoke', EventBusName, EventPattern }));
  const Targets = [{ Id: 'buffer', Arn: Attributes?.['QueueArn'] }];
  await events.send(new PutTargetsCommand({ Rule: 'smoke', EventBusName, Targets }));
  return { sqs, QueueUrl };
}

/** What the event source mapping does with the next message: to the publisher, and out of the buffer. */
async function carryOne({ sqs, QueueUrl }: { sqs: SQSClient; QueueUrl: string }): Promise<void> {
  const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  expect(await publisher.publish(sqsRecord(message?.Body ?? ''))).toEqual([]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
}

test('the event is awaited in Redis, and no subscription sees it', async () => {
  const pipeline = await deployedPipeline();
  const folder = mkdtempSync(join(tmpdir(), 'model-events-smoke-'));
  try {
    const [tokenFile, caFile] = [join(folder, 'token'), join(folder, 'ca.pem')];
    writeFileSync(tokenFile, redis.server.token);
    writeFileSync(caFile, redis.server.ca);
    const place = ['--host', redis.server.host, '--port', String(redis.server.port)];
    const words = [...place, '--token-file', tokenFile, '--ca-file', caFile, '--json'];
    const [{ code, out, err }] = await Promise.all([
      the.account.run('smoke', '-e', 'development', '--redis', ...words),
      carryOne(pipeline),
    ]);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ ok: true, awaited_in: 'model_events:smoke' });
    expect(code).toBe(0);
    expect(await redis.client.exists('model_events', 'model_events:site')).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The program where only the account can be reached, and the function in it. */
const runOutside = (...words: string[]) =>
  runProgram(['smoke', '-e', 'development', ...words], {
    ...the.account.emulator.environment,
    AWS_ENDPOINT_URL_LAMBDA: operations.lambdaUrl,
  });

test('from outside the VPC the operations function looks for it in Redis', async () => {
  const pipeline = await deployedPipeline();
  const [{ code, out }] = await Promise.all([runOutside(), carryOne(pipeline)]);
  expect(out).toMatch(/^smoke-\S+: arrived in model_events:smoke after \d+ ms\./);
  expect(code).toBe(0);
});

test('an event that does not come out ends with exit code 1', async () => {
  await deployedPipeline();
  const { code, out } = await runOutside('--timeout', '1');
  expect(out).toContain('did not arrive in model_events:smoke after 1 s');
  expect(code).toBe(1);
});

test('an environment that is not deployed is named, and no event is sent', async () => {
  const { code, err } = await the.account.run('smoke', '-e', 'development');
  expect(code).toBe(1);
  expect(err).toContain('is not there: deploy ModelEvents-development first');
});
