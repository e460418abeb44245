/** The deployment workflow: its jobs, and its shell steps as GitHub's runner executes them. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '../..');
const folder = '.github/workflows';

export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps?: readonly Step[];
}

export const workflowFiles = ['deploy.yml', 'deploy-environment.yml'] as const;
type WorkflowFile = (typeof workflowFiles)[number];

export const workflowText = (file: WorkflowFile): string => readFileSync(join(root, folder, file), 'utf8');

export function jobsOf(file: WorkflowFile): Readonly<Record<string, Job>> {
  return (parse(workflowText(file)) as { jobs: Record<string, Job> }).jobs;
}

/** The commands of a step. @throws Error if there is no such step with commands */
export function commandsOf(file: WorkflowFile, job: string, name: string): string {
  const run = jobsOf(file)[job]?.steps?.find((step) => step.name === name)?.run;
  if (run === undefined) throw new Error(`${file} has no commands of the step "${name}" in the job ${job}`);
  return run;
}

/** Runs steps in one folder. */
export class Runner {
  readonly folder = mkdtempSync(join(tmpdir(), 'workflow-'));

  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {
    mkdirSync(join(this.folder, 'bin'));
    writeFileSync(this.path('output'), '');
  }

  /** Replaces a program by a script of bash. */
  program(name: string, script: string): void {
    writeFileSync(this.path(`bin/${name}`), `#!/usr/bin/env bash\n${script}`);
    chmodSync(this.path(`bin/${name}`), 0o755);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  /** Resolves with exit code and output. `shell: bash` is `bash --noprofile --norc -eo pipefail`. */
  async run(commands: string): Promise<{ code: number | null; output: string }> {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', commands], {
      cwd: this.folder,
      env: {
        ...this.environment,
        PATH: [this.path('bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
        GITHUB_OUTPUT: this.path('output'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
