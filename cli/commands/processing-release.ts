import { operationsPage, type Outcome } from '../../contract/operations';
import { type Command, CommandError } from '../command';
import { changeOptions, confirmed } from '../confirmation';
import { findClaims } from '../queues/list-entries';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { checkId } from '../queues/dead-letter-filter';
import { displayText } from '../display-text';
import { exitCodeOf, showOutcomes } from '../queues/settle-dead-letters';

/** `model-events processing release` */
export const processingRelease: Command = {
  name: 'processing release',
  summary: 'Take messages from a consumer that hangs, and return them to their queue',
  details: `They are taken next, unchanged. Whoever held one cannot acknowledge it any more; if it is still at work, the message is
worked on twice. Without an ID: all claims of --consumer, which is needed then. Exit code 1 where something was left.`,
  argument: { placeholder: 'ID', required: false, help: "one claim's id, as processing list shows it" },
  options: {
    ...queueOptions,
    consumer: { type: 'string', placeholder: 'NAME', help: 'all claims of this consumer' },
    ...changeOptions,
  },
  examples: [
    ['model-events processing release 0123456789abcdef -e development', 'one'],
    ['model-events processing release -e development --queue hokusai-site --consumer task-7', 'all that one holds'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json, word: id } = invocation;
      const consumer = id === undefined ? invocation.requiredText('consumer') : undefined;
      if (id !== undefined) checkId(id);
      const chosen: { queue: string; ids: string[]; messages: (string | null)[] }[] = [];
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const claims = (await findClaims(queueAccess, queue, Infinity)).entries.filter((claim) =>
          id === undefined ? claim.consumer === consumer : claim.id === id,
        );
        if (claims.length === 0) continue;
        chosen.push({
          queue,
          ids: claims.map((claim) => claim.id),
          messages: claims.map((claim) => claim.message_id),
        });
      }
      const count = chosen.reduce((sum, { ids }) => sum + ids.length, 0);
      if (count === 0)
        throw new CommandError(`${queueAccess.place} has no such claim: it has ended, or was never there`);
      if (invocation.flag('dry-run')) {
        for (const { queue, ids, messages } of chosen)
          for (const [index, each] of ids.entries()) {
            const message = messages[index] ?? null;
            if (json) screen.jsonLine({ queue, id: each, message_id: message, would: 'release' });
            else screen.line(`Would release ${each} of ${queue}: ${displayText(message)}`);
          }
        return 0;
      }
      if (count > 1 && !(await confirmed(invocation, `Release ${count} claims in ${queueAccess.place}?`))) return 1;
      const outcomes: Outcome[] = [];
      for (const { queue, ids } of chosen)
        for (let at = 0; at < ids.length; at += operationsPage)
          outcomes.push(
            ...(await queueAccess.ask({ action: 'release', queue, ids: ids.slice(at, at + operationsPage) })).outcomes,
          );
      if (json) for (const outcome of outcomes) screen.jsonLine(outcome);
      else showOutcomes(invocation, outcomes);
      return exitCodeOf(outcomes);
    }),
};
