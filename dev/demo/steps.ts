/** The lines that `make demo` prints while it runs: when, who, what. */

const startedAt = performance.now();
const togetherMilliseconds = 50;
const done = new Map<string, string[]>();

/** Prints one line. */
export function step(who: string, what: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(2).padStart(6)} s  ${who.padEnd(13)}  ${what}`);
}

/** Tells that somebody is done with something; what ends together shares a line, so that the progress fits a screen. */
export function stepDone(who: string, label: string): void {
  const labels = done.get(who);
  if (labels === undefined) {
    done.set(who, [label]);
    setTimeout(() => tellDone(who), togetherMilliseconds);
  } else labels.push(label);
}

/** Prints what still waits to share a line. */
export function tellAllDone(): void {
  for (const who of done.keys()) tellDone(who);
}

function tellDone(who: string): void {
  const labels = done.get(who);
  if (labels !== undefined) step(who, `done: ${labels.map((label) => `"${label}"`).join(', ')}`);
  done.delete(who);
}
