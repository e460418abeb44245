import type { Place } from '../../contract/message-status';
import { messageIdPattern } from '../../contract/patterns';
import { type Command, UsageError } from '../command';
import { queueAccessOptions, withQueueAccess } from '../queues/queue-options';
import { displayText } from '../display-text';

/** `model-events status` */
export const status: Command = {
  name: 'status',
  summary: 'Show the state of one message, for every service',
  details: `Prints when it was queued, and its state: waiting, claimed, delayed (scheduled for a retry), dead-letter with the reason,
or acknowledged (removed from the queue). Exit code 1 if the message is not found for any service.`,
  argument: {
    placeholder: 'MESSAGE_ID',
    required: true,
    help: "the event's event_id, or its EventBridge id if it has none",
  },
  options: queueAccessOptions,
  examples: [['model-events status registration-4711 -e development', 'check whether a registration is queued']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const id = invocation.requiredWord();
      if (!messageIdPattern.test(id))
        throw new UsageError('a message id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : and -');
      const answer = await queueAccess.ask({ action: 'message-status', message_id: id });
      const { queued_at: queuedAt, subscriptions, refused } = answer;
      const known = refused !== undefined || subscriptions.some(({ place }) => place !== 'not-found');
      if (json) {
        screen.json(answer);
        return known ? 0 : 1;
      }
      screen.line(`${id}: ${queuedAt === undefined ? 'queue time unknown' : `queued at ${displayText(queuedAt)}`}`);
      if (refused !== undefined)
        screen.line(
          `The publisher refused it at ${displayText(refused.failed_at)}: ${displayText(refused.error_code)}: ${displayText(refused.error_message)}`,
        );
      screen.table(
        ['service', 'queue', 'state', 'details'],
        subscriptions.map((each) => [each.service, each.queue, each.place, detailOf(each)]),
      );
      return known ? 0 : 1;
    }),
};

function detailOf(status: Place): string {
  switch (status.place) {
    case 'dead-letter':
      return `${displayText(status.error_code)}: ${displayText(status.error_message)} (${displayText(status.failed_at)})`;
    case 'delayed':
      return `next attempt at ${displayText(status.due_at)}`;
    case 'claimed':
      return `by ${displayText(status.consumer)}${status.claimed_at === undefined ? '' : ` since ${displayText(status.claimed_at)}`}`;
    case 'given-up':
      return `not among the ${status.examined} newest entries; older ones were not examined`;
    case 'waiting':
    case 'acknowledged':
    case 'not-for-it':
    case 'not-found':
      return '-';
  }
}
