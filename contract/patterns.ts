/** The pattern of each kind of id and name, anchored at both ends, with its description where a rule's text needs one. */

/** A message id, a correlation id, or the registry's `event_id`. */
export const messageIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;
export const messageIdRule = '1 to 128 of A-Z, a-z, 0-9, . _ : and -';

export const tokenSymbolPattern = /^[A-Za-z0-9-]{1,64}$/;
export const contributorAddressPattern = /^0x[0-9A-Fa-f]{40}$/;

/** Id of a dead letter or a claim for operators: the first 16 hex digits of its text's SHA-256. */
export const textIdPattern = /^[0-9a-f]{16}$/;

/** Name of an archive replay. */
export const replayNamePattern = /^[A-Za-z0-9._-]{1,64}$/;

/** Name of a consumer, stored in the holder record of its claims. */
export const consumerNamePattern = /^[A-Za-z0-9._:-]{1,64}$/;

/** Name of a service. */
export const serviceNamePattern = /^[a-z0-9-]{1,40}$/;

/** The default queue; the pipeline's own keys begin with its name. */
export const rootQueue = 'model_events';

/**
 * A queue's key: `model_events` or `model_events:<name>`. In cluster mode it has a hash tag, which selects its slot: queues named
 * `{model_events}` and `{model_events}:<name>` share one, `{model_events:<name>}` has its own.
 */
export const queueNamePattern = queueNames('[a-z0-9-]{1,40}');

/** Suffixes of the pipeline's own keys; a queue of such a name would share them. */
export const reservedQueueNames = [
  'processing',
  'dlq',
  'delayed',
  'state',
  'claims',
  'leases',
  'isolated',
  'revoked',
  'idle',
  'wake',
  'samples',
  'queues',
  'seen',
  'smoke',
  'probe',
  'console-key',
] as const;

/** As `queueNamePattern`, without the reserved names. */
export const unreservedQueueNamePattern = queueNames(`(?!(?:${reservedQueueNames.join('|')})(?:\\}|$))[a-z0-9-]{1,40}`);
export const unreservedQueueNameRule =
  'model_events, or model_events:NAME of lower-case letters, digits and dashes, in cluster mode with a hash tag as in ' +
  `{model_events}:NAME or {model_events:NAME}; reserved are ${reservedQueueNames.join(', ')}`;

function queueNames(name: string): RegExp {
  return new RegExp(`^(?:(?:model_events|\\{model_events\\})(?::${name})?|\\{model_events:${name}\\})$`);
}

/**
 * Where the keys beside a queue's own begin: its hash tag, or `model_events` for a queue without one. Keys with the same beginning
 * are in one slot.
 */
export function slotOf(queue: string): string {
  return /^\{[^}]+\}/.exec(queue)?.[0] ?? rootQueue;
}

/** The default queue of a configuration: `{model_events}` where the queues have hash tags. */
export function rootQueueOf(queues: readonly string[]): string {
  return queues.some((queue) => queue.startsWith('{')) ? `{${rootQueue}}` : rootQueue;
}
