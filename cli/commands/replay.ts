import { type Command, CommandError, type Invocation } from '../command';
import { changeOptions, confirmed } from '../confirmation';
import { interruptible } from '../interruption';
import { duration } from '../../contract/duration';
import { displayText } from '../display-text';
import type { ReplayPlan } from '../replay/replay-plan';
import { hasEnded } from '../replay/replay-state';

/** EventBridge archives an event with a delay of up to this. */
const archiveDelayMs = 10 * 60_000;

/** `model-events replay` */
export const replay: Command = {
  name: 'replay',
  summary: 'Replay archived registrations of a time range for the named services',
  details: `EventBridge sends every archived registration of that time to the bus again; the publisher delivers it only to the named
services. They also get messages that they processed before, and recognize them by message_id, the event's event_id. A
replay publishes each event once, even if it was published before. The command prints the plan and asks for confirmation.
A replay runs in EventBridge: Ctrl-C stops the progress output, not the replay (replay list, replay cancel). Exit code 1
if it did not complete.`,
  options: {
    from: { type: 'string', placeholder: 'TIME', help: 'start: 30m, 2h, 3d ago, or an ISO time (required)' },
    to: { type: 'string', placeholder: 'TIME', help: 'end, likewise; default: now' },
    subscription: {
      type: 'string',
      placeholder: 'SERVICE[,SERVICE]',
      help: 'services that get the messages (required)',
    },
    label: { type: 'string', placeholder: 'LABEL', help: "suffix of the replay's name; default: the current time" },
    'no-wait': { type: 'boolean', help: 'start the replay and do not wait for it' },
    local: { type: 'boolean', help: 'not supported: `make local` has no archive' },
    ...changeOptions,
  },
  changes: true,
  examples: [
    ['model-events replay -e development --from 2h --subscription hokusai-site --dry-run', 'print the plan'],
    [
      'model-events replay -e development --from 2026-11-23T10:00:00Z --to 2026-11-23T12:00:00Z --subscription hokusai-token,hokusai-site',
      'two hours, for both services, after Redis lost its messages',
    ],
  ],
  run: async (invocation) => {
    if (invocation.flag('local')) {
      throw new CommandError(
        '`make local` has no archive: emit the registrations again (model-events emit --local --file FILE)',
      );
    }
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const { planOf } = await import('../replay/replay-plan');
    const { followReplay, startReplay } = await import('../replay/run-replay');
    const plan = await planOf(invocation, environment, account);
    const place = environment.environment;
    if (!invocation.json) show(invocation, plan, place);
    if (invocation.flag('dry-run')) {
      if (invocation.json) invocation.screen.json({ ...planAsJson(plan), would: 'replay' });
      else invocation.screen.line('Nothing was started.');
      return 0;
    }
    const services = plan.subscriptions.map(({ service }) => service).join(', ');
    const question = `Replay ${plan.from.toISOString()} to ${plan.to.toISOString()} for ${services} in ${place}?`;
    if (!(await confirmed(invocation, question))) return 1;
    await startReplay(account, plan);
    return interruptible(invocation, async (interruption) => {
      const wait = !invocation.flag('no-wait');
      const { state, reason } = wait
        ? await followReplay(account, plan, interruption, invocation.processContext.stderr)
        : { state: 'STARTING', reason: undefined };
      printState(invocation, plan, place, state, reason);
      return state === 'COMPLETED' || !wait ? 0 : 1;
    });
  },
};

function show({ screen }: Invocation, { name, from, to, subscriptions, archive }: ReplayPlan, place: string): void {
  const ago = (time: Date): string => duration((Date.now() - time.getTime()) / 1000);
  screen.line(`Replay in ${place}:`);
  screen.line(`  time     ${from.toISOString()} to ${to.toISOString()} (${ago(from)} to ${ago(to)} ago)`);
  screen.line(`  archive  ${archive.name}, about ${archive.events} registrations in total`);
  for (const { service, queue } of subscriptions) screen.line(`  to       ${service}, queue ${queue}`);
  screen.line(`  name     ${name}`);
  screen.line(
    'Each registration of this time is queued again, also processed ones: consumers recognize them by message_id.',
  );
  screen.line('Other services get nothing. The replay publishes each event once.');
  if (Date.now() - to.getTime() < archiveDelayMs) {
    screen.line(screen.paint('Events of the last ten minutes may not be in the archive yet.', 'yellow'));
  }
}

const planAsJson = ({ name, from, to, subscriptions, archive }: ReplayPlan) => ({
  name,
  from: from.toISOString(),
  to: to.toISOString(),
  archive: archive.name,
  subscriptions,
});

function printState(
  { screen, json }: Invocation,
  plan: ReplayPlan,
  place: string,
  state: string,
  reason: string | undefined,
): void {
  if (json) screen.json({ ...planAsJson(plan), state, reason });
  else if (!hasEnded(state)) {
    screen.line(
      `${plan.name} continues in EventBridge (${state}). Follow it with npx model-events replay list -e ${place}.`,
    );
  } else {
    const why = reason === undefined ? '' : `: ${displayText(reason)}`;
    screen.line(`${plan.name}: ${state.toLowerCase()}${state === 'COMPLETED' ? '' : why}.`);
    if (state === 'COMPLETED')
      screen.line('The publisher now processes the events: model-events depths shows the queues.');
  }
}
