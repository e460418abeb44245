// The inside of one function process: loads a bundle, then answers one event at a time, as the Lambda runtime does.
// Arguments: the bundle's path, the function's name, its memory in MB. Talks to its parent over IPC only: stdout and stderr belong
// to the function's logs.
import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [, , bundle, functionName, memoryMegabytes] = process.argv;

const describe = (error) =>
  error instanceof Error
    ? { type: error.name, message: error.message, stack: error.stack }
    : { type: typeof error, message: String(error) };

const write = (stream, text) => new Promise((resolve) => stream.write(text, resolve));

// No other process would end this one after the parent.
process.once('disconnect', () => process.exit(0));

let handler;
try {
  ({ handler } = await import(pathToFileURL(bundle).href));
  if (typeof handler !== 'function') throw new TypeError(`${bundle} exports no function named handler`);
} catch (error) {
  process.send({ kind: 'init-failed', error: describe(error) }, () => process.exit(1));
}

// As the runtime sets it for each invocation.
const traceHeader = () => {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
};

process.on('message', async ({ requestId, event, deadline }) => {
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: memoryMegabytes,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  process.env._X_AMZN_TRACE_ID = traceHeader();
  let answer;
  try {
    const result = await handler(JSON.parse(event), context);
    answer = { kind: 'done', requestId, result: JSON.stringify(result ?? null) };
  } catch (error) {
    answer = { kind: 'failed', requestId, error: describe(error) };
  }
  // Logs are separate from the result: these lines mark their end for the parent.
  await Promise.all([process.stdout, process.stderr].map((stream) => write(stream, `\nEND RequestId: ${requestId}\n`)));
  process.send(answer);
});

if (handler) process.send({ kind: 'ready' });
