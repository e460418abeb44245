/** The project's CDK app with a configuration that a test may change, deployed by the CDK CLI itself. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type AwsEmulator, emulatedAccount, emulatedRegion } from '../../dev/emulators/aws-emulator';
import { clientOptions } from '../support/aws-account';

const root = join(__dirname, '../..');

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** The parts of a synthesized template that tests read. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** CDK's default qualifier of its bootstrap resources. */
const qualifier = 'hnb659fds';
/** The bucket to which `cdk deploy` uploads the functions' code. */
export const assetsBucket = `cdk-${qualifier}-assets-${emulatedAccount}-${emulatedRegion}`;

type Json = Record<string, unknown>;

export class CdkProject {
  /** Contains all files that the CLI writes. */
  readonly folder: string;

  /**
   * @param environment the environment whose file this project starts with
   * @param options the folder of a project that has deployed into this account; the prefix of the folder's name; where the environment's
   *   file is
   */
  constructor(
    private readonly emulator: AwsEmulator,
    private readonly environment: string,
    {
      from,
      folderName = 'model-events-deploy-',
      config = 'config',
    }: { from?: string | undefined; folderName?: string; config?: string } = {},
  ) {
    this.folder = mkdtempSync(join(tmpdir(), folderName));
    for (const left of from === undefined ? [] : ['cdk.out', 'outputs.json'])
      cpSync(join(from ?? '', left), join(this.folder, left), { recursive: true });
    if (!existsSync(join(root, 'dist/lambda'))) throw new Error('dist/lambda is not there: run `npm run build` first');
    const { app, context } = readJson(join(root, 'cdk.json')) as { app: string; context: Json };
    this.write('cdk.json', {
      // From its place in the project. Not built again: other tests are using the bundles.
      app: `cd '${root}' && ${app}`,
      output: join(this.folder, 'cdk.out'),
      context: { ...context, environment, config: join(this.folder, 'config') },
      versionReporting: false,
      notices: false,
    });
    mkdirSync(join(this.folder, 'config'));
    this.write(this.configFile, readJson(join(root, config, `${environment}.json`)));
  }

  /**
   * Creates what `cdk deploy` requires from `cdk bootstrap`: its version and the bucket for assets. The command itself, which takes ten
   * seconds, runs in test/docs/account-pages.test.ts.
   */
  async bootstrap(): Promise<void> {
    const version = { Name: `/cdk-bootstrap/${qualifier}/version`, Value: '30', Type: 'String' } as const;
    await new SSMClient(clientOptions(this.emulator)).send(new PutParameterCommand(version));
    const { ok } = await fetch(`${this.emulator.url}/${assetsBucket}`, { method: 'PUT' });
    if (!ok) throw new Error(`the emulator made no bucket ${assetsBucket}`);
  }

  /** Returns the output of the CLI. @param stacks names of stacks, and options; by default `--all` */
  async deploy(...stacks: readonly string[]): Promise<string> {
    const outputs = ['--outputs-file', 'outputs.json'];
    const chosen = stacks.length === 0 ? ['--all'] : stacks;
    // The emulator's change sets fail without a message; `direct` creates and updates.
    return this.cdk('deploy', ...chosen, '--require-approval', 'never', '--method', 'direct', ...outputs);
  }

  /** Rejects with the differences between the deployed stacks and the configuration. */
  async diff(): Promise<string> {
    return this.cdk('diff', '--all', '--fail', '--method', 'template');
  }

  async destroy(): Promise<string> {
    // The templates of the last deployment.
    return this.cdk('destroy', '--all', '--force', '--app', 'cdk.out');
  }

  /** The outputs of a stack, which `deploy` prints. */
  outputs(stack: string): Readonly<Record<string, string>> {
    return readJson(join(this.folder, 'outputs.json'))[stack] as Record<string, string>;
  }

  /** The template that the last command synthesized. @param stack its name, not within a Stage */
  template(stack: string): Template {
    return readJson(join(this.folder, `cdk.out/${stack}.template.json`)) as unknown as Template;
  }

  configure(change: (written: Json) => void): void {
    const written = readJson(join(this.folder, this.configFile));
    change(written);
    this.write(this.configFile, written);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private get configFile(): string {
    return `config/${this.environment}.json`;
  }

  private write(file: string, content: Json): void {
    writeFileSync(join(this.folder, file), JSON.stringify(content));
  }

  /** Runs the CLI; resolves or rejects with its output. */
  private async cdk(...command: readonly string[]): Promise<string> {
    const startedMs = performance.now();
    const child = spawn(join(root, 'node_modules/.bin/cdk'), [...command, '--ci', '--no-color'], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        CDK_VALIDATION: process.env.CDK_VALIDATION,
        HOME: this.folder,
        ...this.emulator.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    say(
      `${this.environment}: cdk ${command.slice(0, 2).join(' ')}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
    );
    if (status === 0) return output;
    const log = this.emulator.log.join('\n');
    throw new Error(
      `cdk ${command.join(' ')} ended with ${status ?? 'a signal'}:\n${output}\nThe emulator's log:\n${log}`,
    );
  }
}

/** Prints a line of progress, since these tests take long. */
function say(line: string): void {
  process.stderr.write(`deploy: ${line}\n`);
}

function readJson(file: string): Json {
  return JSON.parse(readFileSync(file, 'utf8')) as Json;
}
