import { queueNamePattern, serviceNamePattern } from './patterns';

/** A service and its queue. */
export interface Subscription {
  /** The service's name, as in `hokusai-token`; replays address subscriptions by it. */
  readonly service: string;
  /** Its main queue's key: `model_events` or `model_events:<name>`. */
  readonly queue: string;
}

/**
 * Reads `service=queue` pairs, comma separated.
 * @throws TypeError that names the invalid pair or the duplicate name.
 */
export function parseSubscriptions(text: string): Subscription[] {
  const subscriptions = text.split(',').map((entry) => {
    const [service = '', queue = '', ...rest] = entry.trim().split('=');
    if (!serviceNamePattern.test(service) || !queueNamePattern.test(queue) || rest.length > 0) {
      throw new TypeError(
        `subscriptions must be service=queue pairs, comma separated, as in hokusai-token=model_events; got "${entry.slice(0, 80)}"`,
      );
    }
    return { service, queue };
  });
  for (const names of [subscriptions.map(({ service }) => service), subscriptions.map(({ queue }) => queue)]) {
    const duplicate = names.find((name, index) => names.indexOf(name) !== index);
    if (duplicate !== undefined)
      throw new TypeError(`subscriptions must name each service and queue once; duplicate: "${duplicate}"`);
  }
  return subscriptions;
}

/** The inverse of `parseSubscriptions`. */
export function formatSubscriptions(subscriptions: readonly Subscription[]): string {
  return subscriptions.map(({ service, queue }) => `${service}=${queue}`).join(',');
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
