import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { composeDeadLetter } from '../../contract/dead-letter';
import { composeMessage } from '../../contract/message';
import { publish, type PublishRecord, type PublishResult } from '../../queue/publish';
import type { CheckedQueue } from './checked-queue';

/** One event in the SQS buffer; two of them may be the same event, sent twice. */
export interface BufferedEvent {
  readonly sqsMessageId: string;
  readonly messageId: string;
  /** Distinguishes events that have the same id; printed in the scenario. */
  readonly name: string;
  readonly replayName?: string;
  readonly queues: readonly CheckedQueue[];
}

/** The text of the event in a dead letter. */
export function eventText({ messageId, name }: BufferedEvent): string {
  return JSON.stringify({ message_id: messageId, payload: { model_id: name } });
}

/** The SQS buffer and the expected `seen` keys; `publish` runs in Redis and in the models. */
export class CheckedBuffer {
  /** Not deleted yet: SQS will deliver it. */
  readonly waiting: BufferedEvent[] = [];
  /** Deleted; SQS may still deliver it once more. */
  readonly deleted: BufferedEvent[] = [];
  /** Every event ever sent. */
  readonly sent: BufferedEvent[] = [];
  private readonly seen = new Map<string, string>();
  private lastSqsMessage = 0;

  constructor(
    private readonly redis: Redis,
    private readonly queues: readonly [CheckedQueue, CheckedQueue],
  ) {}

  send(event: Omit<BufferedEvent, 'sqsMessageId'>): void {
    const buffered = { ...event, sqsMessageId: `sqs-${++this.lastSqsMessage}` };
    this.waiting.push(buffered);
    this.sent.push(buffered);
  }

  delete(events: readonly BufferedEvent[]): void {
    for (const event of events) {
      const index = this.waiting.indexOf(event);
      if (index >= 0) this.deleted.push(...this.waiting.splice(index, 1));
    }
  }

  /** Like the publisher: reused ids become dead letters in a second call. @returns the results of the first call. */
  async publish(events: readonly BufferedEvent[]): Promise<PublishResult[]> {
    const results = await this.publishRecords(events.map((event) => ({ event, refused: false })));
    if (!results.includes('id-reused')) return results;
    await this.publishRecords(events.map((event, index) => ({ event, refused: results[index] === 'id-reused' })));
    return results;
  }

  /** The `seen` keys expire. */
  async forgetSeen(): Promise<void> {
    this.seen.clear();
    const keys = await this.redis.keys('model_events:seen:*');
    if (keys.length > 0) await this.redis.del(...keys);
  }

  private async publishRecords(writes: { event: BufferedEvent; refused: boolean }[]): Promise<PublishResult[]> {
    const { results } = await publish(this.redis, writes.map(recordOf), {
      queues: this.queues.map(({ name }) => name),
      seenSeconds: 86_400,
      minReplicaAcks: 0,
      replicaWaitMs: 500,
    });
    const expected = writes.map(({ event, refused }) => this.written(event, refused));
    assert.deepEqual(results, expected, 'results of the batch');
    return [...results];
  }

  private written(event: BufferedEvent, refused: boolean): PublishResult {
    const key = refused ? `sqs/${event.sqsMessageId}` : `${event.replayName ?? ''}/${event.messageId}`;
    const digest = refused ? 'refused' : event.name;
    const known = this.seen.get(key);
    if (known !== undefined) return known === digest ? 'duplicate' : 'id-reused';
    this.seen.set(key, digest);
    if (refused) {
      const letter = { text: eventText(event), by: 'publisher', code: 'ID_REUSED' };
      this.queues[0].model.deadLetters.unshift(letter);
    } else {
      for (const { model, ledger } of event.queues) {
        model.main.unshift(messageText(event));
        ledger.accept(messageText(event));
      }
    }
    return 'published';
  }
}

function recordOf({ event, refused }: { event: BufferedEvent; refused: boolean }): PublishRecord {
  const { sqsMessageId, messageId, name, queues, replayName } = event;
  if (refused) {
    const error = { code: 'ID_REUSED', message: 'no' };
    const letter = composeDeadLetter(eventText(event), true, error, 'publisher', 'model_events');
    return { kind: 'dead-letter', sqsMessageId, ...letter };
  }
  return {
    kind: 'message',
    messageId,
    digest: name,
    text: messageText(event),
    queues: queues.map((queue) => queue.name),
    ...(replayName === undefined ? {} : { replayName }),
  };
}

function messageText({ messageId, name, replayName }: BufferedEvent): string {
  return composeMessage({
    messageId,
    correlationId: messageId,
    timestamp: '2026-11-23T10:00:00.000Z',
    payloadText: JSON.stringify({ model_id: name }),
    ...(replayName === undefined ? {} : { replayName }),
  });
}
