/** The operators: dead letters sent back or deleted, messages taken from consumers that hang. */
import fc from 'fast-check';
import type { CheckedQueue } from '../checked-queue';
import { eventText } from '../checked-buffer';
import type { Step, Scenario } from '../scenario';
import { shown } from '../texts';
import { anyFault, anyIndex, type Fault, picked, shownAnswer, shownFault, under } from './faults';
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
  scenario.tell(`an operator redrives ${shown(text)} of ${queue.name}, from the ${end}${shownFault(fault)}`);
  const outcome = await under(fault, async () => {
    const result = await queue.redrive(letter, end);
    return result === 'needs-buffer' ? sendThroughBuffer(scenario, queue, { letter, text }, fault) : result;
  });
  return shownAnswer(fault, outcome);
});

async function sendThroughBuffer(
  { buffer }: Scenario,
  queue: CheckedQueue,
  { letter, text }: { letter: string; text: string },
  fault: Fault,
): Promise<string | undefined> {
  const refused = buffer.sent.find((event) => eventText(event) === text);
  if (refused === undefined) throw new Error(`nobody ever sent the event of the dead letter ${letter}`);
  buffer.send(refused);
  // Where the operator's program ends between the two, the event is in both places.
  return fault === 'crash after it' ? undefined : queue.discard(letter, 'oldest');
}

const discard = anyRequest.map(({ index, which, end, fault }): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  const deadLettered = picked(queue.model.deadLetters, which);
  if (deadLettered?.letter === undefined) return undefined;
  const { letter, text, by } = deadLettered;
  scenario.tell(`an operator discards ${shown(text)} of ${queue.name}, from the ${end}${shownFault(fault)}`);
  if (by !== 'publisher') queue.ledger.finish(text);
  return shownAnswer(fault, await under(fault, () => queue.discard(letter, end)));
});

const release = anyRequest.map(({ index, which, fault }): Step => async (scenario) => {
  const queue = queueAt(scenario, index);
  const text = picked(queue.model.processing, which);
  if (text === undefined) return undefined;
  scenario.tell(`an operator takes ${shown(text)} of ${queue.name} from its consumer${shownFault(fault)}`);
  return shownAnswer(fault, await under(fault, () => queue.releaseClaim(text)));
});

export const operating = fc.oneof(
  { weight: 3, arbitrary: redrive },
  { weight: 1, arbitrary: discard },
  { weight: 2, arbitrary: release },
);
