import { operationsPage, type Outcome } from '../../contract/operations';
import { type Command, CommandError } from '../command';
import { changeOptions, confirmed } from '../confirmation';
import { findClaims, limitOf, limitOption } from '../queues/list-entries';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { checkId } from '../queues/dead-letter-filter';
import { displayText } from '../display-text';
import { exitCodeOf, showOutcomes } from '../queues/settle-dead-letters';

/** `model-events processing release` */
export const processingRelease: Command = {
  name: 'processing release',
  summary: 'Return the messages of a stuck consumer to their queue',
  details: `They are claimed next, unchanged. The previous consumer can no longer acknowledge them; if it still runs, they are
processed twice. Without ID, --consumer is required: all its claims. Exit code 1 if a claim was left in place.`,
  argument: { placeholder: 'ID', required: false, several: true, help: 'ids of claims, from processing list' },
  options: {
    ...queueOptions,
    consumer: { type: 'string', placeholder: 'NAME', help: 'all claims of this consumer' },
    ...limitOption,
    ...changeOptions,
  },
  changes: true,
  examples: [
    ['model-events processing release 0123456789abcdef -e development', 'one'],
    [
      'model-events processing release -e development --queue hokusai-site --consumer task-7',
      'all claims of a consumer',
    ],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json, words: named } = invocation;
      const consumer = named.length === 0 ? invocation.requiredText('consumer') : undefined;
      named.forEach(checkId);
      const selected: { queue: string; ids: string[]; messages: (string | null)[] }[] = [];
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const claims = (await findClaims(queueAccess, queue, Infinity)).entries
          .filter((claim) => (named.length === 0 ? claim.consumer === consumer : named.includes(claim.id)))
          .slice(-limitOf(invocation));
        if (claims.length === 0) continue;
        selected.push({
          queue,
          ids: claims.map((claim) => claim.id),
          messages: claims.map((claim) => claim.message_id),
        });
      }
      const count = selected.reduce((sum, { ids }) => sum + ids.length, 0);
      if (count === 0) throw new CommandError(`${queueAccess.place} has no such claim: it ended, or never existed`);
      if (invocation.flag('dry-run')) {
        for (const { queue, ids, messages } of selected)
          for (const [index, each] of ids.entries()) {
            const message = messages[index] ?? null;
            if (json) screen.jsonLine({ queue, id: each, message_id: message, would: 'release' });
            else screen.line(`Would release ${each} of ${queue}: ${displayText(message)}`);
          }
        return 0;
      }
      if (count > 1 && !(await confirmed(invocation, `Release ${count} claims in ${queueAccess.place}?`))) return 1;
      const outcomes: Outcome[] = [];
      for (const { queue, ids } of selected)
        for (let at = 0; at < ids.length; at += operationsPage)
          outcomes.push(
            ...(await queueAccess.ask({ action: 'release', queue, ids: ids.slice(at, at + operationsPage) })).outcomes,
          );
      if (json) for (const outcome of outcomes) screen.jsonLine(outcome);
      showOutcomes(invocation, outcomes);
      return exitCodeOf(outcomes);
    }),
};
