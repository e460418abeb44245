/** An operator's shell: runs the runbook's blocks of commands unchanged against an emulated account. */
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(__dirname, '../..');

export interface Ran {
  readonly code: number | null;
  /** Terminal output: stdout and stderr. */
  readonly output: string;
}

export interface OperatorShell {
  /**
   * Runs the blocks in order, each with the variables that earlier ones set; stops after the first failure.
   * @param values replacements for the example values of variables
   */
  run(blocks: readonly string[], values?: Readonly<Record<string, string>>): Promise<readonly Ran[]>;
  close(): void;
}

/**
 * @param environment variables for AWS SDKs to reach the account
 * @param cdkFolder folder of the CDK project with the account's configuration; omitted without an account
 * @param cwd working directory of all other commands
 */
export function operatorShell(
  environment: Readonly<Record<string, string>>,
  cdkFolder?: string,
  cwd: string = root,
): OperatorShell {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-shell-'));
  const program = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  // The AWS CLI of Debian 12 accepts an emulator's endpoint as an argument only.
  if (cdkFolder !== undefined) program('aws', [`exec '${awsCli()}' "$@" --endpoint-url "$AWS_ENDPOINT_URL"`]);
  program('npx', [
    'program=$1; shift',
    'case $program in',
    `  model-events) exec '${process.execPath}' '${cwd}/cli/model-events.cjs' "$@" ;;`,
    // The emulator has no change sets, so no --revert-drift either.
    `  cdk) cd '${cdkFolder ?? ''}'; for word; do shift; [ "$word" = --revert-drift ] || set -- "$@" "$word"; done`,
    '    case $1 in',
    '      deploy) set -- "$@" --method direct --require-approval never --outputs-file outputs.json ;;',
    '      diff) set -- "$@" --method template ;;',
    '    esac',
    `    exec '${root}/node_modules/.bin/cdk' "$@" --ci ;;`,
    '  *) echo "npx $program is not available in this shell" >&2; exit 1 ;;',
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

/** Runs a block in a terminal, where some commands ask for confirmation, and answers yes. */
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
    // Ends a command that watches, after its first output.
    if (block.includes('--watch') && output.includes('hokusai-site') && answered++ === 0) child.stdin.write('\u0003');
    if (/\[y\/N\]|\(y\/n\)/.test(output) && answered++ === 0) child.stdin.write('y\n');
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code: block.includes('--watch') && code === 130 ? 0 : code, output: output.replaceAll('\r\n', '\n') };
}

/** Replaces the example values of a block. */
function filled(block: string, values: Readonly<Record<string, string>>): string {
  return block.replace(/^(\w+)=[\w.,-]+$/gm, (line, name: string) =>
    values[name] === undefined ? line : `${name}=${values[name]}`,
  );
}

function assignments(block: string): string {
  return [...block.matchAll(/^\w+=.+$/gm)].map(([line]) => `${line}\n`).join('');
}

/** @throws Error without AWS CLI 2 on the PATH */
function awsCli(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'aws');
    try {
      accessSync(path, constants.X_OK);
      if (execFileSync(path, ['--version'], { encoding: 'utf8' }).startsWith('aws-cli/2')) return path;
    } catch {
      // Missing or not executable: try the next folder.
    }
  }
  throw new Error('the runbook’s commands need AWS CLI 2 on the PATH: tools/setup.sh aws');
}
