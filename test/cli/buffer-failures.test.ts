import {
  type AwsJsonServer,
  type AwsOperation,
  AwsError,
  startAwsJsonServer,
} from '../../dev/emulators/aws-json-server';
import { LocalBuffer } from '../../dev/emulators/buffer';
import { bufferCalls, undeliverableName } from '../../dev/emulators/sqs-endpoint';
import { SqsQueue } from '../../dev/emulators/sqs-queue';
import { type Ended, runProgram, startExecutable } from './program';

/** A buffer on its own port, whose calls a test can make fail. */
interface Spoiled {
  readonly calls: Record<string, AwsOperation>;
  readonly buffer: LocalBuffer;
  readonly undeliverable: SqsQueue;
  readonly run: (...words: string[]) => Promise<Ended>;
  readonly environment: Record<string, string>;
}

let server: AwsJsonServer | undefined;
let the: Spoiled;

const input = (value: unknown) => value as { Entries: Record<string, unknown>[] };

beforeEach(async () => {
  const buffer = new LocalBuffer({
    batchSize: 10,
    windowSeconds: 0,
    visibilityTimeoutSeconds: 90,
    maxReceiveCount: 1000,
    maxConcurrency: 0, // No consumer receives messages.
    invoke: () => Promise.resolve(),
  });
  const undeliverable = new SqsQueue({ name: undeliverableName });
  const calls = bufferCalls(
    { buffer, undeliverable },
    { busName: 'hokusai-development', rules: [{ name: 'model-registered', pattern: {} }] },
    () => server?.url ?? '',
  );
  server = await startAwsJsonServer({ service: 'The spoiled buffer', operations: calls });
  const environment = {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  the = {
    calls,
    buffer,
    undeliverable,
    run: (...words) => runProgram([...words, '-e', 'development'], environment),
    environment,
  };
});
afterEach(async () => {
  await the.buffer.stop();
  the.undeliverable.stop();
  await server?.stop();
});

const original = (name: string): AwsOperation => {
  const call = the.calls[`AmazonSQS.${name}`];
  if (call === undefined) throw new Error(`the buffer has no call ${name}`);
  return call;
};

const spoil = (name: string, call: AwsOperation): void => {
  the.calls[`AmazonSQS.${name}`] = call;
};

const inBuffer = (): string[] => the.buffer.queue.messages.map(({ body }) => body);

test('an event that the buffer refuses is left in place, the others are sent, and the exit code is 1', async () => {
  for (const body of ['a', 'b', 'c']) the.undeliverable.send(body);
  const send = original('SendMessageBatch');
  spoil('SendMessageBatch', async (call) => {
    const { Entries } = input(call);
    const good = Entries.filter(({ MessageBody }) => MessageBody !== 'b');
    const { Successful } = (await send({ ...call, Entries: good })) as { Successful: unknown[] };
    const [bad] = Entries.filter(({ MessageBody }) => MessageBody === 'b');
    return { Successful, Failed: [{ Id: bad?.['Id'], Code: 'InternalError', SenderFault: false }] };
  });
  const { code, out } = await the.run('buffer', 'redrive', '--yes');
  expect(out).toContain('undeliverable: 2 of 3 sent to the buffer');
  expect(out).toContain('1 left in place: the buffer refused them (InternalError)');
  expect(code).toBe(1);
  expect(inBuffer().sort()).toEqual(['a', 'c']);
  expect(the.undeliverable.size).toBe(1);
});

test('an event is deleted only after it was sent: if the deletion fails, it is in both queues and not lost', async () => {
  the.undeliverable.send('a');
  spoil('DeleteMessageBatch', (call) => ({
    Successful: [],
    Failed: input(call).Entries.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
  }));
  const { code, out } = await the.run('buffer', 'redrive');
  expect(out).toContain('1 sent, but not deleted: sending them again has no effect.');
  expect(code).toBe(1);
  expect(inBuffer()).toEqual(['a']);
  expect(the.undeliverable.size).toBe(1);
});

test('if SQS refuses a call, the results before it are printed, then the reason', async () => {
  for (let index = 0; index < 12; index++) the.undeliverable.send(`event-${index}`);
  let batches = 0;
  const send = original('SendMessageBatch');
  spoil('SendMessageBatch', (call) => {
    if (++batches > 1) throw new AwsError('AccessDenied', 'Access to the resource is denied.');
    return send(call);
  });
  const { code, out, err } = await the.run('buffer', 'redrive', '--yes');
  expect(out).toContain('undeliverable: 10 of 12 sent to the buffer');
  expect(err).toContain('AccessDenied: Access to the resource is denied.');
  expect(code).toBe(1);
  expect(the.undeliverable.size).toBe(2);
});

/** Successive results of `ListMessageMoveTasks`, the last one repeated; counts the attempts to start a task. */
function tasksOf(...states: (string | undefined)[]): { starts: number } {
  const tried = { starts: 0 };
  const last = states.at(-1);
  spoil('ListMessageMoveTasks', () => {
    const Status = states.length > 0 ? states.shift() : last;
    const task = { Status, ApproximateNumberOfMessagesMoved: 7, StartedTimestamp: 1 };
    return { Results: Status === undefined ? [] : [task] };
  });
  spoil('StartMessageMoveTask', () => {
    tried.starts += 1;
    throw new AwsError('InvalidParameterValue', 'There is already a task running.');
  });
  return tried;
}

test('a running move task is followed until it ends, and no other is started', async () => {
  const tried = tasksOf('RUNNING', 'RUNNING', 'RUNNING', 'COMPLETED');
  const { code, out, err } = await the.run('buffer', 'redrive', '--yes');
  expect(err).toBe('');
  expect(out).toBe('dead-letters: 7 moved to the buffer, by a task that was already running.\n');
  expect(code).toBe(0);
  expect(tried.starts).toBe(0);
});

test('if another client starts a move task at the same time, that task is followed', async () => {
  the.buffer.deadLetters.send('a');
  const tried = tasksOf(undefined, undefined, 'RUNNING', 'RUNNING', 'COMPLETED');
  const { code, out } = await the.run('buffer', 'redrive');
  expect(out).toContain('7 moved to the buffer, by a task that was already running');
  expect(code).toBe(0);
  expect(tried.starts).toBe(1);
});

test('a failed move task is reported with its reason', async () => {
  the.buffer.deadLetters.send('a');
  const task = { Status: 'FAILED', FailureReason: 'AccessDenied', ApproximateNumberOfMessagesMoved: 0 };
  spoil('ListMessageMoveTasks', () => ({ Results: [task] }));
  const { code, err } = await the.run('buffer', 'redrive');
  expect(err).toContain('the move task failed after 0 messages: AccessDenied. The rest is still in dead-letters');
  expect(code).toBe(1);
});

test('Ctrl-C leaves the move task running in SQS, and prints how to follow it', async () => {
  const looks: (() => void)[] = [];
  const followed = new Promise<void>((resolve) => looks.push(resolve));
  let count = 0;
  spoil('ListMessageMoveTasks', () => {
    if (++count === 3) looks[0]?.();
    return { Results: [{ Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 3, StartedTimestamp: 1 }] };
  });
  const child = startExecutable(['buffer', 'redrive', '-e', 'development', '--yes'], the.environment);
  await followed;
  child.kill('SIGINT');
  const { code, out } = await child.ended;
  expect(out).toContain('The task continues in SQS; follow it with npx model-events buffer status -e development.');
  expect(code).toBe(1);
});
