import { Duration } from 'aws-cdk-lib';
import type { Notifications } from '../notifications';
import { above, type AlarmDefinition, nothingHappened } from './definition';

/** Each topic's failed notifications are announced by the other topic. */
export function notificationAlarms({ pages, tickets }: Notifications): AlarmDefinition[] {
  const failed = {
    name: 'notifications-failed',
    impact: 'Alarms do not reach the subscriber whose endpoint failed.',
    breaches: above,
    threshold: 0,
    datapoints: [1, 1],
    missing: nothingHappened,
    query: undefined,
  } as const;
  return [
    {
      ...failed,
      of: 'pages',
      urgency: 'ticket',
      wrong: 'SNS could not deliver pages to a subscriber.',
      metric: pages.metricNumberOfNotificationsFailed({ statistic: 'Sum', period: Duration.minutes(5) }),
    },
    {
      ...failed,
      of: 'tickets',
      urgency: 'page',
      wrong: 'SNS could not deliver tickets to a subscriber.',
      metric: tickets.metricNumberOfNotificationsFailed({ statistic: 'Sum', period: Duration.minutes(5) }),
    },
  ];
}
