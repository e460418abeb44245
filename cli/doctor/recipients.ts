import { type Check, findingsOf } from './check';

const { ok, warn, fail } = findingsOf('recipients of alarms');

/** Pages and tickets reach a recipient. The topics accept further subscribers, whom only the configuration knows. */
export const recipients: Check = {
  name: 'recipients',
  run: ({ environment: { environment, notifications } }) => {
    const { pages, tickets, otherSubscribers } = notifications;
    if (otherSubscribers) return Promise.resolve([ok('others subscribe to the topics of the stack')]);
    const missing = [
      ...(pages.length > 0 ? [] : [fail('no one receives pages', remedyFor('pages', environment))]),
      ...(tickets.length > 0 ? [] : [warn('no one receives tickets', remedyFor('tickets', environment))]),
    ];
    return Promise.resolve(
      missing.length > 0 ? missing : [ok(`pages: ${pages.join(', ')}; tickets: ${tickets.join(', ')}`)],
    );
  },
};

const remedyFor = (kind: string, environment: string): string =>
  `Write e-mail addresses into notifications.${kind} of config/${environment}.json, or set notifications.otherSubscribers to true.`;
