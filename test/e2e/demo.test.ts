import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { registrySource } from '../../contract/event-source';
import { outboxed, uncommitted } from '../../dev/demo/registrations';
import { DemoRegistry } from '../../dev/demo/registry';
import { services } from '../../dev/demo/registration-progress';
import { blocksIn } from '../docs/pages';
import { missingLines } from '../docs/output-match';
import { type LocalEventBus, startEventBus } from '../../dev/emulators/event-bus';

const root = resolve(__dirname, '../..');
let scratch = '';

beforeAll(async () => {
  // A separate folder for temporary files: only the demo leaves files in it.
  scratch = await mkdtemp(join(tmpdir(), 'model-events-demo-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

function startDemo(): { process: ChildProcess; printed: (text: string) => Promise<void>; output: () => string } {
  const demo = spawn(
    resolve(root, 'node_modules/.bin/tsx'),
    ['--require', './tools/lua-require.cjs', 'dev/demo/main.ts'],
    {
      cwd: root,
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate process group, as in a terminal: a signal to it reaches the consumers too, as Ctrl-C does.
      detached: true,
    },
  );
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const printed = (text: string): Promise<void> =>
    new Promise((done) => {
      const look = (): void => {
        if (output.includes(text)) done();
      };
      listeners.add(look);
      look();
    });
  return { process: demo, printed, output: () => output };
}

/** The demo's own files; tsx keeps compiled sources in a folder `tsx-…` beside them. */
async function filesLeft(): Promise<string[]> {
  return (await readdir(scratch)).filter((name) => !name.startsWith('tsx-'));
}

/** Processes that were started with the demo's folder for temporary files, Redis among them. */
async function leftBehind(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => environments[index]?.includes(`TMPDIR=${scratch}`));
}

/** A bus that records the ids of all events of the registry. */
async function startListeningBus(): Promise<{ bus: LocalEventBus; received: string[] }> {
  const received: string[] = [];
  const bus = await startEventBus({
    busName: 'registry-test',
    rules: [{ name: 'all', pattern: { source: [registrySource] } }],
    deliver: (body) => received.push((JSON.parse(body) as { detail: { event_id: string } }).detail.event_id),
  });
  return { bus, received };
}

test('a registry that is killed between commit and send sends each committed event once after its restart', async () => {
  const { bus, received } = await startListeningBus();
  const registry = await DemoRegistry.open();
  try {
    const death = await registry.registerAndKill([...outboxed.map(({ detail }) => detail), uncommitted]);
    expect(death).toEqual({ signal: 'SIGKILL', committed: ['credit-risk-7-1', 'wave-1', 'decimals-1'] });
    expect(await registry.outbox()).toMatchObject({ waiting: 3, sent: 0 });
    expect(received).toEqual([]);

    await registry.relay({ name: 'registry-test', url: bus.url });
    await registry.relay({ name: 'registry-test', url: bus.url });
    expect(received).toEqual(death.committed);
    expect(await registry.outbox()).toMatchObject({ waiting: 0, sent: 3 });
  } finally {
    await registry.close();
    await bus.stop();
  }
}, 60_000);

test('the demo delivers every registration to its expected destination, and leaves no process or file', async () => {
  const demo = startDemo();
  const [code] = (await once(demo.process, 'exit')) as [number];
  expect(demo.output()).toContain('All 17 registrations ended where they should.');
  expect(code).toBe(0);
  for (const { text } of blocksIn('README.md', '')) expect(missingLines(text, demo.output())).toEqual([]);
  const expected = [
    'one uncommitted',
    '3 waiting, 0 sent; events on the bus: 0',
    'is back',
    '0 waiting, 3 sent; events on the bus: 3',
  ];
  const places = expected.map((text) => demo.output().indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  const lines = demo.output().split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  const continuation = `\n${' '.repeat('  0.00 s  hokusai-token  '.length)}`;
  const arrivals = demo
    .output()
    .replaceAll(continuation, ' ')
    .split('\n')
    .filter((line) => line.includes('  done: '));
  for (const { label } of outboxed) {
    for (const service of services) {
      const times = arrivals.filter((line) => line.includes(service) && line.includes(`"${label}"`)).length;
      expect([label, service, times]).toEqual([label, service, 1]);
    }
  }
  expect(await filesLeft()).toEqual([]);
  expect(await leftBehind()).toEqual([]);
}, 60_000);

test.each([
  ['while the registry is down', 'one uncommitted'],
  ['while the relay sends', 'is back'],
  ['after a consumer was killed', 'was killed (SIGKILL)'],
])(
  'Ctrl-C %s leaves no process or file',
  async (_, text) => {
    const demo = startDemo();
    await demo.printed(text);
    process.kill(-(demo.process.pid ?? 0), 'SIGINT');
    const [code] = (await once(demo.process, 'exit')) as [number];
    expect(code).toBe(130);
    expect(await filesLeft()).toEqual([]);
    expect(await leftBehind()).toEqual([]);
  },
  60_000,
);
