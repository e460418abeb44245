/** Two definitions as JSON, and the lines that differ. Pure. */
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { structuredPatch } from 'diff';
import { isObject } from '../../contract/rules';
import { hidden, visibleVariables } from './redaction';

export interface DiffLine {
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

/** A definition for the screen: values of variables, options and commands are hidden, except for the wiring's own names. */
export function screenText(definition: RegisterTaskDefinitionCommandInput): string {
  return JSON.stringify(
    definition,
    function (this: unknown, key, value: unknown) {
      if (key === 'value' && isObject(this) && !visibleVariables.includes(String(this['name']))) return hidden;
      if (['command', 'entryPoint'].includes(key) && Array.isArray(value)) return value.map(() => hidden);
      if (['options', 'dockerLabels'].includes(key) && isObject(value)) {
        return Object.fromEntries(Object.keys(value).map((name) => [name, hidden]));
      }
      return value;
    },
    2,
  );
}

/** The lines that differ, each with its sign, and two lines of context; `…` marks unchanged lines after a change. */
export function changedLines(before: string, after: string): DiffLine[] {
  const { hunks } = structuredPatch('', '', `${before}\n`, `${after}\n`, '', '', { context: 2 });
  const lineCount = before.split('\n').length;
  return hunks.flatMap(({ lines, oldStart, oldLines }) => [
    ...lines.map((line) => ({ sign: line.charAt(0) as DiffLine['sign'], text: line.slice(1) })),
    ...(oldStart + oldLines <= lineCount ? [{ sign: ' ', text: '…' } as const] : []),
  ]);
}
