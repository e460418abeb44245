/** The bus, its rules, archive and queues in an emulated account, with the names that the stack gives them. */
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  archiveName,
  eventBusName,
  modelRegistered,
  registrationRule,
  registrySource,
  smokeSource,
} from '../../contract/event-source';
import { type AwsEmulator, emulatedAccount, emulatedRegion, startAwsEmulator } from '../../dev/emulators/aws-emulator';
import { clientOptions } from '../support/aws-account';
import { type Ended, runProgram } from './program';

type QueueName = 'buffer' | 'redeliveries' | 'dead' | 'undeliverable';

const arnOf = (QueueName: string) => `arn:aws:sqs:${emulatedRegion}:${emulatedAccount}:${QueueName}`;

export class EmulatedPipeline {
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;

  constructor(private readonly emulator: AwsEmulator) {
    const options = clientOptions(emulator);
    [this.sqs, this.events] = [new SQSClient(options), new EventBridgeClient(options)];
  }

  /** `model-events … -e development` in this account. */
  async run(...words: string[]): Promise<Ended> {
    return runProgram([...words, '-e', 'development'], this.emulator.environment);
  }

  /** The same on a terminal on which these keys are typed. */
  async type(typed: string, ...words: string[]): Promise<Ended> {
    return runProgram([...words, '-e', 'development'], this.emulator.environment, {}, typed);
  }

  async send(queue: QueueName, body: string, attributes: Record<string, MessageAttributeValue> = {}): Promise<void> {
    const QueueUrl = this.urlOf(queue);
    await this.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes: attributes }));
  }

  /** All bodies in the queue, in any order. */
  async bodies(queue: QueueName): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const receive = new ReceiveMessageCommand({ QueueUrl: this.urlOf(queue), MaxNumberOfMessages: 10 });
      const { Messages: messages = [] } = await this.sqs.send(receive);
      if (messages.length === 0) return bodies;
      bodies.push(...messages.map(({ Body }) => Body ?? ''));
    }
  }

  /** Number of messages, including received ones. */
  async count(queue: QueueName): Promise<number> {
    const { Attributes: attributes = {} } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.urlOf(queue), AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = attributes;
    return Number(visible) + Number(hidden);
  }

  async make(): Promise<void> {
    for (const QueueName of ['dead', 'undeliverable']) await this.sqs.send(new CreateQueueCommand({ QueueName }));
    for (const [QueueName, next, maxReceiveCount] of [
      ['redeliveries', 'dead', 1000],
      ['buffer', 'redeliveries', 1],
    ] as const) {
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(next), maxReceiveCount });
      await this.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { RedrivePolicy } }));
    }
    const EventBusName = eventBusName('development');
    const { EventBusArn } = await this.events.send(new CreateEventBusCommand({ Name: EventBusName }));
    const patternOf = (source: string) => JSON.stringify({ source: [source], 'detail-type': [modelRegistered] });
    const rules = { [registrationRule]: patternOf(registrySource), smoke: patternOf(smokeSource) };
    for (const [Name, EventPattern] of Object.entries(rules)) await this.makeRule(Name, EventPattern);
    await this.events.send(
      new CreateArchiveCommand({
        ArchiveName: archiveName('development'),
        EventSourceArn: EventBusArn,
        EventPattern: patternOf(registrySource),
        RetentionDays: 30,
      }),
    );
  }

  /** A rule on the bus that leads into the buffer. */
  async makeRule(Name: string, EventPattern: string, target: QueueName = 'buffer'): Promise<void> {
    const EventBusName = eventBusName('development');
    const DeadLetterConfig = { Arn: arnOf('undeliverable') };
    const Targets = [{ Id: 'Target0', Arn: arnOf(target), DeadLetterConfig }];
    await this.events.send(new PutRuleCommand({ EventBusName, Name, EventPattern }));
    await this.events.send(new PutTargetsCommand({ EventBusName, Rule: Name, Targets }));
  }

  private urlOf(queue: QueueName): string {
    return `${this.emulator.url}/${emulatedAccount}/${queue}`;
  }
}

/** Creates the pipeline once per file, and gives each test a copy. Call it at the top of a file. */
export function useEmulatedPipeline(): { readonly pipeline: EmulatedPipeline } {
  let made: AwsEmulator | undefined;
  let copy: AwsEmulator | undefined;
  let pipeline: EmulatedPipeline | undefined;
  beforeAll(async () => {
    made = await startAwsEmulator();
    await new EmulatedPipeline(made).make();
  });
  beforeEach(async () => {
    copy = await made?.copy();
    if (copy !== undefined) pipeline = new EmulatedPipeline(copy);
  });
  afterEach(() => copy?.stop());
  afterAll(() => made?.stop());
  return {
    get pipeline() {
      if (pipeline === undefined) throw new Error('the pipeline is made before each test, not while the file is read');
      return pipeline;
    },
  };
}
