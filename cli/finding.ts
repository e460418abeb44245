/** What a check found, and how it is shown. */
import type { ExitCode } from './command';
import type { Colour, Screen } from './screen';

export interface Finding {
  /** What was looked at. */
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'fail';
  /** What was found, a phrase without any secret. */
  readonly found: string;
  /** What to do about it; not there where all is well. */
  readonly remedy?: string;
}

const colours: Readonly<Record<Finding['result'], Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** Shows the findings, and says which exit code they ask for. */
export function showFindings(findings: readonly Finding[], screen: Screen, json: boolean): ExitCode {
  const failed = findings.filter(({ result }) => result === 'fail').length;
  const warned = findings.filter(({ result }) => result === 'warn').length;
  if (json) {
    screen.json({ ok: failed === 0, failed, warned, findings });
  } else {
    screen.table(
      ['check', 'result', 'found', 'what to do'],
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
  if (failed > 0) return `${failed} of ${all} failed${warned > 0 ? `, ${warned} to look at` : ''}.`;
  return warned > 0 ? `Nothing failed; ${warned} of ${all} to look at.` : `All ${all} checks passed.`;
}
