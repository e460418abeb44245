import type { Command } from '../command';
import { queueAccessOptions, withQueueAccess } from '../queues/queue-options';
import { displayText } from '../display-text';
import type { Colour } from '../screen';

const colours: Readonly<Record<'pass' | 'warn' | 'fail', Colour>> = { pass: 'green', warn: 'yellow', fail: 'red' };

/** `model-events health` */
export const health: Command = {
  name: 'health',
  summary: 'Check that Redis accepts writes and consumers process the queues',
  details: `Writes to Redis as the publisher does, and checks every queue. Exit code 1 if a check fails; a warning (a backlog,
dead letters) is not a failure.`,
  options: queueAccessOptions,
  examples: [['model-events health -e development', 'the first command in an incident']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const answer = await queueAccess.ask({ action: 'health' });
      if (json) screen.json(answer);
      else {
        const findings = Object.entries(answer.checks).flatMap(([check, each]) =>
          each.map((one) => ({ check, ...one })),
        );
        screen.table(
          ['check', 'component', 'status', 'observed', 'fault', 'output'],
          findings.map(({ check, componentId, status, observedValue, observedUnit, fault, output }) => [
            check,
            displayText(componentId),
            { text: status, colour: colours[status] },
            typeof observedValue === 'number' ? `${Math.round(observedValue)} ${observedUnit ?? ''}` : '-',
            fault ?? '',
            displayText(output ?? '', 600),
          ]),
        );
        screen.line(['', ...(answer.notes ?? []), `${queueAccess.place}: ${answer.status}`].join('\n'));
      }
      return answer.status === 'fail' ? 1 : 0;
    }),
};
