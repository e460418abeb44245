/** Entries that another program may push into the keys of a queue. */
import type { Redis } from 'ioredis';
import { claimDigestOf, claimIdOf } from '../../queue/holder';
import { keysOfSlot, type QueueKeys } from '../../queue/keys';
import { message } from './events';

const { probe: probeKey, seen: seenKey, smoke: smokeKey } = keysOfSlot('model_events');

/** Texts that are neither messages nor dead letters, by description. */
export const foreignTexts: Readonly<Record<string, string | Buffer>> = {
  'plain text': 'hello',
  'an empty text': '',
  'JSON of another program': '{"job":7,"message_id":9,"error":[],"payload":{"model_id":{}}}',
  'a JSON array': '[[1],{"message":1}]',
  'half a message': message('half').slice(0, -20),
  'a message with NaN in it': message('nan', '{"baseline_value":NaN}'),
  'a message with a line end in a text': message('line', '{"model_id":"a\nb"}'),
  'a text with control characters and markup': '\u001b[2J\u009b31m\u202e<script>alert(1)</script>\u0000',
  'bytes that are not UTF-8': Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x7d]),
  'bytes that are text once the text in them is taken out': Buffer.from([0xe2, 0xc3, 0xa9, 0x82, 0xac]),
  'a message with bytes that are not UTF-8': Buffer.concat([
    Buffer.from(message('bytes').slice(0, -2)),
    Buffer.from([0xff, 0x7d, 0x7d]),
  ]),
  'ten thousand arrays': '['.repeat(10_000) + ']'.repeat(10_000),
};

/** A score that is never due. */
const beyond = (text: string | Buffer): Buffer => Buffer.concat([Buffer.from(text), Buffer.from('.')]);

/** Every key of the pipeline, and how a text is added to it without changing its type. */
export const foreignPlaces = {
  main: (redis, keys, text) => redis.rpush(keys.main, text),
  processing: (redis, keys, text) => redis.lpush(keys.processing, text),
  delayed: (redis, keys, text) => redis.zadd(keys.delayed, '-inf', text, 'inf', beyond(text)),
  deadLetters: (redis, keys, text) => redis.rpush(keys.deadLetters, text),
  state: (redis, keys, text) => redis.hset(keys.state, text, text),
  claims: (redis, keys, text) => redis.hset(keys.claims, text, text),
  examined: (redis, keys, text) => redis.rpush(keys.examined, text),
  operator: (redis, keys, text) => redis.hset(keys.operator, text, text),
  leases: (redis, keys, text) => redis.zadd(keys.leases, '-inf', text, 'inf', beyond(text)),
  isolated: (redis, keys, text) => redis.sadd(keys.isolated, text),
  revoked: (redis, keys, text) => redis.zadd(keys.revoked, '-inf', text, 'inf', beyond(text)),
  idle: (redis, keys, text) => redis.zadd(keys.idle, '-inf', text, 'inf', beyond(text)),
  wake: (redis, keys, text) => redis.lpush(keys.wake, text),
  samples: (redis, keys, text) => redis.lpush(keys.samples, text),
  formerLeases: (redis, keys, text) => redis.zadd(keys.formerLeases, '-inf', text, 'inf', beyond(text)),
  formerHolders: (redis, keys, text) => redis.hset(keys.formerHolders, text, text),
  'a claim': async (redis, keys, text) => {
    await redis.lpush(keys.processing, text);
    const holder = { nonce: 'n-1', consumer: '', claimedAtMs: '', started: true };
    await redis.zadd(keys.leases, 'inf', claimIdOf(text, holder));
    // The consumer's name is a byte that is not UTF-8.
    await redis.hset(keys.claims, claimDigestOf(text), Buffer.from(`n-1 \u00ff ${'9'.repeat(400)} 1`, 'latin1'));
  },
  seen: (redis, _, text) => redis.set(seenKey('taken'), text),
  smoke: (redis, _, text) => redis.lpush(smokeKey, text),
  probe: (redis, _, text) => redis.set(probeKey, text),
} as const satisfies Readonly<
  Record<
    keyof QueueKeys | 'a claim' | 'seen' | 'smoke' | 'probe',
    (redis: Redis, keys: QueueKeys, text: string | Buffer) => Promise<unknown>
  >
>;

/** All texts under all keys of a queue, and of the pipeline. */
export async function fillWithForeignTexts(redis: Redis, keys: QueueKeys): Promise<void> {
  for (const put of Object.values(foreignPlaces)) {
    for (const text of Object.values(foreignTexts)) await put(redis, keys, text);
  }
}

/** Characters that no log line and no output may contain: control, bidirectional and separator characters, unpaired surrogates. */
export const unprintable = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
