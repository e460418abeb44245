import { AwsError, startAwsJsonServer } from '../../dev/emulators/aws-json-server';

/** SQS on a loopback port, as far as the monitor asks it: GetQueueAttributes. */
export interface LocalSqsDepths {
  /** The value for AWS_ENDPOINT_URL_SQS. */
  readonly url: string;
  /** Queues whose depth was requested. */
  readonly asked: string[];
  /** Sets the depth of a queue; all are empty at first. */
  set(queueUrl: string, depth: { waiting: number; inFlight: number }): void;
  /** Makes requests for this queue fail: denied, or without a reply. */
  fail(queueUrl: string, how: 'denied' | 'silent'): void;
  /** Resets depths and failures. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startSqsDepths(): Promise<LocalSqsDepths> {
  const depths = new Map<string, { waiting: number; inFlight: number }>();
  const failures = new Map<string, 'denied' | 'silent'>();
  const asked: string[] = [];
  const server = await startAwsJsonServer({
    service: 'The local SQS',
    operations: {
      'AmazonSQS.GetQueueAttributes': ({ QueueUrl: url, AttributeNames: names }) => {
        const queueUrl = String(url);
        asked.push(queueUrl);
        const failure = failures.get(queueUrl);
        if (failure === 'silent') return new Promise(() => undefined);
        if (failure === 'denied')
          throw new AwsError('AccessDenied', 'not authorized to perform: sqs:GetQueueAttributes');
        const { waiting, inFlight } = depths.get(queueUrl) ?? { waiting: 0, inFlight: 0 };
        const all: Record<string, string> = {
          ApproximateNumberOfMessages: String(waiting),
          ApproximateNumberOfMessagesNotVisible: String(inFlight),
          ApproximateNumberOfMessagesDelayed: '0',
        };
        return { Attributes: Object.fromEntries((names as string[]).map((name) => [name, all[name]])) };
      },
    },
  });
  return {
    url: server.url,
    asked,
    set: (queueUrl, depth) => depths.set(queueUrl, depth),
    fail: (queueUrl, how) => failures.set(queueUrl, how),
    reset: () => {
      depths.clear();
      failures.clear();
      asked.splice(0);
    },
    stop: () => server.stop(),
  };
}
