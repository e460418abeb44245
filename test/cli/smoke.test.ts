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
import { useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
const redis = useRedis();
const publisher = usePublisher(redis);
const operations = useOperations(redis);

/** The bus with its smoke rule and the buffer, as the stack creates them. */
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

/** Delivers the next message to the publisher and deletes it, as the event source mapping does. */
async function carryOne({ sqs, QueueUrl }: { sqs: SQSClient; QueueUrl: string }): Promise<void> {
  const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  expect(await publisher.publish(sqsRecord(message?.Body ?? ''))).toEqual([]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
}

/** The program with access to the account and its operations function, and none to Redis. */
const runSmoke = (...words: string[]) =>
  runProgram(['smoke', '-e', 'development', ...words], {
    ...the.account.emulator.environment,
    AWS_ENDPOINT_URL_LAMBDA: operations.lambdaUrl,
  });

test('smoke prints that the event arrived in Redis', async () => {
  const pipeline = await deployedPipeline();
  const [{ code, out }] = await Promise.all([runSmoke(), carryOne(pipeline)]);
  expect(out).toMatch(/^smoke-\S+: arrived in model_events:smoke after \d+ ms\./);
  expect(code).toBe(0);
});

test('with --json it prints the result as JSON, and no subscription gets the event', async () => {
  const pipeline = await deployedPipeline();
  const [{ code, out, err }] = await Promise.all([runSmoke('--json'), carryOne(pipeline)]);
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({ ok: true, awaited_in: 'model_events:smoke' });
  expect(code).toBe(0);
  expect(await redis.client.exists('model_events', 'model_events:site')).toBe(0);
});

test('an event that does not arrive within the timeout ends with exit code 1', async () => {
  await deployedPipeline();
  const { code, out } = await runSmoke('--timeout', '1');
  expect(out).toContain('did not arrive in model_events:smoke after 1 s');
  expect(code).toBe(1);
});

test('without a deployed operations function the error names the stack to deploy', async () => {
  const { code, err } = await the.account.run('smoke', '-e', 'development');
  expect(code).toBe(1);
  expect(err).toContain('not found: deploy ModelEvents-development first');
});
