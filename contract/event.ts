import { modelRegistered, registrySource, smokeSource } from './event-source';
import * as patterns from './patterns';
import * as rules from './rules';

/**
 * The input: an EventBridge event of the registry, as the body of an SQS message contains it.
 * The rules are those of the design's table; the JSON Schema and the types follow from them.
 */

/** Fields of `detail` that every registration carries on to the consumers, and those of the pipeline itself. */
export const modelRegisteredRules = {
  model_id: rules.text(1, 256),
  token_symbol: rules.matching(patterns.tokenSymbolPattern, '1 to 64 of A-Z, a-z, 0-9 and -'),
  metric_name: rules.text(1, 256),
  baseline_value: rules.finiteNumber,
  performance_data: rules.object({ current_value: rules.optional(rules.finiteNumber) }),
  baseline_validated: rules.flag,
  correlation_id: rules.optional(rules.text(1, 128)),
  event_id: rules.optional(rules.matching(patterns.messageIdPattern, patterns.messageIdRule)),
  model_name: rules.optional(rules.anyText),
  model_version: rules.optional(rules.anyText),
  mlflow_run_id: rules.optional(rules.anyText),
  experiment_name: rules.optional(rules.anyText),
  contributor_address: rules.optional(rules.matching(patterns.contributorAddressPattern, '0x and 40 hex digits')),
  tags: rules.optional(rules.mapOf(rules.anyText)),
} as const;

/** `detail` of a `ModelRegistered` event; unknown fields are carried, not refused. */
export type ModelRegistered = rules.Keeping<typeof modelRegisteredRules> & Readonly<Record<string, unknown>>;

/** Fields of `detail` that move to the envelope, or are equal in every message: not part of the payload. */
export const pipelineFields: ReadonlySet<string> = new Set(['event_id', 'correlation_id', 'baseline_validated']);

/**
 * Fields of `detail` that tell two events with the same id apart: those of schema version 1.0. Others are carried, but tracing
 * agents add their own at each send. A field of a later version stays out, too: an event that was published before the addition
 * and is repeated after it would seem to be another event.
 */
export const identityFields: readonly string[] = [
  'model_id',
  'token_symbol',
  'metric_name',
  'baseline_value',
  'performance_data',
  'baseline_validated',
  'correlation_id',
  'event_id',
  'model_name',
  'model_version',
  'mlflow_run_id',
  'experiment_name',
  'contributor_address',
  'tags',
];

const timestampRule = rules.matching(
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  'a date and time, ISO 8601',
);

/** What EventBridge puts around `detail`, as far as the pipeline reads it. */
export const eventRules = {
  id: rules.matching(patterns.messageIdPattern, patterns.messageIdRule),
  source: rules.oneOf(registrySource, smokeSource),
  'detail-type': rules.exactly(modelRegistered),
  time: timestampRule,
  'replay-name': rules.optional(rules.matching(patterns.replayNamePattern, '1 to 64 of A-Z, a-z, 0-9, . _ and -')),
} as const;

/** The envelope's fields that the pipeline reads. */
export type EventEnvelope = rules.Keeping<typeof eventRules>;

/** Limits of one event; beyond them it is refused with an error of its own. */
export const eventLimits = {
  /** Bytes of the whole event as UTF-8. */
  bytes: 200 * 1024,
  /** Objects and arrays inside one another, `detail` being the first. */
  levels: 64,
} as const;
