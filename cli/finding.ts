/** The result of a check, and its output. */
import type { ExitCode } from './command';
import type { Colour, Screen } from './screen';

export interface Finding {
  /** Name of the check. */
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'fail';
  /** The observation, without secrets. */
  readonly found: string;
  /** How to fix it; undefined for `ok`. */
  readonly remedy?: string;
}

const colours: Readonly<Record<Finding['result'], Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** Prints the findings. @returns the exit code */
export function showFindings(findings: readonly Finding[], screen: Screen, json: boolean): ExitCode {
  const failed = findings.filter(({ result }) => result === 'fail').length;
  const warned = findings.filter(({ result }) => result === 'warn').length;
  if (json) {
    screen.json({ ok: failed === 0, failed, warned, findings });
  } else {
    screen.table(
      ['check', 'result', 'found', 'fix'],
      findings.map(({ check, result, found, remedy }) => [
        check,
        { text: result, colour: colours[result] },
        found,
        remedy ?? '',
      ]),
    );
    screen.line();
    screen.line(summary(findings.length, failed, warned));
  }
  return failed === 0 ? 0 : 1;
}

function summary(all: number, failed: number, warned: number): string {
  if (failed > 0) return `${failed} of ${all} failed${warned > 0 ? `, ${warned} warnings` : ''}.`;
  return warned > 0 ? `No check failed; ${warned} of ${all} have warnings.` : `All ${all} checks passed.`;
}
