/**
 * Emits a consumer's reports as metrics, which the dashboard and the alarms `handled-late-…` read: one log line in CloudWatch's
 * embedded metric format. In the service:
 *
 *     new ModelEventConsumer({ …, onReport: (report) => emit(report, process.env) });
 *
 * `npx tsx examples/consumer-metrics.ts` prints the lines of the reports on standard input, one in JSON a line.
 */
import { createInterface } from 'node:readline';
import type { ConsumerReport } from '@hokusai/model-events';

/** CloudWatch takes at most this many values of one metric in a line. */
const valuesInLine = 100;

/** Prints a report. @param env with MODEL_EVENTS_ENVIRONMENT and MODEL_EVENTS_QUEUE, as ECS sets them */
export function emit(report: ConsumerReport, env: NodeJS.ProcessEnv): void {
  const { MODEL_EVENTS_ENVIRONMENT: Environment, MODEL_EVENTS_QUEUE: Queue } = env;
  if (Environment === undefined || Queue === undefined)
    throw new Error(
      'MODEL_EVENTS_ENVIRONMENT and MODEL_EVENTS_QUEUE must be set: the alarms read metrics with these dimensions',
    );
  const dimensions = { Environment, Queue };
  const line = (unit: string, values: Readonly<Record<string, number | readonly number[]>>): void => {
    const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: Name === 'ConsumerBusy' ? 'Percent' : unit }));
    const CloudWatchMetrics = [{ Namespace: 'Hokusai/ModelEvents', Dimensions: [Object.keys(dimensions)], Metrics }];
    console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, ...dimensions, ...values }));
  };
  line('Count', {
    MessagesHandled: report.handled,
    AttemptsFailed: report.failed,
    MessagesRetried: report.retried,
    MessagesSnoozed: report.snoozed,
    MessagesDeadLettered: report.deadLettered,
    ClaimsLost: report.lost,
    ConsumerBusy: report.busyPercent,
  });
  const times = report.registrationToHandledMs;
  for (let from = 0; from < times.length; from += valuesInLine)
    line('Milliseconds', { RegistrationToHandled: times.slice(from, from + valuesInLine) });
}

async function main(): Promise<void> {
  for await (const text of createInterface({ input: process.stdin }))
    emit(JSON.parse(text) as ConsumerReport, process.env);
}

if (require.main === module) void main();
