/** The SQS move task that redrives the buffer's dead letters; it runs in SQS, independent of this program. */
import {
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Bus } from '../bus';
import type { Interruption } from '../interruption';
import type { Progress } from '../progress';
import type { BufferQueue, BufferQueues } from './queues';

const pollIntervalMs = 1000;

export interface MoveTask {
  /** `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED`, `FAILED`. */
  readonly status: string;
  /** Whether it is still running. */
  readonly runs: boolean;
  readonly moved: number;
  /** SQS's reason for the failure. */
  readonly failure: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
}

/** The task that was started last; undefined if there is none. */
export async function latestTask({ account }: Bus, { arn }: BufferQueue): Promise<MoveTask | undefined> {
  const { Results: [task] = [] } = await account
    .client(SQSClient)
    .send(new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 1 }));
  return task === undefined ? undefined : read(task);
}

/** Starts a task to the buffer, unless one runs: SQS has one at a time. @returns whether this call started it */
export async function startTask(bus: Bus, { deadLetters, buffer }: BufferQueues): Promise<boolean> {
  if ((await latestTask(bus, deadLetters))?.runs === true) return false;
  try {
    await bus.account
      .client(SQSClient)
      .send(new StartMessageMoveTaskCommand({ SourceArn: deadLetters.arn, DestinationArn: buffer.arn }));
    return true;
  } catch (error) {
    // Another client may have started a task at the same time.
    if ((await latestTask(bus, deadLetters))?.runs === true) return false;
    throw error;
  }
}

/** Waits until the task ends, or until Ctrl-C. @returns its last state */
export async function followTask(
  bus: Bus,
  deadLetters: BufferQueue,
  progress: Progress,
  interruption: Interruption,
): Promise<MoveTask | undefined> {
  try {
    for (;;) {
      const task = await latestTask(bus, deadLetters);
      progress.at(task?.moved ?? 0);
      if (task?.runs !== true || interruption.isRequested) return task;
      await interruption.pause(pollIntervalMs);
    }
  } finally {
    progress.end();
  }
}

function read(task: ListMessageMoveTasksResultEntry): MoveTask {
  return {
    status: task.Status ?? 'UNKNOWN',
    runs: task.Status === 'RUNNING' || task.Status === 'CANCELLING',
    moved: task.ApproximateNumberOfMessagesMoved ?? 0,
    failure: task.FailureReason,
    startedMs: task.StartedTimestamp ?? 0,
  };
}
