import { traceIdOf } from '../../contract/trace-context';
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

const maxListedProblems = 20;
const maxListedInDryRun = 20;

/** `model-events emit` */
export const emit: Command = {
  name: 'emit',
  summary: 'Send registrations to the event bus, as the registry does',
  details: `Sends one registration from the options, or those of a file: one JSON detail, or one on each line. Numbers keep every digit.
All are validated against the contract first; if one is invalid, every error is printed and nothing is sent. Without an
event_id, one is derived from the text: sending the same text again within 24 hours has no effect. Another --event-id
makes it another event. Exit code 1 if the bus refused an event, or Ctrl-C left some unsent.`,
  options: { ...queueAccessOptions, ...detailOptions, ...changeOptions },
  changes: true,
  examples: [
    [
      'model-events emit -e development --file registrations.jsonl --dry-run',
      'validate the file and print what would be sent',
    ],
    [
      `model-events emit --local --model-id credit-risk-7 --token-symbol CRISK --metric-name auc --baseline-value 0.870 --performance-data '{"current_value":0.9}'`,
      'one registration, to the bus of `make local`',
    ],
  ],
  run: async (invocation) => {
    const registrations = validated(invocation);
    const { selectedBus, registrationTarget } = await import('../bus');
    const bus = await selectedBus(invocation);
    // Before anything is sent: EventBridge silently drops events for a bus that does not exist.
    await registrationTarget(bus);
    if (invocation.flag('dry-run')) return dryRun(invocation, bus, registrations);
    const question = `Send ${registrations.length} registrations to bus ${bus.name} of ${bus.place}?`;
    if (registrations.length > 1 && !(await confirmed(invocation, question))) return 1;
    return send(invocation, bus, registrations);
  },
};

/** @throws UsageError that lists the errors of every text */
function validated(invocation: Invocation): Registration[] {
  const registrations: Registration[] = [];
  const problems: Problem[] = [];
  for (const detail of detailsOf(invocation)) {
    const found = registrationIn(detail);
    if ('reason' in found) problems.push(found);
    else registrations.push(found);
  }
  if (problems.length === 0) return registrations;
  const lines = problems.slice(0, maxListedProblems).map(({ place, reason }) => `  ${place}: ${reason}`);
  if (problems.length > lines.length) lines.push(`  and ${problems.length - lines.length} more`);
  throw new UsageError(`${problems.length} registrations are invalid, nothing was sent:\n${lines.join('\n')}`);
}

function dryRun({ screen, json }: Invocation, bus: Bus, registrations: readonly Registration[]): ExitCode {
  if (json) {
    for (const { eventId, published } of registrations) {
      screen.jsonLine({ event_id: eventId, bus: bus.name, published, would: 'emit' });
    }
    return 0;
  }
  screen.line(`Would send ${registrations.length} registrations to bus ${bus.name} of ${bus.place}:`);
  for (const { eventId, published } of registrations.slice(0, maxListedInDryRun)) {
    screen.line(`  ${eventId}${published ? '' : notPublished}`);
  }
  const more = registrations.length - maxListedInDryRun;
  if (more > 0) screen.line(`  and ${more} more`);
  return 0;
}

const notPublished = '  (baseline not validated: counted, not published)';

async function send(invocation: Invocation, bus: Bus, registrations: readonly Registration[]): Promise<ExitCode> {
  const { screen, json } = invocation;
  const progress = new Progress(invocation.processContext.stderr, `emitting to ${bus.name}`, registrations.length);
  let [sent, refused] = [0, 0];
  const printResult = ({ registration: { eventId, published, traceHeader }, id, error }: Put): void => {
    if (id === undefined) refused++;
    else sent++;
    if (json) screen.jsonLine({ event_id: eventId, id, published, trace_id: traceIdOf(traceHeader), error });
    else if (id !== undefined) screen.line(`${eventId}  sent as ${id}${published ? '' : notPublished}`);
    else screen.line(`${eventId}  refused by the bus: ${displayText(error)}`);
    progress.at(sent + refused);
  };
  try {
    const { putAll } = await import('../emit/put');
    await interruptible(invocation, (interruption) => putAll(bus, registrations, interruption, printResult));
  } finally {
    progress.end();
    const unsent = registrations.length - sent - refused;
    if (unsent + refused > 0) {
      screen.summary(
        `${sent} of ${registrations.length} sent, ${unsent + refused} not sent. Run the command again: events that were sent already have no effect.`,
        json,
      );
    }
  }
  return sent === registrations.length ? 0 : 1;
}
