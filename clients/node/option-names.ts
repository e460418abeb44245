/** @throws TypeError that has the expected form and the type found; never the value, which may hold a token. */
export function requireObject(what: string, value: unknown, form: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  throw new TypeError(`${what} must be an object as in ${form}, got ${found === 'undefined' ? 'nothing' : found}`);
}

/** @throws TypeError for a name that is not among the known ones, with the nearest of them. */
export function refuseUnknownNames(what: string, given: object, known: readonly string[]): void {
  const name = Object.keys(given).find((each) => !known.includes(each));
  if (name === undefined) return;
  const nearest = nearestName(name, known);
  const advice = nearest === undefined ? `the known ones are ${known.join(', ')}` : `did you mean "${nearest}"?`;
  throw new TypeError(`unknown ${what} ${JSON.stringify(name)}: ${advice}`);
}

/** The known name that is probably meant; undefined if none is similar. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((each) => ({ each, edits: editsBetween(plain(name), plain(each)) }))
    .filter(({ each, edits }) => edits <= each.length / 3)
    .sort((a, b) => a.edits - b.edits);
  return nearest?.each;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/** Levenshtein distance. Its own code: the package has no dependency but ioredis. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [at, letter] of Array.from(a).entries()) {
    const next = [at + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
