/** An operator's shell: runs blocks of commands as they stand in the runbook, against an emulated account. */
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(__dirname, '../..');

export interface Ran {
  readonly code: number | null;
  /** What a person sees, stdout and stderr. */
  readonly output: string;
}

export interface OperatorShell {
  /**
   * Runs the blocks one after the other, each with the variables that the ones before it set; stops after one that fails.
   * @param values what the operator writes in the place of a variable's example
   */
  run(blocks: readonly string[], values?: Readonly<Record<string, string>>): Promise<readonly Ran[]>;
  close(): void;
}

/**
 * @param environment the way to the account, as SDKs read it
 * @param cdkFolder where `npx cdk` finds the project, with the account's configuration; left out where there is no account
 * @param cwd where everything else is typed
 */
export function operatorShell(
  environment: Readonly<Record<string, string>>,
  cdkFolder?: string,
  cwd: string = root,
): OperatorShell {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-shell-'));
  const program = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  // Of an emulator the AWS CLI of Debian 12 must be told by an argument.
  if (cdkFolder !== undefined) program('aws', [`exec '${awsCli()}' "$@" --endpoint-url "$AWS_ENDPOINT_URL"`]);
  program('npx', [
    'program=$1; shift',
    'case $program in',
    `  model-events) exec '${process.execPath}' '${cwd}/cli/model-events.cjs' "$@" ;;`,
    // The emulator has no change sets, so none that is aware of drift.
    `  cdk) cd '${cdkFolder ?? ''}'; for word; do shift; [ "$word" = --revert-drift ] || set -- "$@" "$word"; done`,
    '    case $1 in',
    '      deploy) set -- "$@" --method direct --require-approval never --outputs-file outputs.json ;;',
    '      diff) set -- "$@" --method template ;;',
    '    esac',
    `    exec '${root}/node_modules/.bin/cdk' "$@" --ci ;;`,
    '  *) echo "npx $program is not known here" >&2; exit 1 ;;',
    'esac',
  ]);
  const env = {
    ...environment,
    PATH: [folder, process.env.PATH].join(delimiter),
    CDK_VALIDATION: process.env.CDK_VALIDATION,
    HOME: folder,
    NO_COLOR: '1',
    AWS_PAGER: '',
    AWS_DEFAULT_REGION: environment['AWS_REGION'] ?? '',
  };
  return {
    run: async (blocks, values = {}) => {
      const ran: Ran[] = [];
      let variables = '';
      for (const block of blocks) {
        const filledIn = filled(block, values);
        const result = await runBlock(`${variables}${filledIn}`, env, cwd);
        ran.push(result);
        if (result.code !== 0) break;
        variables += assignments(filledIn);
      }
      return ran;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** A terminal, since what changes much asks on one; the answer is yes. */
async function runBlock(block: string, env: NodeJS.ProcessEnv, cwd: string): Promise<Ran> {
  const child = spawn('script', ['-qefc', 'bash -euo pipefail -c "$BLOCK"', '/dev/null'], {
    cwd,
    env: { ...env, BLOCK: block, SHELL: '/bin/bash' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let answered = 0;
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    // What goes on for ever has shown what it shows.
    if (block.includes('--watch') && output.includes('hokusai-site') && answered++ === 0) child.stdin.write('\u0003');
    if (/\[y\/N\]|\(y\/n\)/.test(output) && answered++ === 0) child.stdin.write('y\n');
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code: block.includes('--watch') && code === 130 ? 0 : code, output: output.replaceAll('\r\n', '\n') };
}

/** The block with the operator's own values where examples stand. */
function filled(block: string, values: Readonly<Record<string, string>>): string {
  return block.replace(/^(\w+)=[\w.,-]+$/gm, (line, name: string) =>
    values[name] === undefined ? line : `${name}=${values[name]}`,
  );
}

function assignments(block: string): string {
  return [...block.matchAll(/^\w+=.+$/gm)].map(([line]) => `${line}\n`).join('');
}

/** @throws Error where there is no AWS CLI 2 on the PATH */
function awsCli(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'aws');
    try {
      accessSync(path, constants.X_OK);
      if (execFileSync(path, ['--version'], { encoding: 'utf8' }).startsWith('aws-cli/2')) return path;
    } catch {
      // Not here, or not one that runs: the next folder.
    }
  }
  throw new Error('the runbook’s commands need AWS CLI 2 on the PATH: tools/setup.sh aws');
}
