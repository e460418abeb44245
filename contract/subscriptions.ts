import { queueNamePattern, rootQueueOf, serviceNamePattern } from './patterns';

/** How often a message is attempted, and how long a plain consumer may hold one; the same for the monitor and the consumers. */
export interface QueuePolicy {
  /** Retries before a message is dead-lettered, also after lost leases, 0-100. */
  readonly maxRetries: number;
  /** Lease of a plain consumer's claim, from the monitor's first run that finds it, 60-86400. */
  readonly plainLeaseSeconds: number;
}

export const defaultQueuePolicy: QueuePolicy = { maxRetries: 3, plainLeaseSeconds: 900 };

/** Least and largest value of each setting of a policy. */
export const queuePolicyLimits = {
  maxRetries: [0, 100],
  plainLeaseSeconds: [60, 86_400],
} as const satisfies Record<keyof QueuePolicy, readonly [number, number]>;

/** A service and its queue. */
export interface Subscription extends Partial<QueuePolicy> {
  /** The service's name, as in `hokusai-token`; replays address subscriptions by it. */
  readonly service: string;
  /** Its main queue's key: `model_events` or `model_events:<name>`. */
  readonly queue: string;
}

/** The default queue of these subscriptions: `{model_events}` where their queues have hash tags. */
export const rootQueueIn = (subscriptions: readonly Pick<Subscription, 'queue'>[]): string =>
  rootQueueOf(subscriptions.map(({ queue }) => queue));

/**
 * Reads `service=queue` pairs, comma separated, each with its policy where it is not the default:
 * `hokusai-site=model_events:site maxRetries=5`.
 * @throws TypeError that names the invalid pair or the duplicate name.
 */
export function parseSubscriptions(text: string): Subscription[] {
  const subscriptions = text.split(',').map((entry) => {
    const [pair = '', ...settings] = entry.trim().split(' ');
    const [service = '', queue = '', ...rest] = pair.split('=');
    const policy = settings.map(policySettingIn);
    if (
      !serviceNamePattern.test(service) ||
      !queueNamePattern.test(queue) ||
      rest.length > 0 ||
      policy.includes(undefined)
    ) {
      throw new TypeError(
        `subscriptions must be service=queue pairs, comma separated, as in hokusai-token=model_events; got "${entry.slice(0, 80)}"`,
      );
    }
    return { service, queue, ...policyOf(Object.assign({}, ...policy) as Partial<QueuePolicy>) };
  });
  for (const names of [subscriptions.map(({ service }) => service), subscriptions.map(({ queue }) => queue)]) {
    const duplicate = names.find((name, index) => names.indexOf(name) !== index);
    if (duplicate !== undefined)
      throw new TypeError(`subscriptions must name each service and queue once; duplicate: "${duplicate}"`);
  }
  return subscriptions;
}

function policySettingIn(text: string): Partial<QueuePolicy> | undefined {
  const [, name = '', digits] = /^(\w+)=(\d{1,6})$/.exec(text) ?? [];
  if (!(name in queuePolicyLimits)) return undefined;
  const [least, most] = queuePolicyLimits[name as keyof QueuePolicy];
  return Number(digits) >= least && Number(digits) <= most ? { [name]: Number(digits) } : undefined;
}

/** The inverse of `parseSubscriptions`. */
export function formatSubscriptions(subscriptions: readonly Subscription[]): string {
  return subscriptions
    .map((subscription) => {
      const own = (Object.keys(queuePolicyLimits) as (keyof QueuePolicy)[]).flatMap((name) => {
        const value = subscription[name];
        return value === undefined || value === defaultQueuePolicy[name] ? [] : [` ${name}=${value}`];
      });
      return `${subscription.service}=${subscription.queue}${own.join('')}`;
    })
    .join(',');
}

/** The policy of a queue, with the defaults in place. */
export function policyOf({ maxRetries, plainLeaseSeconds }: Partial<QueuePolicy> = {}): QueuePolicy {
  return {
    maxRetries: maxRetries ?? defaultQueuePolicy.maxRetries,
    plainLeaseSeconds: plainLeaseSeconds ?? defaultQueuePolicy.plainLeaseSeconds,
  };
}

/**
 * The subscriptions that a replay addresses. An operator lists them in the replay's name, `<service>[.<service>…].<label>`,
 * as in `hokusai-site.2026-11-23`: the name is the only property of a replay that its events contain.
 * @returns undefined if the name contains no service or an unknown one.
 */
export function subscriptionsOfReplay(
  replayName: string,
  subscriptions: readonly Subscription[],
): Subscription[] | undefined {
  const services = replayName.split('.').slice(0, -1);
  const addressed = services.map((service) => subscriptions.find((subscription) => subscription.service === service));
  const known = addressed.filter((subscription) => subscription !== undefined);
  return known.length === services.length && known.length > 0 ? [...new Set(known)] : undefined;
}
