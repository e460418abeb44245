/** What to do about a name that nothing reads: the known one it was probably meant to be, and all there are. */
export function renamed(name: string, known: readonly string[]): string {
  const [nearest] = known.map((other) => ({ other, apart: unlikeness(name, other) })).sort((a, b) => a.apart - b.apart);
  const hint =
    nearest === undefined || nearest.apart > 0.6 ? 'Remove it' : `Did you mean "${nearest.other}"? Rename or remove it`;
  return `${hint}; known here: ${known.join(', ')}.`;
}

/** 0 where two names differ in case at most, 1 where they have nothing in common. */
function unlikeness(from: string, to: string): number {
  return distance(from.toLowerCase(), to.toLowerCase()) / Math.max(from.length, to.length);
}

/** How many characters have to be added, taken away or changed between the two (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 0; at < from.length; at++) {
    const next = [at + 1];
    for (let column = 1; column <= to.length; column++) {
      const changed = (row[column - 1] ?? 0) + (to[column - 1] === from[at] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
