/** Starts a replay and follows it; it runs in EventBridge, independent of this program. */
import { DescribeReplayCommand, StartReplayCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Account } from '../account';
import { CommandError } from '../command';
import type { Interruption } from '../interruption';
import type { Output } from '../process-context';
import { Progress } from '../progress';
import type { ReplayPlan } from './replay-plan';
import { hasEnded, type ReplayState } from './replay-state';

const pollIntervalMs = 2000;

export async function startReplay(account: Account, plan: ReplayPlan): Promise<void> {
  try {
    await account.client(EventBridgeClient).send(
      new StartReplayCommand({
        ReplayName: plan.name,
        EventSourceArn: plan.archive.arn,
        EventStartTime: plan.from,
        EventEndTime: plan.to,
        // The smoke rule and other rules of the bus do not get the events.
        Destination: { Arn: plan.archive.busArn, FilterArns: [plan.ruleArn] },
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsException') throw error;
    throw new CommandError(`Replay ${plan.name} exists already: use another --label`);
  }
}

/** Waits until the replay ends, or until Ctrl-C. */
export async function followReplay(
  account: Account,
  { name, from, to }: ReplayPlan,
  interruption: Interruption,
  stderr: Output,
): Promise<ReplayState> {
  const secondsSinceStart = (time: Date): number => Math.round((time.getTime() - from.getTime()) / 1000);
  const progress = new Progress(stderr, 'replaying, seconds of the window', secondsSinceStart(to));
  try {
    for (;;) {
      const replay = await account.client(EventBridgeClient).send(new DescribeReplayCommand({ ReplayName: name }));
      const { State: state = 'UNKNOWN', StateReason: reason, EventLastReplayedTime: last } = replay;
      if (last !== undefined) progress.at(secondsSinceStart(last));
      if (hasEnded(state) || interruption.isRequested) return { state, reason };
      await interruption.pause(pollIntervalMs);
    }
  } finally {
    progress.end();
  }
}
