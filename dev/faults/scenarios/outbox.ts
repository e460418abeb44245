/** Faults of the registry's outbox and its relay. */
import { join } from 'node:path';
import type { Fault, Scene } from '../fault';
import { pythonCommand, pythonPackage } from '../consumers';
import { Program } from '../program';
import { waitUntil } from '../../local/wait-until';

const kills = 8;

async function breakRelay({ pipeline, random, handled, handledAll, addAccepted }: Scene): Promise<void> {
  const file = join(pipeline.pair.folder, `outbox-${Math.floor(random() * 1e9)}.sqlite`);
  const prefix = `outbox-${Date.now().toString(36)}-`;
  const environment = {
    ...pythonPackage,
    AWS_ENDPOINT_URL_EVENTBRIDGE: pipeline.bus.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    MODEL_EVENTS_BUS: pipeline.bus.name,
  };
  const states = new Set<string>();
  const registry = new Program({
    command: pythonCommand('processes/registry.py', file, prefix),
    environment: () => environment,
    ownedProcesses: pipeline.ownedProcesses,
    onLine: (line) => {
      const [word = '', id] = line.split(' ');
      if (word === 'committed' && id !== undefined) addAccepted([id]);
      else states.add(word);
    },
  });
  let failures = 0;
  const relay = new Program({
    command: pythonCommand('-m', 'hokusai_model_events.registry', 'relay', '--sqlite', file, '--poll-seconds', '0.1'),
    environment: () => environment,
    ownedProcesses: pipeline.ownedProcesses,
    startsAgain: true,
    onLine: (line) => {
      pipeline.log(`relay: ${line}`);
      if (line.includes('nothing sent')) failures += 1;
    },
  });
  try {
    registry.start();
    await waitUntil('the registry is ready', () => states.has('ready'));
    relay.start();
    await handled(40);
    for (let kill = 0; kill < kills; kill++) {
      // The bus has accepted all or some events of the batch, but the relay does not receive the response.
      let after = Math.floor(random() * 10);
      let killed = false;
      pipeline.onEvent = () => {
        after -= 1;
        if (after >= 0 || killed) return;
        killed = true;
        relay.kill();
      };
      await waitUntil('the relay is killed', () => killed);
      pipeline.onEvent = () => undefined;
      registry.writeLine('expire');
    }
    await handled(20);
    const atBus = failures;
    pipeline.busUnavailable = true;
    await waitUntil('the relay has no bus', () => failures > atBus);
    pipeline.busUnavailable = false;
    await handled(20);
    const atDatabase = failures;
    registry.writeLine('lock');
    await waitUntil('the relay has no database', () => failures > atDatabase);
    registry.writeLine('unlock');
    await handled(20);
    registry.writeLine('stop');
    await waitUntil('the registry has stopped', () => states.has('stopped'));
    registry.writeLine('expire');
    await handledAll();
  } finally {
    pipeline.onEvent = () => undefined;
    pipeline.busUnavailable = false;
    await Promise.all([registry.stop(), relay.stop()]);
  }
}

export const outbox: readonly Fault[] = [
  {
    number: 24,
    name: 'outbox relay killed, bus unavailable, database unavailable',
    alarms: [],
    load: { perSecond: 0 },
    break: breakRelay,
  },
];
