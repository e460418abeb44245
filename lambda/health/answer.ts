import { type Durability, durabilityNotes } from '../../contract/durability';
import type { HealthThresholds } from '../../contract/health-thresholds';
import type { Subscription } from '../../contract/subscriptions';
import { type FaultName, RedisError } from '../../queue/errors';
import { checkHealth } from '../../queue/health';
import type { RedisSession } from '../../queue/session';
import { messageIdPattern } from '../../contract/patterns';
import { messageStatus, type MessageStatus } from '../../queue/message-status';
import { before, DeadlineExceededError } from '../runtime/deadline';

/** What the answers are computed from. */
export interface Answering {
  readonly session: RedisSession;
  readonly subscriptions: readonly Subscription[];
  /** Limits above which a queue is a warning. @default those of the consumer package */
  readonly thresholds?: HealthThresholds | undefined;
  /** What confirms a write: `/health` reports its consequence. @default 'replicas' */
  readonly durability?: Durability;
}

/** An answer before it is HTTP. */
export interface Answer {
  readonly status: 200 | 400 | 404 | 405 | 503;
  readonly contentType: 'application/health+json' | 'application/json';
  readonly body: object;
  /** The supported method, if another one was used. */
  readonly allow?: 'GET';
}

/** The answer takes at most 2 s; the remainder is for logging. */
const limitMs = 1800;
/** Entries of each list that are searched for a message: four lists of this length, twice, take less than `limitMs`. */
const maxEntries = 25_000;

const paths = {
  '/live': 'the function runs; Redis is not asked',
  '/ready': 'a registration could be published now: Redis takes writes',
  '/health': 'Redis and every queue',
  '/messages/<message_id>': 'when a message was queued, and where it is for each service',
} as const;

/** Whether a path is one of those that are answered here. */
export function isHealthPath(path: string): boolean {
  return ['/live', '/ready', '/health'].includes(path) || path.startsWith('/messages/');
}

/** Answers one request. Never throws, and answers in time whatever Redis does. */
export async function answer(method: string, path: string, answering: Answering): Promise<Answer> {
  if (method !== 'GET') return { ...plain(405, `${method} is not answered, only GET`), allow: 'GET' };
  switch (path) {
    case '/live':
      return { status: 200, contentType: 'application/health+json', body: { status: 'pass' } };
    case '/ready':
      return health(answering, false);
    case '/health':
      return health(answering, true);
    default:
      if (path.startsWith('/messages/')) return message(path.slice('/messages/'.length), answering);
      return {
        ...plain(404, 'there is nothing at this path'),
        body: { error: 'there is nothing at this path', paths },
      };
  }
}

async function health(
  { session, subscriptions, thresholds, durability = 'replicas' }: Answering,
  inspectsQueues: boolean,
): Promise<Answer> {
  const queues = subscriptions.map(({ queue }) => queue);
  const found = await checkHealth(session, {
    ...(inspectsQueues
      ? { queues, unsubscribed: true, notes: durabilityNotes[durability] }
      : { queues: [], writesFor: queues }),
    limitMs,
    ...(thresholds === undefined ? {} : { thresholds }),
  });
  return { status: found.status === 'fail' ? 503 : 200, contentType: 'application/health+json', body: found };
}

async function message(encodedId: string, { session, subscriptions }: Answering): Promise<Answer> {
  const messageId = decoded(encodedId);
  if (!messageIdPattern.test(messageId)) {
    return plain(400, 'a message_id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : and -');
  }
  try {
    const looking = messageStatus(session, messageId, subscriptions, { maxEntries });
    const found = await before({ remainingMs: () => limitMs }, `looking for message ${messageId}`, looking);
    return { status: isKnown(found) ? 200 : 404, contentType: 'application/json', body: found };
  } catch (error) {
    // The pending command must not answer the next request.
    if (error instanceof DeadlineExceededError) session.reset();
    const fault: FaultName = error instanceof RedisError ? error.fault : 'command-timeout';
    return plain(503, (error as Error).message, { fault });
  }
}

/** A message whose search ended early may exist. */
function isKnown({ queued_at: queuedAt, refused, subscriptions }: MessageStatus): boolean {
  return queuedAt !== undefined || refused !== undefined || subscriptions.some(({ place }) => place !== 'not-found');
}

function plain(status: 400 | 404 | 405 | 503, error: string, more: object = {}): Answer {
  return { status, contentType: 'application/json', body: { error, ...more } };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
