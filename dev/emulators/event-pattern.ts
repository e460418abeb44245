/** EventBridge event patterns, with exact values only: the pipeline's rules use no operators. */

/** A pattern of a rule: each leaf is a list of alternatives, each other value a nested pattern. */
export interface EventPattern {
  readonly [field: string]: unknown;
}

/** Whether a parsed event matches. */
export type EventMatcher = (event: unknown) => boolean;

/** The pattern cannot be used; the message names the place in it. */
export class EventPatternError extends Error {
  constructor(path: string, problem: string) {
    super(`event pattern, ${path === '' ? 'at its top' : `field ${path}`}: ${problem}`);
    this.name = 'EventPatternError';
  }
}

/** One alternative of a leaf; `value` is undefined if the event has no such field. */
type Test = (value: unknown) => boolean;

/** Whether `event` matches `pattern`; throws {@link EventPatternError} for a pattern that it does not understand. */
export function matches(pattern: EventPattern, event: unknown): boolean {
  return compilePattern(pattern)(event);
}

/** Reads the whole pattern once, so that an unsupported operator is an error at the start and never a silent no-match. */
export function compilePattern(pattern: EventPattern, path = ''): EventMatcher {
  const fields = Object.entries(pattern).map(([name, part]): [string, EventMatcher] => {
    const place = path === '' ? name : `${path}.${name}`;
    if (name.startsWith('$')) throw new EventPatternError(path, `the operator ${name} is not supported here`);
    if (Array.isArray(part)) return [name, compileLeaf(part, place)];
    if (isObject(part)) {
      const nested = compilePattern(part, place);
      // A list of objects matches where one of them does, with all its fields.
      return [name, (value) => (Array.isArray(value) ? value.some(nested) : nested(value))];
    }
    throw new EventPatternError(
      place,
      `must be a list of alternatives or a nested pattern, got ${JSON.stringify(part)}`,
    );
  });
  if (fields.length === 0) throw new EventPatternError(path, 'is empty');
  return (event) => fields.every(([name, matcher]) => matcher(isObject(event) ? event[name] : undefined));
}

function compileLeaf(alternatives: readonly unknown[], path: string): EventMatcher {
  if (alternatives.length === 0) throw new EventPatternError(path, 'has no alternatives: the list is empty');
  const tests = alternatives.map((alternative) => exactly(alternative, path));
  return (value) => {
    // An event's list matches where one of its elements does; an object is no leaf, so it counts as absent.
    const values = Array.isArray(value) && value.length > 0 ? (value as unknown[]) : [value];
    const leaves = values.filter((each) => !isObject(each) && !Array.isArray(each));
    return tests.some((test) => (leaves.length === 0 ? test(undefined) : leaves.some(test)));
  };
}

function exactly(expected: unknown, path: string): Test {
  if (isObject(expected)) {
    throw new EventPatternError(path, `the operator ${Object.keys(expected).join(', ')} is not supported here`);
  }
  if (Array.isArray(expected)) throw new EventPatternError(path, 'an alternative cannot be a list');
  return (value) => value === expected;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
