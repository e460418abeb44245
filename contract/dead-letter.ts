import { memberNamed, membersOf } from './exact-json';
import * as rules from './rules';

/** A dead letter: a message, or a text that is not a valid message, with the reason why it was given up. */

export const deadLetterRules = {
  message: {
    required: true,
    schema: {
      type: ['object', 'string'],
      description: 'the message or the event; the raw text where it could not be read',
    },
    check: (value, field, found) => {
      if (!rules.isObject(value) && typeof value !== 'string') {
        found.push({ field, rule: 'an object or a string', value: rules.formatted(value) });
      }
    },
  } satisfies rules.Rule<Readonly<Record<string, unknown>> | string, true> as rules.Rule<
    Readonly<Record<string, unknown>> | string,
    true
  >,
  error: rules.object({
    code: rules.text(1, 64),
    message: rules.anyText,
    name: rules.optional(rules.anyText),
    stack: rules.optional(rules.listOf(rules.anyText)),
    attempt: rules.optional(rules.count),
    consumer: rules.optional(rules.anyText),
  }),
  failed_at: rules.anyText,
  failed_by: rules.oneOf('publisher', 'consumer', 'reclaimer'),
  queue: rules.text(1, 256),
} as const;

export type DeadLetter = rules.Keeping<typeof deadLetterRules> & Readonly<Record<string, unknown>>;
export type FailedBy = 'publisher' | 'consumer' | 'reclaimer';

/** `code` and `message` of a dead letter's error. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
}

/** What a consumer adds to a dead letter's error; letters of the publisher, of maintenance and of earlier versions have none of it. */
export interface FailureDetails {
  /** The error's class. */
  readonly name?: string;
  /** The frames nearest to the error. */
  readonly stack?: readonly string[];
  /** The attempt that failed last, from 1. */
  readonly attempt?: number;
  /** The name of the consumer whose handler failed. */
  readonly consumer?: string;
}

/**
 * A dead letter in two halves: `failed_at` is the Redis server's time, which a script writes between them.
 * @param messageText what failed, as it stood in the queue or in SQS.
 * @param readable true where `messageText` is JSON and may be embedded as it is.
 */
export function composeDeadLetter(
  messageText: string,
  readable: boolean,
  error: DeadLetterReason,
  failedBy: FailedBy,
  queue: string,
): { readonly head: string; readonly tail: string } {
  const message = readable ? messageText : JSON.stringify(messageText);
  return {
    head: `{"message":${message},"error":${JSON.stringify({ code: error.code, message: error.message })},"failed_at":"`,
    tail: `","failed_by":"${failedBy}","queue":${JSON.stringify(queue)}}`,
  };
}

/** A dead letter as an operator's tool sees it. */
export type DeadLetterReading =
  | {
      readonly kind: 'dead-letter';
      readonly deadLetter: DeadLetter;
      /** What failed, character for character. */ readonly messageText: string;
    }
  | { readonly kind: 'foreign'; readonly reason: string };

/** Reads an entry of a dead letter queue; never throws: a text that is not a dead letter is `foreign`. */
export function readDeadLetter(text: string): DeadLetterReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'foreign', reason: rules.escaped((error as Error).message.slice(0, 120)) };
  }
  if (!rules.isObject(value)) return { kind: 'foreign', reason: `an object, got ${rules.formatted(value)}` };
  const found: rules.Violation[] = [];
  rules.check(deadLetterRules, value, found);
  if (found.length > 0) return { kind: 'foreign', reason: rules.sentenceOf(found) };
  const deadLetter = value as DeadLetter;
  const member = memberNamed(membersOf(text), 'message');
  const raw = member === undefined ? '' : text.slice(member.valueStart, member.valueEnd);
  return {
    kind: 'dead-letter',
    deadLetter,
    messageText: typeof deadLetter.message === 'string' ? deadLetter.message : raw,
  };
}
