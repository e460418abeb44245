import { join } from 'node:path';
import type { FunctionError } from '../../../dev/emulators/function-environment';
import { startFunction, type FunctionOptions, type LocalFunction } from '../../../dev/emulators/function-process';

const bundle = join(__dirname, 'function-bundle.mjs');
const started: LocalFunction[] = [];

async function start(options: Partial<FunctionOptions> = {}): Promise<LocalFunction> {
  const local = await startFunction({ bundle, environment: {}, timeoutSeconds: 10, name: 'publisher', ...options });
  started.push(local);
  return local;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((local) => local.stop()));
});

const failure = (promise: Promise<unknown>): Promise<FunctionError> =>
  promise.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error as FunctionError,
  );

test('the handler gets its context and exactly the environment given, besides what Lambda sets', async () => {
  process.env.OF_THE_PARENT = 'secret';
  const local = await start({ environment: { REDIS_HOST: 'localhost' } });
  delete process.env.OF_THE_PARENT;
  const { environment, ...context } = (await local.invoke({ action: 'context' })) as Record<string, unknown>;
  expect(context).toMatchObject({ name: 'publisher', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
  expect(context['remaining']).toBeLessThanOrEqual(10_000);
  const others = Object.keys(environment as object).filter(
    (name) => !/^(AWS_LAMBDA_.*|_HANDLER|TZ|PATH|_X_AMZN_TRACE_ID)$/.test(name),
  );
  expect(others).toEqual(['REDIS_HOST']);
});

test('a warm process keeps its state from one invocation to the next', async () => {
  const local = await start();
  expect(await local.invoke({ action: 'count' })).toBe(1);
  expect(await local.invoke({ action: 'count' })).toBe(2);
});

test('all lines of stdout and stderr are captured when the invocation ends, including one without a newline', async () => {
  const lines: string[] = [];
  const local = await start({ onLog: (line) => lines.push(line) });
  await local.invoke({ action: 'log', lines: ['first\n', 'problem\n', 'half a line'] });
  expect([...lines].sort()).toEqual(['first', 'half a line', 'loaded', 'problem']);
});

test('an error of the handler rejects with its name and message, and the process continues', async () => {
  const local = await start();
  const error = await failure(local.invoke({ action: 'throw', message: 'out of range' }));
  expect(error).toMatchObject({ code: 'HANDLER_FAILED', message: 'RangeError: out of range' });
  expect(error.trace).toContain('function-bundle.mjs');
  expect(await local.invoke({ action: 'count' })).toBe(1);
});

test.each(['hang', 'spin'])(
  'an invocation that exceeds its timeout is killed (%s), and the next one starts a new process',
  async (action) => {
    const local = await start({ timeoutSeconds: 0.3 });
    expect(await failure(local.invoke({ action }))).toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('Task timed out after 0.30 seconds') as string,
    });
    expect(local.pids).toEqual([]);
    expect(await local.invoke({ action: 'count' })).toBe(1);
  },
);

test('a process that ends rejects with its exit status and last output, and the next invocation starts a new one', async () => {
  const lines: string[] = [];
  const local = await start({ onLog: (line) => lines.push(line) });
  const error = await failure(local.invoke({ action: 'exit' }));
  expect(error).toMatchObject({ code: 'CRASHED', message: expect.stringContaining('exit status 7') as string });
  expect(lines).toContain('last words');
  expect(await local.invoke({ action: 'count' })).toBe(1);
});

test('kill() rejects the running invocations and leaves no process', async () => {
  const local = await start();
  const running = failure(local.invoke({ action: 'hang' }));
  await local.kill();
  expect(await running).toMatchObject({ code: 'CRASHED', message: expect.stringContaining('SIGKILL') as string });
  expect(local.pids).toEqual([]);
});

test('concurrent invocations run in separate processes', async () => {
  const local = await start();
  const pids = await Promise.all([local.invoke({ action: 'pid' }), local.invoke({ action: 'pid' })]);
  expect(new Set(pids).size).toBe(2);
  expect([...local.pids].sort()).toEqual([...pids].sort());
});

test('a bundle that cannot be loaded is reported with its path and the reason', async () => {
  const error = await failure(start({ bundle: join(__dirname, 'missing.mjs') }));
  expect(error).toMatchObject({ code: 'INIT_FAILED', message: expect.stringContaining('missing.mjs') as string });
});
