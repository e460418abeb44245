import type { Replay } from '@aws-sdk/client-eventbridge';
import type { Command } from '../command';
import { displayText } from '../display-text';

/** `model-events replay list` */
export const replayList: Command = {
  name: 'replay list',
  summary: 'List the replays of an environment, newest first',
  details: 'EventBridge keeps them for 90 days. A name contains the services: <service>[.<service>].<label>.',
  options: {},
  examples: [['model-events replay list -e development', 'running and ended replays']],
  run: async (invocation) => {
    const { screen, json } = invocation;
    const { EventBridgeClient, ListReplaysCommand } = await import('@aws-sdk/client-eventbridge');
    const { archiveOf } = await import('../replay/replay-plan');
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const { ArchiveArn: EventSourceArn } = await archiveOf(environment.environment, account);
    const replays: Replay[] = [];
    let NextToken: string | undefined;
    do {
      const page = await account.client(EventBridgeClient).send(new ListReplaysCommand({ EventSourceArn, NextToken }));
      replays.push(...(page.Replays ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    replays.sort((a, b) => (b.ReplayStartTime?.getTime() ?? 0) - (a.ReplayStartTime?.getTime() ?? 0));
    if (json) {
      for (const replay of replays) {
        screen.jsonLine({
          name: replay.ReplayName,
          state: replay.State,
          from: replay.EventStartTime,
          to: replay.EventEndTime,
          started: replay.ReplayStartTime,
          reason: replay.StateReason,
        });
      }
      return 0;
    }
    if (replays.length === 0) screen.line('No replays.');
    else {
      screen.table(
        ['name', 'state', 'from', 'to', 'started'],
        replays.map((replay) => [
          replay.ReplayName ?? '-',
          displayText(`${replay.State ?? '-'}${replay.StateReason === undefined ? '' : ` ${replay.StateReason}`}`),
          timeOf(replay.EventStartTime),
          timeOf(replay.EventEndTime),
          timeOf(replay.ReplayStartTime),
        ]),
      );
    }
    return 0;
  },
};

const timeOf = (time: Date | undefined): string => time?.toISOString() ?? '-';
