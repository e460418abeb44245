import type { Redis } from 'ioredis';
import { rootQueueOf, slotOf } from '../../contract/patterns';
import { recordedQueues } from '../../queue/covered-queues';
import { nearestName } from './option-names';

const mostListed = 20;

/** Why a consumer of this queue gets no message: no subscription uses it. Undefined if one does, or if none is recorded yet. */
export async function queueWarning(redis: Redis, queue: string): Promise<Error | undefined> {
  // The record is in the slot of the default queue, which the connection of another slot does not reach.
  if (slotOf(queue) !== rootQueueOf([queue])) return undefined;
  // The user of a Redis that others created may lack the right to read the record.
  const known = await recordedQueues(redis, [queue]).catch((): string[] => []);
  if (known.length === 0 || known.includes(queue)) return undefined;
  const nearest = nearestName(queue, known);
  const listed = known.slice(0, mostListed).join(', ') + (known.length > mostListed ? ', …' : '');
  return new Error(
    `no subscription uses the queue ${queue}, so no message arrives${nearest === undefined ? '.' : `: did you mean ${nearest}?`} ` +
      `The known queues are ${listed}; that of a new subscription is known a minute after its deployment`,
  );
}
