/** An outage of the service that the handlers call. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { above } from '../alarm-condition';
import type { ConsumerPlace } from '../consumers';
import type { Fault } from '../fault';
import { endConsumers, replaceConsumers } from '../other-consumers';
import type { PipelineUnderTest } from '../pipeline-under-test';

/** Of the outage, as of all consumers' pauses before retries and of their circuit breakers. */
const scale = 100;
const outageSeconds = 3600 / scale;

const places: readonly ConsumerPlace[] = [
  { name: 'token-node-scaled', kind: 'node', queue: 'model_events' },
  { name: 'token-python-scaled', kind: 'python', queue: 'model_events' },
  { name: 'site-node-scaled', kind: 'node', queue: 'model_events:site' },
  { name: 'site-python-scaled', kind: 'python', queue: 'model_events:site' },
];

/** Exists while the downstream service is away. */
const outageFile = (pipeline: PipelineUnderTest): string => join(pipeline.pair.folder, 'downstream-away');

export const downstream: readonly Fault[] = [
  {
    number: 27,
    name: `all handlers' downstream service away for an hour, at 1:${scale}: ${outageSeconds} s`,
    // At the scale of the default alarm's five minutes.
    alarms: [above('OldestMessageAge', 300 / scale)],
    mostDuplicatesPercent: 1,
    break: async ({ pipeline, alarmed, handled }) => {
      await replaceConsumers(pipeline, places, { FAULTS_OUTAGE_FILE: outageFile(pipeline) });
      await handled(40);
      await writeFile(outageFile(pipeline), '');
      await sleep(outageSeconds * 1000);
      await alarmed(above('OldestMessageAge', 300 / scale));
    },
    repair: ({ pipeline }) => rm(outageFile(pipeline), { force: true }),
    tidy: async ({ pipeline }) => {
      await endConsumers(pipeline, places);
      for (const consumer of pipeline.consumersOf()) consumer.start();
    },
  },
];
