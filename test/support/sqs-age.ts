/** The rules of SQS for ApproximateAgeOfOldestMessage, for one record that no receiver deletes. */

interface Waiting {
  /** How long ago the record was sent, in minutes. */
  readonly minutes: number;
  /** Seconds between two deliveries, the first at once. @default nothing receives */
  readonly receivedEverySeconds?: number;
}

/** What SQS reports of the two queues in each minute, oldest first; undefined where it counts no message. */
export interface Ages {
  readonly buffer: readonly (number | undefined)[];
  readonly redeliveries: readonly (number | undefined)[];
}

/** From this delivery on SQS leaves a message out of the metric, also in a queue with a redrive policy. */
const leftOutFrom = 3;

/**
 * The second delivery moves the record from the buffer (`maxReceiveCount` 1) to the redeliveries, where its age begins
 * anew. Sources: "Available CloudWatch metrics for Amazon SQS", "Setting-up dead-letter queue retention in Amazon SQS".
 */
export function oldestMessageAges({ minutes, receivedEverySeconds = Infinity }: Waiting): Ages {
  const ages = Array.from({ length: minutes }, (_, minute) => {
    const seconds = (minute + 1) * 60;
    const inRedeliveries = seconds - receivedEverySeconds;
    if (inRedeliveries < 0) return { buffer: seconds };
    const deliveries = 1 + Math.floor(inRedeliveries / receivedEverySeconds);
    return deliveries < leftOutFrom ? { redeliveries: inRedeliveries } : {};
  });
  return {
    buffer: ages.map((age) => age.buffer),
    redeliveries: ages.map((age) => age.redeliveries),
  };
}
