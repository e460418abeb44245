/** The registrations of `make demo` and the expected result of each. */

/** The result of a registration for one service. */
export type End = 'acknowledged' | 'not queued' | `dead letter ${string}`;

/** One registration; `token` and `site` are the expected results for hokusai-token and hokusai-site. */
export interface Registration {
  readonly label: string;
  /** The raw text of `detail` that the registry writes. */
  readonly detail: string;
  readonly token: End;
  readonly site: End;
  /** Explains the result. */
  readonly why: string;
  /** Texts that must reach the consumers unchanged. */
  readonly exact?: readonly string[];
}

/** Model ids for which the demo's consumers fail. */
export const failingModels = {
  killed: 'consumer-killed',
  failsTwice: 'fails-twice',
  failsForGood: 'fails-for-good',
} as const;

const detail = (modelId: string, change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    model_id: modelId,
    token_symbol: 'CRSK-7',
    metric_name: 'auroc',
    baseline_value: 0.82,
    performance_data: { current_value: 0.87 },
    baseline_validated: true,
    event_id: `${modelId}-1`,
    ...change,
  });

const refused = (label: string, text: string, code: string, why: string): Registration => ({
  label,
  detail: text,
  token: `dead letter ${code}`,
  site: 'not queued',
  why,
});

const everywhere = (label: string, text: string, why: string, exact: readonly string[] = []): Registration => ({
  label,
  detail: text,
  token: 'acknowledged',
  site: 'acknowledged',
  why,
  exact,
});

const digits =
  '{"big":9007199254740993,"price":1.10,"huge":1e400,"minus":-0.0,"pi":3.141592653589793238462643383279502884197}';

/** Registered first; the registry is killed between their commits and the send. */
export const outboxed: readonly Registration[] = [
  everywhere('registry killed before it sends', detail('credit-risk-7'), 'its outbox keeps it, the relay sends it'),
  everywhere(
    'registered with it: unicode',
    detail('北斎-波-🌊', { event_id: 'wave-1', tags: { author: 'Zoë' } }),
    'any script in text',
    ['北斎-波-🌊', 'Zoë'],
  ),
  everywhere(
    'registered with it: decimals',
    detail('decimals').replace('0.87', '1.10'),
    'digits kept as Python wrote them',
    ['"current_value":1.10'],
  ),
];

/** Its transaction is open when the registry is killed, so that no event may be sent for it. */
export const uncommitted = detail('never-committed');

/** Registered next; its consumer is killed while it handles the message. */
export const killed = everywhere(
  'consumer killed while it works on it',
  detail(failingModels.killed),
  'lease ran out, reclaimed, done by the next consumer',
);

/** Registered last, in this order. */
export const registrations: readonly Registration[] = [
  everywhere('valid', detail('fraud-3'), 'every service gets its own copy'),
  everywhere(
    'numbers that a double cannot hold',
    detail('digits').replace('{"current_value":0.87}', digits),
    'digits kept as they were written',
    [digits],
  ),
  everywhere(
    'sent twice (event_id)',
    detail('sent-twice', { event_id: 'registration-41' }),
    'the second is a duplicate',
  ),
  everywhere('fails twice, then succeeds', detail(failingModels.failsTwice), 'two retries with backoff'),
  {
    label: 'always fails at hokusai-site',
    detail: detail(failingModels.failsForGood),
    token: 'acknowledged',
    site: 'dead letter HANDLER_FAILED',
    why: 'three retries, then dead-lettered; the other service is not affected',
  },
  {
    label: 'baseline not validated',
    detail: detail('draft', { baseline_validated: false }),
    token: 'not queued',
    site: 'not queued',
    why: 'not to be deployed: logged and counted',
  },
  everywhere('id of its own', detail('owner', { event_id: 'registration-42' }), 'the first with this event_id'),
  refused(
    'id of another',
    detail('thief', { event_id: 'registration-42' }),
    'ID_REUSED',
    'same event_id, other detail',
  ),
  refused(
    'broken: no model_id',
    detail('x').replace('"model_id":"x",', ''),
    'CONTRACT_VIOLATION',
    'a required field is missing',
  ),
  refused('broken: symbol', detail('x', { token_symbol: 'no spaces!' }), 'CONTRACT_VIOLATION', 'a pattern is not met'),
  refused(
    'broken: three fields at once',
    detail('x', { metric_name: '', baseline_value: 'high', contributor_address: '0x12' }),
    'CONTRACT_VIOLATION',
    'all violations in one dead letter',
  ),
  refused(
    'broken: 70 levels deep',
    detail('x').replace('0.87', '['.repeat(69) + ']'.repeat(69)),
    'TOO_DEEP',
    'more than 64 levels',
  ),
  refused('broken: 220 KB', detail('x', { notes: 'x'.repeat(220 * 1024) }), 'TOO_LARGE', 'more than 200 KB'),
];

/** The registration that the emitter sends twice. */
export const sentTwice = 'sent twice (event_id)';
