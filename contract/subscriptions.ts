/** Who gets every message, and on which queue. */
export interface Subscription {
  /** The service's name, as in `hokusai-token`; replays address subscriptions by it. */
  readonly service: string;
  /** Its main queue's key: `model_events` or `model_events:<name>`. */
  readonly queue: string;
}

const pair = /^([a-z0-9-]{1,40})=(model_events(?::[a-z0-9-]{1,40})?)$/;

/**
 * Reads `service=queue` pairs, comma separated.
 * @throws TypeError naming the pair that is wrong, or the name that stands twice.
 */
export function parseSubscriptions(text: string): Subscription[] {
  const subscriptions = text.split(',').map((entry) => {
    const [, service, queue] = pair.exec(entry.trim()) ?? [];
    if (service === undefined || queue === undefined) {
      throw new TypeError(
        `subscriptions must be service=queue pairs, comma separated, as in hokusai-token=model_events; got "${entry.slice(0, 80)}"`,
      );
    }
    return { service, queue };
  });
  for (const names of [subscriptions.map(({ service }) => service), subscriptions.map(({ queue }) => queue)]) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw new TypeError(`subscriptions must name each service and queue once; "${twice}" stands twice`);
  }
  return subscriptions;
}

/** The inverse of `parseSubscriptions`. */
export function formatSubscriptions(subscriptions: readonly Subscription[]): string {
  return subscriptions.map(({ service, queue }) => `${service}=${queue}`).join(',');
}

/**
 * The subscriptions that a replay is for. An operator names them in the replay's name, `<service>[.<service>…].<label>`,
 * as in `hokusai-site.2026-11-23`: the only thing of a replay that its events carry.
 * @returns undefined where the name addresses nobody, or somebody unknown.
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
