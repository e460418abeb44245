/** Compares the output that a page shows with the output of a run. */

/** What differs between runs. A number after a dash is part of a name and does not differ. */
const varying = {
  uuid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  time: '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z',
  number: '(?<![-\\w])\\d+',
  ruler: '─+',
  space: '\\s+',
};

/** The lines of a block that `output` does not contain in this order; `…` matches anything. */
export function missingLines(block: string, output: string): readonly string[] {
  const lines = output.split('\n');
  let from = 0;
  return block.split('\n').filter((line) => {
    if (line.trim() === '' || line.trim() === '…') return false;
    const pattern = patternOf(line);
    const found = lines.findIndex((each, index) => index >= from && pattern.test(each));
    if (found >= 0) from = found + 1;
    return found < 0;
  });
}

function patternOf(line: string): RegExp {
  const parts = line.trim().split(new RegExp(`(${Object.values(varying).join('|')}|…)`));
  return new RegExp(`^\\s*${parts.map(patternOfPart).join('')}\\s*$`);
}

function patternOfPart(part: string): string {
  if (part === '…') return '.*';
  const same = Object.values(varying).find((pattern) => new RegExp(`^${pattern}$`).test(part));
  return same ?? part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
