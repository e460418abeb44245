import { inspect } from 'node:util';
import { deadLetterCodeOf } from '../../queue/errors';
import type { Failure } from '../../queue/model-queue';

const longestText = 1000;
const mostFrames = 5;
const longestFrame = 300;

/** What a handler has thrown, as an error; a value that is not an error is shown by its content. */
export function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const content =
    typeof thrown === 'string'
      ? thrown
      : inspect(thrown, {
          depth: 3,
          breakLength: Infinity,
          customInspect: false,
          maxArrayLength: 20,
          maxStringLength: 200,
        });
  const error = new Error(content.slice(0, longestText));
  error.name = `thrown ${thrown === null ? 'null' : typeof thrown}`;
  // Its frames would be this function's.
  delete error.stack;
  return error;
}

/** The `error` of the dead letter that a failure may become. */
export function failureOf(error: Error, { attempt, consumer }: { attempt: number; consumer: string }): Failure {
  // From `callHandler` on they are this package's.
  const [ofHandler = ''] = (error.stack ?? '').split(/\n +at (?:async )?callHandler /, 1);
  const frames = ofHandler.split('\n').filter((line) => /^ +at (?!.*\(?node:)/.test(line));
  return {
    code: deadLetterCodeOf(error),
    reason: (error.message || error.name).slice(0, longestText),
    details: {
      name: error.name.slice(0, 64),
      stack: frames.slice(0, mostFrames).map((frame) => frame.trim().slice(0, longestFrame)),
      attempt,
      consumer,
    },
  };
}
