import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Redis } from 'ioredis';
import type { LocalFunction } from '../../dev/emulators/function-process';
import { redis as deployedRedis } from '../cli/development';
import type { BufferMapping } from '../deploy/buffer-mapping';
import type { Deployment } from '../deploy/deployment';
import { clientOptions } from '../support/aws-account';
import { sqsRecord } from '../support/events';
import type { OperatorShell } from './operator-shell';

export const stack = 'ModelEvents-development';

interface Parts {
  readonly deployment: Deployment;
  readonly outputs: Readonly<Record<string, string>>;
  /** The deployed function, in a process. */
  readonly publisher: LocalFunction;
  readonly mapping: BufferMapping;
  readonly client: Redis;
  readonly shell: OperatorShell;
}

/** The deployed account, with actions that cause failures and queries that check the recovery. */
export class OperatedAccount {
  /** Redis behind the deployed name. */
  readonly client: Redis;
  readonly shell: OperatorShell;

  constructor(private readonly parts: Parts) {
    this.client = parts.client;
    this.shell = parts.shell;
  }

  /** A client for this account, as in `api(SQSClient)`. */
  api<Client>(service: new (options: ReturnType<typeof clientOptions>) => Client): Client {
    return new service(clientOptions(this.parts.deployment.emulator));
  }

  /** Physical name of the stack's resource by type and start of its logical id. */
  async resource(type: string, part: string): Promise<string> {
    const list = new ListStackResourcesCommand({ StackName: stack });
    const { StackResourceSummaries: resources = [] } = await this.api(CloudFormationClient).send(list);
    const found = resources.find((each) => each.ResourceType === type && each.LogicalResourceId?.startsWith(part));
    if (found?.PhysicalResourceId === undefined) throw new Error(`${stack} has no ${type} named ${part}…`);
    return found.PhysicalResourceId;
  }

  /** Puts a registration on the bus. */
  async put(detail: Readonly<Record<string, unknown>>): Promise<void> {
    await this.parts.deployment.put('hokusai.registry', detail);
  }

  /** Sends a message to the queue whose URL is in a stack output. */
  async send(output: string, body: string, attributes: Readonly<Record<string, string>> = {}): Promise<void> {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    await this.api(SQSClient).send(
      new SendMessageCommand({ QueueUrl: this.url(output), MessageBody: body, MessageAttributes }),
    );
  }

  /** Messages in the queue, hidden ones included. */
  async waitingIn(output: string): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes: found } = await this.api(SQSClient).send(
      new GetQueueAttributesCommand({ QueueUrl: this.url(output), AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(found?.[name] ?? 0), 0);
  }

  /** Delivers the buffer's messages to the publisher, as Lambda's event source mapping does. */
  async deliverAll(): Promise<void> {
    while ((await this.parts.mapping.deliver()).length > 0);
  }

  /** Delivers continuously while `work` runs. */
  async delivering<Result>(work: () => Promise<Result>): Promise<Result> {
    const ended = new AbortController();
    const delivered = (async () => {
      while (!ended.signal.aborted) await this.parts.mapping.deliver({ waitSeconds: 1 });
    })();
    try {
      return await work();
    } finally {
      ended.abort();
      await delivered;
    }
  }

  /** Invokes the publisher while Redis is full. */
  async failedPublishing(body: string): Promise<void> {
    const { publisher } = this.parts;
    await this.client.config('SET', 'maxmemory', 1);
    try {
      await publisher.invoke({ Records: [sqsRecord(body)] });
    } finally {
      await this.client.config('SET', 'maxmemory', 0);
    }
    // SQS delivers it again.
    await publisher.invoke({ Records: [sqsRecord(body)] });
  }

  /** Writes lines into a function's log group, as Lambda does. */
  async logged(part: string, lines: readonly string[]): Promise<void> {
    const logGroupName = await this.resource('AWS::Logs::LogGroup', part);
    const stream = { logGroupName, logStreamName: '2026/11/23/[$LATEST]0123' };
    const logs = this.api(CloudWatchLogsClient);
    await logs.send(new CreateLogStreamCommand(stream));
    const logEvents = lines.map((message) => ({ timestamp: Date.now(), message }));
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }

  async switchMappingsOff(): Promise<void> {
    for (const { UUID } of await this.mappings())
      await this.api(LambdaClient).send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  }

  async mappingStates(): Promise<(string | undefined)[]> {
    return (await this.mappings()).map(({ State }) => State);
  }

  private async mappings(): Promise<EventSourceMappingConfiguration[]> {
    const { EventSourceMappings: mappings = [] } = await this.api(LambdaClient).send(
      new ListEventSourceMappingsCommand({}),
    );
    return mappings;
  }

  /** Adds a rotation function to the imported Redis' secret, as a created one has. */
  async enableRotation(): Promise<void> {
    await this.api(SecretsManagerClient).send(
      new RotateSecretCommand({
        SecretId: deployedRedis.authSecretArn,
        RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:rotation',
        RotateImmediately: false,
      }),
    );
  }

  private url(output: string): string {
    const url = this.parts.outputs[output];
    if (url === undefined) throw new Error(`the stack has no output ${output}`);
    return url;
  }
}
