import { type Command, CommandError, type Invocation } from '../command';
import { changeOptions, confirmed } from '../confirmation';
import { interruptible } from '../interruption';
import { duration } from '../../contract/duration';
import { displayText } from '../display-text';
import type { ReplayPlan } from '../replay/replay-plan';
import { hasEnded } from '../replay/replay-state';

/** Until then an event may be on the bus and not yet in the archive. */
const archiveDelayMs = 10 * 60_000;

/** `model-events replay` */
export const replay: Command = {
  name: 'replay',
  summary: 'Bring the registrations of a time back from the archive, for the services that are named',
  details: `EventBridge puts every archived registration of that time on the bus again; the publisher gives it to the named services
only. They get also what they have worked on already, and know it by its message_id, which is the event's event_id. Within
a replay an event is published once; what was published before it is published again. It says what it will do, and asks.
A replay runs in EventBridge: Ctrl-C ends the looking, not the replay (replay list, replay cancel). Exit code 1 where it
did not complete.`,
  options: {
    from: { type: 'string', placeholder: 'TIME', help: 'first event: 30m, 2h, 3d ago, or an ISO time' },
    to: { type: 'string', placeholder: 'TIME', help: 'last event, likewise; now' },
    subscription: { type: 'string', placeholder: 'SERVICE[,SERVICE]', help: 'for whom' },
    label: { type: 'string', placeholder: 'LABEL', help: "end of the replay's name; the time" },
    'no-wait': { type: 'boolean', help: 'start it and do not wait for its end' },
    local: { type: 'boolean', help: 'refused: `make local` keeps no archive' },
    ...changeOptions,
  },
  examples: [
    ['model-events replay -e development --from 2h --subscription hokusai-site --dry-run', 'what it would do'],
    [
      'model-events replay -e development --from 2026-11-23T10:00:00Z --to 2026-11-23T12:00:00Z --subscription hokusai-token,hokusai-site',
      'two hours, for both services, when Redis lost its messages',
    ],
  ],
  run: async (invocation) => {
    if (invocation.flag('local')) {
      throw new CommandError(
        '`make local` keeps no archive, only EventBridge does: emit the registrations again (model-events emit --local --file FILE)',
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
      if (invocation.json) invocation.screen.json({ ...shownInJson(plan), would: 'replay' });
      else invocation.screen.line('Nothing was started.');
      return 0;
    }
    const services = plan.subscriptions.map(({ service }) => service).join(', ');
    const question = `Replay ${plan.from.toISOString()} to ${plan.to.toISOString()} for ${services} in ${place}?`;
    if (!(await confirmed(invocation, question))) {
      invocation.screen.line('Nothing was started.');
      return 1;
    }
    await startReplay(account, plan);
    return interruptible(invocation, async (interruption) => {
      const wait = !invocation.flag('no-wait');
      const { state, reason } = wait
        ? await followReplay(account, plan, interruption, invocation.processContext.stderr)
        : { state: 'STARTING', reason: undefined };
      tell(invocation, plan, place, state, reason);
      return state === 'COMPLETED' || !wait ? 0 : 1;
    });
  },
};

function show({ screen }: Invocation, { name, from, to, subscriptions, archive }: ReplayPlan, place: string): void {
  const ago = (time: Date): string => duration((Date.now() - time.getTime()) / 1000);
  screen.line(`Replay in ${place}:`);
  screen.line(`  time     ${from.toISOString()} to ${to.toISOString()} (${ago(from)} to ${ago(to)} ago)`);
  screen.line(`  archive  ${archive.name}, about ${archive.events} registrations of all times`);
  for (const { service, queue } of subscriptions) screen.line(`  to       ${service}, queue ${queue}`);
  screen.line(`  name     ${name}`);
  screen.line(
    'Each registration of this time comes to these queues again, also what was worked on: consumers know it by its message_id.',
  );
  screen.line('Other services see nothing of it. Within the replay each event is published once.');
  if (Date.now() - to.getTime() < archiveDelayMs) {
    screen.line(screen.paint('Events of the last ten minutes may not be in the archive yet.', 'yellow'));
  }
}

const shownInJson = ({ name, from, to, subscriptions, archive }: ReplayPlan) => ({
  name,
  from: from.toISOString(),
  to: to.toISOString(),
  archive: archive.name,
  subscriptions,
});

function tell(
  { screen, json }: Invocation,
  plan: ReplayPlan,
  place: string,
  state: string,
  reason: string | undefined,
): void {
  if (json) screen.json({ ...shownInJson(plan), state, reason });
  else if (!hasEnded(state)) {
    screen.line(`${plan.name} goes on in EventBridge (${state}). npx model-events replay list -e ${place} shows it.`);
  } else {
    const why = reason === undefined ? '' : `: ${displayText(reason)}`;
    screen.line(`${plan.name}: ${state.toLowerCase()}${state === 'COMPLETED' ? '' : why}.`);
    if (state === 'COMPLETED')
      screen.line('The events are with the publisher: model-events depths shows the queues fill.');
  }
}
