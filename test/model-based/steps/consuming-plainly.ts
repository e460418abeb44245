/** Consumers that use LMOVE and LREM, without leases. */
import fc from 'fast-check';
import type { PlainConsumer, Step, Scenario } from '../scenario';
import { formatText, formatTexts } from '../texts';
import { anyFault, anyIndex, picked, formatAnswer, formatFault, under } from './faults';

const busy = (scenario: Scenario): PlainConsumer[] => scenario.plainConsumers.filter(({ held }) => held.length > 0);

const take = fc.record({ who: anyIndex, fault: anyFault }).map(({ who, fault }): Step => async (scenario) => {
  const plain = scenario.plainConsumers[who % scenario.plainConsumers.length] as PlainConsumer;
  scenario.log(`${plain.name} takes from ${plain.queue.name}${formatFault(fault)}`);
  const text = await under(fault, () => plain.queue.takePlainly());
  if (text !== undefined) plain.held.push(text);
  if (fault === 'crash after it') plain.held.length = 0;
  return formatAnswer(fault, text === undefined ? 'nothing' : formatText(text));
});

/** After a lost reply it removes the text again later. */
const finish = fc
  .record({ who: anyIndex, which: anyIndex, fault: anyFault })
  .map(({ who, which, fault }): Step => async (scenario) => {
    const plain = picked(busy(scenario), who);
    const text = picked(plain?.held ?? [], which);
    if (plain === undefined || text === undefined) return undefined;
    scenario.log(`${plain.name} has done ${formatText(text)} and removes it${formatFault(fault)}`);
    const removed = await under(fault, () => plain.queue.finishPlainly(text));
    if (removed !== undefined) plain.held.splice(plain.held.indexOf(text), 1);
    if (fault === 'crash after it') plain.held.length = 0;
    return formatAnswer(fault, removed);
  });

const crash = anyIndex.map((who): Step => (scenario) => {
  const plain = picked(busy(scenario), who);
  if (plain === undefined) return undefined;
  scenario.log(`${plain.name} crashes with ${formatTexts(plain.held.splice(0))}`);
  return undefined;
});

/** A text that is not a message: it must be consumed or dead-lettered, like the others. */
const foreign = fc
  .tuple(anyIndex, fc.constantFrom('', 'half a mess'))
  .map(([which, text]): Step => async (scenario) => {
    const queue = scenario.queues[which < 6 ? 0 : 1];
    scenario.log(`another client pushes ${JSON.stringify(text)} into ${queue.name}`);
    await scenario.redis.lpush(queue.name, text);
    queue.model.main.unshift(text);
    queue.ledger.accept(text);
    return undefined;
  });

export const consumingPlainly = fc.oneof(
  { weight: 6, arbitrary: take },
  { weight: 6, arbitrary: finish },
  { weight: 2, arbitrary: crash },
  { weight: 1, arbitrary: foreign },
);
