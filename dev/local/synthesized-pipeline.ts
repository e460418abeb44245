/** What the local pipeline takes from the synthesized template, so that it routes and redelivers as the deployed one does. */
import { readFileSync } from 'node:fs';
import { functionEnv } from '../../contract/function-env';
import { type HealthThresholds, parseHealthThresholds } from '../../contract/health-thresholds';
import { parseSubscriptions, type Subscription } from '../../contract/subscriptions';
import type { BufferSettings } from '../emulators/buffer';
import type { MappingSettings } from '../emulators/event-source-mapping';
import type { EventBusRule } from '../emulators/event-bus';
import type { EventPattern } from '../emulators/event-pattern';

/** The pipeline from the bus to the publisher. */
export interface PipelineSettings {
  readonly busName: string;
  /** The rules that write into the buffer. */
  readonly rules: readonly EventBusRule[];
  readonly buffer: BufferSettings;
  /** From where on the deployed health function warns. @default those of the consumer package */
  readonly healthThresholds?: HealthThresholds;
  readonly publisher: {
    readonly environment: string;
    readonly subscriptions: readonly Subscription[];
    readonly seenHours: number;
    readonly timeoutSeconds: number;
    readonly memoryMegabytes: number;
  };
}

type Properties = Readonly<Record<string, unknown>>;

interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
}

/**
 * Reads the one pipeline in a template of the model events stack.
 * @throws Error that names the file and what is missing in it
 */
export function readPipelineSettings(file: string): PipelineSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: run \`make synth\` first`, { cause: error });
  }
  const { Resources: resources = {} } = JSON.parse(text) as { Resources?: Record<string, Resource> };
  const missing = (what: string): Error => new Error(`${file} has no ${what}: run \`make synth\` again`);
  const propertiesOf = (id: string): Properties => {
    const properties = resources[id]?.Properties;
    if (properties === undefined) throw missing(`resource ${id}`);
    return properties;
  };

  const mappings = Object.values(resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::EventSourceMapping' && Properties !== undefined ? [Properties] : [],
  );
  const mappingOf = (queueId: string): Properties | undefined =>
    mappings.find((each) => referredId(each['EventSourceArn']) === queueId);
  const nextOf = (queueId: string): string =>
    referredId(at(propertiesOf(queueId), 'RedrivePolicy', 'deadLetterTargetArn'));
  // The redeliveries' mapping reads what another mapped queue moves to it.
  const moved = new Set(mappings.map((each) => nextOf(referredId(each['EventSourceArn']))));
  const mapping = mappings.find((each) => !moved.has(referredId(each['EventSourceArn'])));
  if (mapping === undefined) throw missing('event source mapping');
  const bufferId = referredId(mapping['EventSourceArn']);
  const redeliveriesId = nextOf(bufferId);
  const redeliveries = mappingOf(redeliveriesId);
  const queue = propertiesOf(redeliveries === undefined ? bufferId : redeliveriesId);
  const target = referredId(mapping['FunctionName']);
  // With provisioned concurrency the mapping refers to an alias of the function.
  const isAlias = resources[target]?.Type === 'AWS::Lambda::Alias';
  const publisher = propertiesOf(isAlias ? referredId(propertiesOf(target)['FunctionName']) : target);
  const variables = at(publisher, 'Environment', 'Variables') as Record<string, string> | undefined;
  if (variables === undefined) throw missing("variables in the publisher's environment");

  const thresholds = Object.values(resources)
    .map(({ Properties: each }) => at(each, 'Environment', 'Variables', functionEnv.healthThresholds))
    .find((value) => typeof value === 'string');

  const rules = Object.entries(resources).filter(([, { Type, Properties: rule }]) => {
    const targets = (rule?.['Targets'] ?? []) as Properties[];
    return Type === 'AWS::Events::Rule' && targets.some((target) => referredId(target['Arn']) === bufferId);
  });
  const [first] = rules;
  if (first === undefined) throw missing('rule that writes into the buffer');
  return {
    busName: String(propertiesOf(referredId(propertiesOf(first[0])['EventBusName']))['Name']),
    rules: rules.map(([id]) => {
      const { Name: name = id, EventPattern: pattern } = propertiesOf(id);
      return { name: String(name), pattern: pattern as EventPattern };
    }),
    buffer: {
      ...mappingSettings(mapping),
      ...(redeliveries === undefined ? {} : { redeliveries: mappingSettings(redeliveries) }),
      visibilityTimeoutSeconds: Number(queue['VisibilityTimeout'] ?? 30),
      maxReceiveCount: Number(at(queue, 'RedrivePolicy', 'maxReceiveCount') ?? Infinity),
    },
    ...(thresholds === undefined ? {} : { healthThresholds: parseHealthThresholds(thresholds) }),
    publisher: {
      environment: variables[functionEnv.environment] ?? 'local',
      subscriptions: parseSubscriptions(variables[functionEnv.subscriptions] ?? ''),
      seenHours: Number(variables[functionEnv.seenHours] ?? 24),
      timeoutSeconds: Number(publisher['Timeout'] ?? 3),
      memoryMegabytes: Number(publisher['MemorySize'] ?? 128),
    },
  };
}

function mappingSettings(mapping: Properties): MappingSettings {
  return {
    batchSize: Number(mapping['BatchSize'] ?? 10),
    windowSeconds: Number(mapping['MaximumBatchingWindowInSeconds'] ?? 0),
    maxConcurrency: Number(at(mapping, 'ScalingConfig', 'MaximumConcurrency') ?? 2),
  };
}

/** The logical id behind `{ Ref: id }` or `{ 'Fn::GetAtt': [id, …] }`; empty where it is neither. */
function referredId(value: unknown): string {
  const id = at(value, 'Ref') ?? at(value, 'Fn::GetAtt', '0');
  return typeof id === 'string' ? id : '';
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((part, name) => (part as Properties | null | undefined)?.[name], value);
}
