/** `buffer redrive`: plan, confirmation, execution and result. */
import type { Bus } from '../bus';
import { CommandError, type ExitCode, type Invocation, pipelineOption } from '../command';
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
  /** Whether a move task is running. */
  readonly running: boolean;
}

/** @param which `dead-letters` or `undeliverable`; undefined: both */
export async function redriveBuffer(invocation: Invocation, bus: Bus, which: string | undefined): Promise<ExitCode> {
  const { screen, json } = invocation;
  const queues = await findBufferQueues(bus);
  const plans = (await plansFor(bus, queues)).filter(({ queue }) => which === undefined || queue.name === which);
  const pending = plans.filter(({ counts, running }) => counts.visible > 0 || running);
  if (pending.length === 0) {
    if (!json) printNothingToSend(invocation, plans);
    return 0;
  }
  const where = pending
    .map(
      ({ queue, counts, running }) => `${counts.visible} of ${queue.name}${running ? ', a move task is running' : ''}`,
    )
    .join(', ');
  if (invocation.flag('dry-run')) {
    for (const { queue, counts, running } of pending) {
      if (json) screen.jsonLine({ queue: queue.name, ...counts, running, would: 'redrive' });
    }
    if (!json) screen.line(`Would send back to the buffer of ${bus.place}: ${where}.`);
    return 0;
  }
  const total = pending.reduce((sum, { counts, running }) => sum + (running ? 0 : counts.visible), 0);
  if (total > 1 && !(await confirmed(invocation, `Send ${total} events (${where}) to the buffer of ${bus.place}?`))) {
    return 1;
  }
  return interruptible(invocation, async (interruption) => {
    let code: ExitCode = 0;
    for (const { queue, counts } of pending) {
      if (interruption.isRequested) break;
      const isDone =
        queue.name === queues.deadLetters.name
          ? await moveDeadLetters(invocation, bus, queues, counts.visible, interruption)
          : await sendUndeliverable(invocation, bus, queues, counts.visible, interruption);
      if (!isDone) code = 1;
    }
    return interruption.isRequested ? 1 : code;
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

function printNothingToSend({ screen }: Invocation, plans: readonly Plan[]): void {
  screen.line('Nothing to send back.');
  const hidden = plans.filter(({ counts }) => counts.hidden > 0);
  for (const { queue, counts } of hidden) {
    screen.line(`${queue.name}: ${counts.hidden} received by another client; try again in a minute.`);
  }
}

async function moveDeadLetters(
  invocation: Invocation,
  bus: Bus,
  queues: BufferQueues,
  total: number,
  interruption: Interruption,
): Promise<boolean> {
  const { screen, json } = invocation;
  const queue = queues.deadLetters;
  const started = await startTask(bus, queues);
  const progress = new Progress(invocation.processContext.stderr, 'moving dead letters back to the buffer', total);
  const wait = !invocation.flag('no-wait');
  const task = wait ? await followTask(bus, queue, progress, interruption) : await latestTask(bus, queue);
  const moved = task?.moved ?? 0;
  if (json) {
    screen.jsonLine({ queue: queue.name, task: task?.status ?? 'UNKNOWN', started, moved, failure: task?.failure });
  }
  if (task?.runs === true) {
    const more = `npx model-events buffer status ${pipelineOption(invocation)}`;
    screen.summary(`${queue.name}: ${moved} moved so far. The task continues in SQS; follow it with ${more}.`, json);
  } else if (task?.status === 'COMPLETED') {
    const by = started ? '' : ', by a task that was already running';
    screen.summary(`${queue.name}: ${moved} moved to the buffer${by}.`, json);
  }
  if (task?.status === 'FAILED' || task?.status === 'CANCELLED') {
    const why = task.failure === undefined ? '' : `: ${displayText(task.failure)}`;
    throw new CommandError(
      `the move task ${task.status.toLowerCase()} after ${moved} messages${why}. The rest is still in ${queue.name}; run the command again`,
    );
  }
  return true;
}

/** @returns whether every event was sent and deleted */
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
    // Also after a failed call: the results before it are final.
    const { sent, undeleted, refused, reasons } = done;
    if (json) screen.jsonLine({ queue: name, sent, undeleted, refused, reasons });
    const why = Object.entries(reasons).map(([code, count]) => `${count} ${displayText(code)}`);
    const because = why.length > 0 ? ` (EventBridge errors: ${why.join(', ')})` : '';
    screen.summary(`${name}: ${sent} of ${total} sent to the buffer${because}.`, json);
    if (undeleted > 0) screen.summary(`${undeleted} sent, but not deleted: sending them again has no effect.`, json);
    for (const [code, count] of Object.entries(refused)) {
      const left = `${count} left in place: the buffer refused them (${displayText(code)})`;
      screen.summary(`${left}; they are visible again in a minute.`, json);
    }
    if (interruption.isRequested) screen.summary('Interrupted: the rest was left in place.', json);
  }
  return done.undeleted === 0 && Object.keys(done.refused).length === 0;
}
