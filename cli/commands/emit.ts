import type { Bus } from '../bus';
import { type Command, type ExitCode, type Invocation, UsageError } from '../command';
import { changeOptions, confirmed } from '../confirmation';
import { detailOptions, detailsOf } from '../emit/details';
import type { Put } from '../emit/put';
import { type Problem, type Registration, registrationIn } from '../emit/registration';
import { interruptible } from '../interruption';
import { queueAccessOptions } from '../queues/queue-options';
import { displayText } from '../display-text';
import { Progress } from '../progress';

/** Of a file full of mistakes, a screenful. */
const shownProblems = 20;
/** More than these are not listed one by one. */
const shownInDryRun = 20;

/** `model-events emit` */
export const emit: Command = {
  name: 'emit',
  summary: 'Put registrations on the bus, as the registry does',
  details: `One from the options, or those of a file: one JSON detail, or one on each line. Numbers go out as they stand, digit for digit.
All are checked against the contract first; if one is bad, each fault is named and nothing is sent. One without an event_id
gets one made from its text: the same sent again counts once, as long as the publisher remembers it (24 hours). Another
--event-id makes it another event. Exit code 1 where the bus did not take one, or Ctrl-C left some unsent.`,
  options: { ...queueAccessOptions, ...detailOptions, ...changeOptions },
  examples: [
    ['model-events emit -e development --file registrations.jsonl --dry-run', 'what would be sent; faults are named'],
    [
      `model-events emit --local --model-id credit-risk-7 --token-symbol CRISK --metric-name auc --baseline-value 0.870 --performance-data '{"current_value":0.9}'`,
      'one, on the bus of `make local`',
    ],
  ],
  run: async (invocation) => {
    const registrations = checked(invocation);
    const { chosenBus, registrationTarget } = await import('../bus');
    const bus = await chosenBus(invocation);
    // Before anything goes out: events for a bus that is not there are dropped without a word.
    await registrationTarget(bus);
    if (invocation.flag('dry-run')) return dryRun(invocation, bus, registrations);
    const question = `Put ${registrations.length} registrations on bus ${bus.name} of ${bus.place}?`;
    if (registrations.length > 1 && !(await confirmed(invocation, question))) {
      invocation.screen.line('Nothing was sent.');
      return 1;
    }
    return send(invocation, bus, registrations);
  },
};

/** @throws UsageError that names every fault of every text */
function checked(invocation: Invocation): Registration[] {
  const registrations: Registration[] = [];
  const problems: Problem[] = [];
  for (const detail of detailsOf(invocation)) {
    const found = registrationIn(detail);
    if ('reason' in found) problems.push(found);
    else registrations.push(found);
  }
  if (problems.length === 0) return registrations;
  const told = problems.slice(0, shownProblems).map(({ place, reason }) => `  ${place}: ${reason}`);
  if (problems.length > told.length) told.push(`  and ${problems.length - told.length} more`);
  throw new UsageError(`${problems.length} break the contract, so nothing was sent:\n${told.join('\n')}`);
}

function dryRun({ screen, json }: Invocation, bus: Bus, registrations: readonly Registration[]): ExitCode {
  if (json) {
    for (const { eventId, published } of registrations) {
      screen.jsonLine({ event_id: eventId, bus: bus.name, published, would: 'emit' });
    }
    return 0;
  }
  screen.line(`Would put ${registrations.length} on bus ${bus.name} of ${bus.place}:`);
  for (const { eventId, published } of registrations.slice(0, shownInDryRun)) {
    screen.line(`  ${eventId}${published ? '' : notPublished}`);
  }
  const more = registrations.length - shownInDryRun;
  if (more > 0) screen.line(`  and ${more} more`);
  return 0;
}

const notPublished = '  (baseline not validated: counted, no service sees it)';

async function send(invocation: Invocation, bus: Bus, registrations: readonly Registration[]): Promise<ExitCode> {
  const { screen, json } = invocation;
  const progress = new Progress(invocation.processContext.stderr, `emitting to ${bus.name}`, registrations.length);
  let [sent, refused] = [0, 0];
  const tell = ({ registration: { eventId, published }, id, error }: Put): void => {
    if (id === undefined) refused++;
    else sent++;
    if (json) screen.jsonLine({ event_id: eventId, id, published, error });
    else if (id !== undefined) screen.line(`${eventId}  on the bus as ${id}${published ? '' : notPublished}`);
    else screen.line(`${eventId}  not taken by the bus: ${displayText(error)}`);
    progress.at(sent + refused);
  };
  try {
    const { putAll } = await import('../emit/put');
    await interruptible(invocation, (interruption) => putAll(bus, registrations, interruption, tell));
  } finally {
    progress.end();
    const unsent = registrations.length - sent - refused;
    if (!json && unsent + refused > 0) {
      screen.line(
        `${sent} of ${registrations.length} are on the bus, ${unsent + refused} are not. Call it again: what is sent twice counts once.`,
      );
    }
  }
  return sent === registrations.length ? 0 : 1;
}
