/** The progress lines of `make demo`: time, component, step. No line is wider than 100 columns. */
import { wrap } from '../../contract/wrapped-text';

const startedAt = performance.now();
const togetherMilliseconds = 50;
const done = new Map<string, string[]>();

/** Prints a step. */
export function step(who: string, what: string): void {
  const head = `${((performance.now() - startedAt) / 1000).toFixed(2).padStart(6)} s  ${who.padEnd(13)}  `;
  console.log(head + wrap(what, 100 - head.length).join(`\n${' '.repeat(head.length)}`));
}

/** Reports a completed registration; those completed within 50 ms share a line. */
export function stepDone(who: string, label: string): void {
  const labels = done.get(who);
  if (labels === undefined) {
    done.set(who, [label]);
    setTimeout(() => printDone(who), togetherMilliseconds);
  } else labels.push(label);
}

/** Prints the completed registrations that are not printed yet. */
export function flushDone(): void {
  for (const who of done.keys()) printDone(who);
}

function printDone(who: string): void {
  const labels = done.get(who);
  if (labels !== undefined) step(who, `done: ${labels.map((label) => `"${label}"`).join(', ')}`);
  done.delete(who);
}
