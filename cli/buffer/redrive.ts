/** `buffer redrive`: plan, confirmation, work, and what came of it. */
import type { Bus } from '../bus';
import { CommandError, type ExitCode, type Invocation } from '../command';
import { confirmed } from '../confirmation';
import { type Interruption, interruptible } from '../interruption';
import { Progress } from '../progress';
import { displayText } from '../display-text';
import { followTask, latestTask, startTask } from './move-task';
import { type BufferQueue, type BufferQueues, countsOf, findBufferQueues, type QueueCounts } from './queues';
import { SentBack, sendBack } from './send-back';

interface Plan {
  readonly queue: BufferQueue;
  readonly counts: QueueCounts;
  /** A move task that somebody started. */
  readonly running: boolean;
}

/** @param which `dead-letters`, `undeliverable`; both where nothing is said */
export async function redriveBuffer(invocation: Invocation, bus: Bus, which: string | undefined): Promise<ExitCode> {
  const { screen, json } = invocation;
  const queues = await findBufferQueues(bus);
  const plans = (await plansFor(bus, queues)).filter(({ queue }) => which === undefined || queue.name === which);
  const wanted = plans.filter(({ counts, running }) => counts.visible > 0 || running);
  if (wanted.length === 0) {
    if (!json) showNothing(invocation, plans);
    return 0;
  }
  const where = wanted
    .map(({ queue, counts, running }) => `${counts.visible} of ${queue.name}${running ? ', being moved already' : ''}`)
    .join(', ');
  if (invocation.flag('dry-run')) {
    for (const { queue, counts, running } of wanted) {
      if (json) screen.jsonLine({ queue: queue.name, ...counts, running, would: 'redrive' });
    }
    if (!json) screen.line(`Would send back to the buffer of ${bus.place}: ${where}.`);
    return 0;
  }
  const total = wanted.reduce((sum, { counts, running }) => sum + (running ? 0 : counts.visible), 0);
  if (total > 1 && !(await confirmed(invocation, `Send ${total} events (${where}) to the buffer of ${bus.place}?`))) {
    screen.line('Nothing was changed.');
    return 1;
  }
  return interruptible(invocation, async (interruption) => {
    let code: ExitCode = 0;
    for (const { queue, counts } of wanted) {
      if (interruption.isAsked) break;
      const well =
        queue.name === queues.deadLetters.name
          ? await moveDeadLetters(invocation, bus, queue, counts.visible, interruption)
          : await sendUndeliverable(invocation, bus, queues, counts.visible, interruption);
      if (!well) code = 1;
    }
    return interruption.isAsked ? 1 : code;
  });
}

async function plansFor(bus: Bus, { deadLetters, undeliverable }: BufferQueues): Promise<Plan[]> {
  return [
    {
      queue: deadLetters,
      counts: await countsOf(bus, deadLetters),
      running: (await latestTask(bus, deadLetters))?.runs === true,
    },
    { queue: undeliverable, counts: await countsOf(bus, undeliverable), running: false },
  ];
}

function showNothing({ screen }: Invocation, plans: readonly Plan[]): void {
  screen.line('Nothing to send back.');
  const hidden = plans.filter(({ counts }) => counts.hidden > 0);
  for (const { queue, counts } of hidden) {
    screen.line(`${queue.name}: ${counts.hidden} in somebody's hands; look again in a minute.`);
  }
}

/** @returns whether all is well */
async function moveDeadLetters(
  invocation: Invocation,
  bus: Bus,
  queue: BufferQueue,
  total: number,
  interruption: Interruption,
): Promise<boolean> {
  const { screen, json } = invocation;
  const started = await startTask(bus, queue);
  const progress = new Progress(invocation.processContext.stderr, 'moving dead letters back to the buffer', total);
  const wait = !invocation.flag('no-wait');
  const task = wait ? await followTask(bus, queue, progress, interruption) : await latestTask(bus, queue);
  const moved = task?.moved ?? 0;
  if (json) {
    screen.jsonLine({ queue: queue.name, task: task?.status ?? 'UNKNOWN', started, moved, failure: task?.failure });
  } else if (task?.runs === true) {
    const more = `npx model-events buffer status ${bus.place === 'make local' ? '--local' : `-e ${bus.place}`}`;
    screen.line(`${queue.name}: ${moved} moved so far. The task goes on in SQS; ${more} shows it.`);
  } else if (task?.status === 'COMPLETED') {
    screen.line(`${queue.name}: ${moved} moved to the buffer${started ? '' : ', by a task that was under way'}.`);
  }
  if (task?.status === 'FAILED' || task?.status === 'CANCELLED') {
    const why = task.failure === undefined ? '' : `: ${displayText(task.failure)}`;
    throw new CommandError(
      `the move task ${task.status.toLowerCase()} after ${moved} messages${why}. The rest is still in ${queue.name}; call this again`,
    );
  }
  return true;
}

/** @returns whether nothing was left that should not stay */
async function sendUndeliverable(
  { screen, json, processContext }: Invocation,
  bus: Bus,
  queues: BufferQueues,
  total: number,
  interruption: Interruption,
): Promise<boolean> {
  const { name } = queues.undeliverable;
  const done = new SentBack();
  try {
    const progress = new Progress(processContext.stderr, 'sending to the buffer', total);
    await sendBack(bus, queues, total, progress, interruption, done);
  } finally {
    // Also where a call failed: what was done before it is done.
    const { sent, undeleted, refused, reasons } = done;
    if (json) screen.jsonLine({ queue: name, sent, undeleted, refused, reasons });
    else {
      const why = Object.entries(reasons).map(([code, count]) => `${count} ${displayText(code)}`);
      screen.line(
        `${name}: ${sent} of ${total} sent to the buffer${why.length > 0 ? ` (EventBridge had said: ${why.join(', ')})` : ''}.`,
      );
      if (undeleted > 0) screen.line(`${undeleted} sent, but still here: sent again, each counts once.`);
      for (const [code, count] of Object.entries(refused)) {
        screen.line(
          `${count} left: the buffer did not take them (${displayText(code)}); they are here again in a minute.`,
        );
      }
      if (interruption.isAsked) screen.line('The rest stays as it is.');
    }
  }
  return done.undeleted === 0 && Object.keys(done.refused).length === 0;
}
