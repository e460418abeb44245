/** Time, and the monitors. */
import fc from 'fast-check';
import type { Step, Scenario } from '../scenario';
import type { CheckedQueue } from '../checked-queue';
import { anyIndex } from './faults';

/** Mostly the first queue, where most consumers are. */
export const queueAt = (scenario: Scenario, index: number): CheckedQueue => scenario.queues[index < 6 ? 0 : 1];

const timePasses = fc.constantFrom(1, 3, 20).map((minutes): Step => (scenario) => {
  scenario.log(`${minutes} minutes pass`);
  for (const queue of scenario.queues) queue.minutesPass(minutes);
  return undefined;
});

const requeueDelayed = anyIndex.map((index): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  scenario.log(`monitor-1 moves due retries of ${queue.name}`);
  return `→ ${await queue.requeueDelayed()}`;
});

const sweep = fc
  .tuple(anyIndex, fc.constantFrom(1, 3, 100), fc.constantFrom(1, 2, 100))
  .map(([index, from, count]): Step => async (scenario) => {
    const queue = queueAt(scenario, index);
    scenario.log(`monitor-2 sweeps ${count} claims of ${queue.name}, the ${from} oldest`);
    const { requeued, deadLettered, adopted } = await queue.sweep(from, count);
    return `→ ${requeued} back, ${deadLettered} dead-lettered, ${adopted} adopted`;
  });

const maintain = fc.tuple(anyIndex, fc.boolean()).map(([index, both]): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  scenario.log(`${both ? 'both monitors maintain' : 'monitor-1 maintains'} ${queue.name}`);
  const report = await queue.maintain(...(both ? [scenario.redis, scenario.monitor] : [scenario.redis]));
  const done = Object.entries(report).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return `→ ${done.join(', ') || 'nothing to do'}`;
});

export const maintenance = fc.oneof(
  { weight: 6, arbitrary: timePasses },
  { weight: 1, arbitrary: requeueDelayed },
  { weight: 3, arbitrary: sweep },
  { weight: 2, arbitrary: maintain },
);
