/** The rules of queue names that depend on the mode of Redis. */
import type { Subscription } from '../contract/subscriptions';
import type { Problem } from './fields';

/** In cluster mode each name needs a hash tag; without it, all names have one or none, since they share keys beside the queues'. */
export function queueNameProblems(
  subscriptions: readonly Pick<Subscription, 'queue'>[],
  clusterMode: boolean,
): Problem[] {
  const isTagged = (queue: string): boolean => queue.startsWith('{');
  if (!clusterMode && !subscriptions.some(({ queue }) => isTagged(queue))) return [];
  return subscriptions.flatMap(({ queue }, index) =>
    isTagged(queue)
      ? []
      : {
          path: `subscriptions[${index}].queue`,
          rule: clusterMode
            ? 'a name with a hash tag, since Redis runs in cluster mode: one step changes several keys of a queue'
            : 'a name with a hash tag, as the other subscriptions have: the keys beside the queues are common to all',
          value: `"${queue}"`,
          remedy: taggedNames(queue),
        },
  );
}

function taggedNames(queue: string): string {
  const [root = '', name] = queue.split(':');
  if (name === undefined) return `Write "{${root}}".`;
  return `Write "{${root}}:${name}", which shares a slot with {${root}}, or "{${root}:${name}}", which has a slot of its own.`;
}
