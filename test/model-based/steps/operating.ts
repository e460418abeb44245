/** Operators: redrive and discard dead letters, release claims of hanging consumers. */
import fc from 'fast-check';
import type { CheckedQueue } from '../checked-queue';
import { eventText } from '../checked-buffer';
import type { Step, Scenario } from '../scenario';
import { formatText } from '../texts';
import { anyFault, anyIndex, type Fault, picked, formatAnswer, formatFault, under } from './faults';
import { queueAt } from './maintenance';

const anyRequest = fc.record({
  index: anyIndex,
  which: anyIndex,
  end: fc.constantFrom('newest' as const, 'oldest' as const),
  fault: anyFault,
});

const redrive = anyRequest.map(({ index, which, end, fault }): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  const deadLettered = picked(queue.model.deadLetters, which);
  if (deadLettered?.letter === undefined) return undefined;
  const { letter, text } = deadLettered;
  scenario.log(`an operator redrives ${formatText(text)} of ${queue.name}, from the ${end}${formatFault(fault)}`);
  const outcome = await under(fault, async () => {
    const result = await queue.redrive(letter, end);
    return result === 'needs-buffer' ? sendThroughBuffer(scenario, queue, { letter, text }, fault) : result;
  });
  return formatAnswer(fault, outcome);
});

async function sendThroughBuffer(
  { buffer }: Scenario,
  queue: CheckedQueue,
  { letter, text }: { letter: string; text: string },
  fault: Fault,
): Promise<string | undefined> {
  const refused = buffer.sent.find((event) => eventText(event) === text);
  if (refused === undefined) throw new Error(`the event of the dead letter ${letter} was never sent`);
  buffer.send(refused);
  // If the operator's program crashes between the two calls, the event is in both places.
  return fault === 'crash after it' ? undefined : queue.discard(letter, 'oldest');
}

const discard = anyRequest.map(({ index, which, end, fault }): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  const deadLettered = picked(queue.model.deadLetters, which);
  if (deadLettered?.letter === undefined) return undefined;
  const { letter, text, by } = deadLettered;
  scenario.log(`an operator discards ${formatText(text)} of ${queue.name}, from the ${end}${formatFault(fault)}`);
  if (by !== 'publisher') queue.ledger.finish(text);
  return formatAnswer(fault, await under(fault, () => queue.discard(letter, end)));
});

const release = anyRequest.map(({ index, which, fault }): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  const text = picked(queue.model.processing, which);
  if (text === undefined) return undefined;
  scenario.log(`an operator releases ${formatText(text)} of ${queue.name}${formatFault(fault)}`);
  return formatAnswer(fault, await under(fault, () => queue.releaseClaim(text)));
});

const pause = anyIndex.map((index): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  scenario.log(`an operator pauses or resumes ${queue.name}`);
  return `→ ${(await queue.pauseOrResume()) ? 'paused' : 'resumed'}`;
});

export const operating = fc.oneof(
  { weight: 3, arbitrary: redrive },
  { weight: 1, arbitrary: discard },
  { weight: 2, arbitrary: release },
  { weight: 1, arbitrary: pause },
);
