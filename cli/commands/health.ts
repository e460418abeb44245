import type { Command } from '../command';
import { queueAccessOptions, withQueueAccess } from '../queues/queue-options';
import { displayText } from '../display-text';
import type { Colour } from '../screen';

const colours: Readonly<Record<'pass' | 'warn' | 'fail', Colour>> = { pass: 'green', warn: 'yellow', fail: 'red' };

/** `model-events health` */
export const health: Command = {
  name: 'health',
  summary: 'Whether Redis takes writes and the queues are worked on; what is wrong, by its name',
  details: `Writes to Redis as the publisher does, and looks at every queue. Exit code 1 where something fails; a warning (a
backlog, dead letters) is no failure.`,
  options: queueAccessOptions,
  examples: [['model-events health -e development', 'the first look at night']],
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
          ['check', 'of', 'status', 'observed', 'fault', 'what is wrong'],
          findings.map(({ check, componentId, status, observedValue, observedUnit, fault, output }) => [
            check,
            displayText(componentId),
            { text: status, colour: colours[status] },
            observedValue === undefined ? '-' : `${Math.round(observedValue)} ${observedUnit ?? ''}`,
            fault ?? '',
            displayText(output ?? '', 600),
          ]),
        );
        screen.line(`\n${queueAccess.place}: ${answer.status}`);
      }
      return answer.status === 'fail' ? 1 : 0;
    }),
};
