/** EventBridge event patterns: which rule wants which event. */

/** A pattern as it stands in a rule: each leaf is a list of alternatives, each other value a nested pattern. */
export interface EventPattern {
  readonly [field: string]: unknown;
}

/** Says whether a parsed event matches. */
export type EventMatcher = (event: unknown) => boolean;

/** The pattern cannot be used; the message names the place in it. */
export class EventPatternError extends Error {
  constructor(path: string, problem: string) {
    super(`event pattern, ${path === '' ? 'at its top' : `field ${path}`}: ${problem}`);
    this.name = 'EventPatternError';
  }
}

/** One alternative of a leaf; `value` is undefined where the event lacks the field. */
type Test = (value: unknown) => boolean;

/** Whether `event` matches `pattern`; throws {@link EventPatternError} for a pattern that it does not understand. */
export function matches(pattern: EventPattern, event: unknown): boolean {
  return compilePattern(pattern)(event);
}

/** Reads the whole pattern once, so that an operator it does not know is an error at the start and never a silent no-match. */
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
  const tests = alternatives.map((alternative) =>
    isObject(alternative) ? compileOperator(alternative, path) : exactly(alternative, path),
  );
  return (value) => {
    // An event's list matches where one of its elements does; an object is no leaf, so it counts as absent.
    const values = Array.isArray(value) && value.length > 0 ? (value as unknown[]) : [value];
    const leaves = values.filter((each) => !isObject(each) && !Array.isArray(each));
    return tests.some((test) => (leaves.length === 0 ? test(undefined) : leaves.some(test)));
  };
}

function compileOperator(operator: Readonly<Record<string, unknown>>, path: string): Test {
  const [entry, ...more] = Object.entries(operator);
  if (entry === undefined || more.length > 0) {
    throw new EventPatternError(path, `an alternative has exactly one operator, got ${JSON.stringify(operator)}`);
  }
  const [name, operand] = entry;
  switch (name) {
    case 'prefix': {
      const text = textOperand(name, operand, path);
      return (value) => typeof value === 'string' && value.startsWith(text);
    }
    case 'suffix': {
      const text = textOperand(name, operand, path);
      return (value) => typeof value === 'string' && value.endsWith(text);
    }
    case 'exists':
      if (typeof operand !== 'boolean') throw new EventPatternError(path, 'exists takes true or false');
      return (value) => (value !== undefined) === operand;
    case 'anything-but': {
      const excluded = isObject(operand)
        ? [compileExclusion(operand, path)]
        : (Array.isArray(operand) ? (operand as unknown[]) : [operand]).map((value) => exactly(value, path));
      return (value) => value !== undefined && !excluded.some((test) => test(value));
    }
    case 'numeric':
      return numeric(operand, path);
    default:
      throw new EventPatternError(path, `the operator ${name} is not supported here`);
  }
}

/** Inside `anything-but` EventBridge takes two of the operators handled here. */
function compileExclusion(operator: Readonly<Record<string, unknown>>, path: string): Test {
  const other = Object.keys(operator).find((name) => name !== 'prefix' && name !== 'suffix');
  if (other !== undefined) throw new EventPatternError(path, `the operator ${other} is not supported in anything-but`);
  return compileOperator(operator, path);
}

function exactly(expected: unknown, path: string): Test {
  if (Array.isArray(expected)) throw new EventPatternError(path, 'an alternative cannot be a list');
  return (value) => value === expected;
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 5]`, or a range such as `[">", 0, "<=", 5]`. */
function numeric(operand: unknown, path: string): Test {
  const parts = Array.isArray(operand) ? (operand as unknown[]) : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const compare = comparisons[String(parts[index])];
    const bound = parts[index + 1];
    if (compare === undefined || typeof bound !== 'number') break;
    tests.push((value) => compare(value, bound));
  }
  if (tests.length === 0 || tests.length * 2 !== parts.length) {
    throw new EventPatternError(
      path,
      `numeric takes pairs of =, <, <=, >, >= and a number, got ${JSON.stringify(operand)}`,
    );
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function textOperand(name: string, operand: unknown, path: string): string {
  if (typeof operand !== 'string') {
    throw new EventPatternError(path, `${name} takes a text here, got ${JSON.stringify(operand)}`);
  }
  return operand;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
