/** Two definitions as lines of JSON, and the lines that differ. Pure. */
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { isObject } from '../../contract/rules';
import { hidden, shownVariables } from './redaction';

export interface DiffLine {
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

/** A definition for the screen: without what variables, options and commands hold, except for our own names. */
export function screenText(definition: RegisterTaskDefinitionCommandInput): string[] {
  const text = JSON.stringify(
    definition,
    function (this: unknown, key, value: unknown) {
      if (key === 'value' && isObject(this) && !shownVariables.includes(String(this['name']))) return hidden;
      if (['command', 'entryPoint'].includes(key) && Array.isArray(value)) return value.map(() => hidden);
      if (['options', 'dockerLabels'].includes(key) && isObject(value)) {
        return Object.fromEntries(Object.keys(value).map((name) => [name, hidden]));
      }
      return value;
    },
    2,
  );
  return text.split('\n');
}

/** The lines of both, with a sign where they differ, and `around` lines before and after each change. */
export function changedLines(before: readonly string[], after: readonly string[], around = 2): DiffLine[] {
  const all = compared(before, after);
  const near = all.map((_, at) =>
    all.slice(Math.max(0, at - around), at + around + 1).some(({ sign }) => sign !== ' '),
  );
  return all.flatMap((line, at) => {
    if (near[at] === true) return [line];
    return near[at - 1] === true ? [{ sign: ' ', text: '…' } as const] : [];
  });
}

/** By the longest common subsequence: definitions have some hundred lines. */
function compared(before: readonly string[], after: readonly string[]): DiffLine[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (left: number, right: number): number => lengths[left]?.[right] ?? 0;
  for (let left = before.length - 1; left >= 0; left--) {
    for (let right = after.length - 1; right >= 0; right--) {
      const row = lengths[left] ?? [];
      row[right] =
        before[left] === after[right]
          ? at(left + 1, right + 1) + 1
          : Math.max(at(left + 1, right), at(left, right + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    if (left < before.length && right < after.length && before[left] === after[right]) {
      lines.push({ sign: ' ', text: before[left] ?? '' });
      left++;
      right++;
    } else if (left < before.length && (right === after.length || at(left + 1, right) >= at(left, right + 1))) {
      lines.push({ sign: '-', text: before[left++] ?? '' });
    } else {
      lines.push({ sign: '+', text: after[right++] ?? '' });
    }
  }
  return lines;
}
