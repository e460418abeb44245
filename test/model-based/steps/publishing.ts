/** Events are sent to the buffer; publishers receive them from it. */
import fc from 'fast-check';
import type { Step } from '../scenario';
import { anyFault, anyIndex, picked, formatFault, under } from './faults';

/** A new event for all services. */
const emit = fc.constant<Step>((scenario) => {
  const name = scenario.newEventName();
  scenario.log(`the registry emits ${name}`);
  scenario.buffer.send({ messageId: name, name, queues: scenario.queues });
  return undefined;
});

/** The emitter repeats an event after a lost reply, reuses an id, or the archive is replayed. */
const emitAgain = fc
  .tuple(fc.constantFrom('the same', 'other detail', 'replay'), anyIndex)
  .map(([kind, index]): Step => (scenario) => {
    const { buffer, queues } = scenario;
    const event = picked(buffer.sent, index);
    if (event === undefined) return undefined;
    scenario.log(`the registry emits ${event.name} again: ${kind}`);
    if (kind === 'the same') buffer.send(event);
    else if (kind === 'replay') buffer.send({ ...event, replayName: 'hokusai-site.r1', queues: [queues[1]] });
    else buffer.send({ ...event, name: `${event.name}-other` });
    return undefined;
  });

/** A publisher receives a batch; SQS deletes it only after the reply, and may still deliver it again. */
const publishBatch = fc
  .record({ from: anyIndex, size: fc.integer({ min: 1, max: 4 }), fault: anyFault, late: fc.nat(5) })
  .map(({ from, size, fault, late }): Step => async (scenario) => {
    const { buffer } = scenario;
    const source = late === 5 ? buffer.deleted : buffer.waiting;
    const start = source.length === 0 ? 0 : from % source.length;
    const batch = source.slice(start, start + size);
    if (batch.length === 0) return undefined;
    const again = late === 5 ? ' after deletion from SQS' : '';
    const names = batch.map(({ name }) => name).join(', ');
    scenario.log(`publisher-${(from % 2) + 1} publishes ${names}${again}${formatFault(fault)}`);
    const results = await under(fault, () => buffer.publish(batch));
    if (results === undefined) return undefined;
    buffer.delete(batch);
    return `→ ${results.join(', ')}`;
  });

/** A delivery after the `seen` keys expired is published again: equal texts, which the scripts must distinguish. */
const publishAfterSeenKeys = anyIndex.map((index): Step => async (scenario) => {
  const { buffer } = scenario;
  const event = picked(buffer.sent, index);
  if (event === undefined) return undefined;
  scenario.log(`the seen keys expire; publisher-1 publishes ${event.name}`);
  await buffer.forgetSeen();
  const results = await buffer.publish([event]);
  buffer.delete([event]);
  return `→ ${results.join(', ')}`;
});

export const publishing = fc.oneof(
  { weight: 6, arbitrary: emit },
  { weight: 3, arbitrary: emitAgain },
  { weight: 7, arbitrary: publishBatch },
  { weight: 4, arbitrary: publishAfterSeenKeys },
);
