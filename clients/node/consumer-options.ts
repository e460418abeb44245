import { consumerEnv, containerEnv, iamEnv, userEnv } from '../../contract/function-env';
import type { ModelReadyMessage } from '../../contract/message';
import { consumerNamePattern, unreservedQueueNamePattern, unreservedQueueNameRule } from '../../contract/patterns';
import { checkEndpoint } from '../../queue/connection';
import { credentialsIn } from '../../queue/secret-text';
import type { SessionOptions } from '../../queue/session';
import type { ConsumerReport } from './consumer-report';
import { iamToken } from './iam-token';
import { refuseUnknownNames, requireObject } from './option-names';

/** The handler's second argument. */
export interface Delivery {
  /** The message's text as stored in Redis; numbers keep every digit. */
  readonly text: string;
  /** The payload's part of the text. */
  readonly payloadText: string;
  /** 1 for the first attempt; snoozed attempts do not count. */
  readonly attempt: number;
  /** Aborted when the claim is lost, the handler exceeds its time limit, or the consumer stops. */
  readonly signal: AbortSignal;
}

/**
 * Processes one message. Returning, whatever the value, acknowledges it; throwing retries it with backoff, dead-letters it at once for a
 * `DeadLetterError`, or postpones it for a `SnoozeError`. A message may be delivered twice: `message.message_id` is the idempotency key.
 */
export type Handler = (message: ModelReadyMessage, delivery: Delivery) => unknown;

/** A consumer's settings. */
export interface ConsumerOptions {
  readonly redis: SessionOptions;
  /** The subscription's queue, as in `model_events:site`. */
  readonly queue: string;
  readonly handler: Handler;
  /** Messages processed concurrently, 1-1000. @default 1 */
  readonly concurrency?: number;
  /** Messages claimed ahead, so that a worker never waits for Redis, 0-1000. @default 0 */
  readonly prefetch?: number;
  /** Lease of a claim, renewed while the handler runs; a dead consumer's messages return after it, 5-3600. @default 60 */
  readonly leaseSeconds?: number;
  /** Time limit of the handler; beyond it the message has failed, 1-86400. @default 300 */
  readonly handlerSeconds?: number;
  /** Retries before a message is dead-lettered, 0-100. @default 3 */
  readonly maxRetries?: number;
  /** Pause before the first retry, within ± 25 %; it grows eightfold each time, 0.01-3600. @default 10 */
  readonly firstRetrySeconds?: number;
  /** Longest pause, within ± 25 %, 0.01-86400. @default 600 */
  readonly longestRetrySeconds?: number;
  /** How long after its first snooze a message can be snoozed again; then the attempt fails, 0-2592000. @default 86400 */
  readonly maxSnoozeSeconds?: number;
  /**
   * Different messages that fail in a row before the consumer pauses itself (circuit breaker), 0-1000; 0 turns it off.
   * @default 5
   */
  readonly breakerFailures?: number;
  /** How long `stop()` lets handlers finish, 0-3600; ECS kills after 30 by default. @default 25 */
  readonly stopSeconds?: number;
  /** Longest wait inside Redis for a message, 0.1-60. @default 5 */
  readonly blockSeconds?: number;
  /** The holder's name in operators' tools, 1-64 of `A-Z a-z 0-9 . _ : -`. @default host name and process id */
  readonly name?: string;
  /** Receives the counts of each period, for metrics. */
  readonly onReport?: (report: ConsumerReport) => void;
  /** Length of a period, 1-3600. @default 60 */
  readonly reportSeconds?: number;
  /**
   * Writes warnings and failures to stderr, a line each, unless their event has a listener.
   * @default 'text'
   */
  readonly log?: 'text' | 'json' | 'off';
}

/** Settings with the defaults in place. */
export type ResolvedOptions = Required<Omit<ConsumerOptions, 'onReport'>> & Pick<ConsumerOptions, 'onReport'>;

interface Range {
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

const ranges = {
  concurrency: { fallback: 1, least: 1, most: 1000, whole: true },
  prefetch: { fallback: 0, least: 0, most: 1000, whole: true },
  leaseSeconds: { fallback: 60, least: 5, most: 3600, whole: false },
  handlerSeconds: { fallback: 300, least: 1, most: 86_400, whole: false },
  maxRetries: { fallback: 3, least: 0, most: 100, whole: true },
  firstRetrySeconds: { fallback: 10, least: 0.01, most: 3600, whole: false },
  longestRetrySeconds: { fallback: 600, least: 0.01, most: 86_400, whole: false },
  maxSnoozeSeconds: { fallback: 86_400, least: 0, most: 2_592_000, whole: false },
  breakerFailures: { fallback: 5, least: 0, most: 1000, whole: true },
  reportSeconds: { fallback: 60, least: 1, most: 3600, whole: false },
  stopSeconds: { fallback: 25, least: 0, most: 3600, whole: false },
  blockSeconds: { fallback: 5, least: 0.1, most: 60, whole: false },
} as const satisfies Record<string, Range>;

const optionNames = [
  ...(['redis', 'queue', 'handler', 'name', 'log', 'onReport'] satisfies (keyof ConsumerOptions)[]),
  ...Object.keys(ranges),
];
const redisNames = [
  'host',
  'port',
  'username',
  'token',
  'ca',
  'connectTimeoutMs',
  'commandTimeoutMs',
] satisfies (keyof SessionOptions)[];

/**
 * Applies the defaults and checks the values.
 * @throws TypeError that names the setting, its rule and the value.
 */
export function resolveOptions(options: ConsumerOptions, defaultName: string): ResolvedOptions {
  requireObject('options', options, '{ redis, queue, handler }');
  refuseUnknownNames('option', options, optionNames);
  checkRedis(options.redis);
  checkQueue('queue', options.queue);
  if (typeof options.handler !== 'function') {
    throw new TypeError(`handler must be a function (message, delivery) => Promise, got ${typeof options.handler}`);
  }
  // A handler may ignore its arguments; one that waits for a callback would never end.
  if (options.handler.length > 2) {
    throw new TypeError(
      `handler must be a function (message, delivery) => Promise, got one with ${options.handler.length} parameters: ` +
        'it gets no callback; it returns when the message is processed, and throws if that fails',
    );
  }
  if (options.onReport !== undefined && typeof options.onReport !== 'function') {
    throw new TypeError(`onReport must be a function (report) => void, got ${typeof options.onReport}`);
  }
  const name = options.name ?? defaultName;
  if (!consumerNamePattern.test(name)) {
    throw new TypeError(`name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got ${JSON.stringify(name)}`);
  }
  const numbers = Object.fromEntries(
    Object.entries(ranges).map(([key, range]) => [key, inRange(key, options[key as keyof typeof ranges], range)]),
  ) as Record<keyof typeof ranges, number>;
  const log = options.log ?? 'text';
  if (!['text', 'json', 'off'].includes(log)) {
    throw new TypeError(`log must be text, json or off, got ${JSON.stringify(log)}`);
  }
  return { ...options, ...numbers, name, log };
}

function checkRedis(redis: SessionOptions): void {
  requireObject('redis', redis, "{ host: 'redis.example', port: 6379, token }");
  refuseUnknownNames('option of redis', redis, redisNames);
  checkEndpoint(redis.host, redis.port);
  if (typeof redis.token !== 'function' && (typeof redis.token !== 'string' || redis.token === '')) {
    throw new TypeError('redis.token must be the auth token, or a function that returns a promise of it');
  }
  if (redis.username !== undefined && (typeof redis.username !== 'string' || redis.username === '')) {
    throw new TypeError('redis.username must be the name of a Redis user, or be left out');
  }
}

/** @throws TypeError for a name that is not a subscription's, such as that of a dead letter queue. */
function checkQueue(setting: string, queue: string): void {
  if (typeof queue !== 'string' || !unreservedQueueNamePattern.test(queue)) {
    throw new TypeError(`${setting} must be ${unreservedQueueNameRule}; got ${JSON.stringify(queue)}`);
  }
}

function inRange(key: string, configured: number | undefined, { fallback, least, most, whole }: Range): number {
  const value = configured ?? fallback;
  if (typeof value !== 'number' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new TypeError(
      `${key} must be a ${whole ? 'whole number' : 'number'} from ${least} to ${most}, got ${String(value)}`,
    );
  }
  return value;
}

/**
 * The settings from the environment variables that the ECS wiring sets in a consumer's container.
 * @throws TypeError that names every missing variable and its source.
 */
export function settingsFromEnvironment(
  env: NodeJS.ProcessEnv,
): Pick<ConsumerOptions, 'redis' | 'queue' | 'maxRetries'> {
  const read = (name: string): string => env[name] ?? '';
  const { redisAuthToken, ...always } = containerEnv;
  const login = read(iamEnv.iamCacheArn) === '' ? { redisAuthToken } : userEnv;
  const missing = Object.values({ ...always, ...login }).filter((name) => read(name) === '');
  if (missing.length > 0) {
    throw new TypeError(
      `environment variables missing: ${missing.join(', ')}. The task definition's wiring sets them: ` +
        `${containerEnv.redisHost} and ${containerEnv.redisPort} from SSM, ` +
        `${redisAuthToken} from Secrets Manager (with IAM authentication ${iamEnv.iamCacheArn} and ${userEnv.redisUsername} instead), ` +
        `${containerEnv.queue} as a plain value`,
    );
  }
  const portText = read(containerEnv.redisPort);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : NaN;
  if (!(port >= 1 && port <= 65_535)) {
    throw new TypeError(
      `${containerEnv.redisPort} must be a whole number from 1 to 65535, got ${JSON.stringify(portText)}`,
    );
  }
  const host = read(containerEnv.redisHost);
  naming(containerEnv.redisHost, () => checkEndpoint(host, port));
  checkQueue(containerEnv.queue, read(containerEnv.queue));
  return {
    redis: {
      host,
      port,
      ...loginIn(read),
    },
    queue: read(containerEnv.queue),
    ...configuredRetries(env),
  };
}

function loginIn(read: (name: string) => string): Pick<SessionOptions, 'username' | 'token'> {
  const [cacheArn, username] = [read(iamEnv.iamCacheArn), read(userEnv.redisUsername)];
  if (cacheArn !== '') return { username, token: naming(iamEnv.iamCacheArn, () => iamToken({ cacheArn, username })) };
  return {
    // A reference to the secret without its key injects the whole JSON, which may hold the user too.
    ...(username === '' ? {} : { username }),
    ...naming(containerEnv.redisAuthToken, () => credentialsIn(read(containerEnv.redisAuthToken))),
  };
}

/** The result of a check, whose error gets the variable's name. */
function naming<Value>(variable: string, check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    throw new TypeError(`${variable}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The subscription's retry limit, where the container has it.
 * @throws TypeError for a value that is not a whole number from 0 to 100.
 */
export function configuredRetries(env: NodeJS.ProcessEnv): Pick<ConsumerOptions, 'maxRetries'> {
  const value = env[consumerEnv.maxRetries] ?? '';
  if (value === '') return {};
  return { maxRetries: inRange(consumerEnv.maxRetries, /^\d+$/.test(value) ? Number(value) : NaN, ranges.maxRetries) };
}
