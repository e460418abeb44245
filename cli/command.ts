/** What a command of `model-events` is, and what it gets. */
import type { Environment } from '../config/environment';
import type { Account } from './account';
import type { Screen } from './screen';
import type { ProcessContext } from './process-context';

/** 0: all is well. 1: a check failed, or AWS refused. 2: the program was called, or is configured, wrongly. */
export type ExitCode = 0 | 1 | 2;

/** An option of one command, beside those that all have. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help, as in `NAME`. */
  readonly placeholder?: string;
  readonly help: string;
}

/** The one word that a command takes beside its options. */
export interface CommandArgument {
  /** As in `MESSAGE_ID`. */
  readonly placeholder: string;
  readonly required: boolean;
  readonly help: string;
}

/** The program was called wrongly; the message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The work cannot be done as things are; the message says why and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** One call of a command. */
export interface Invocation {
  readonly processContext: ProcessContext;
  readonly screen: Screen;
  /** `--json`: JSON on stdout and nothing else: one document, or a line for each entry. */
  readonly json: boolean;
  /** The name after `-e`. @throws UsageError where nobody gave one */
  readonly environmentName: string;
  /** Whether somebody gave one. */
  readonly hasEnvironment: boolean;
  /** Folder with the environments' files. */
  readonly configDirectory: string;
  /** The configuration of `-e`. @throws UsageError, ConfigurationError */
  environment(): Promise<Environment>;
  /** The account that profile and region lead to; the region is the environment's where one is given. */
  account(environment?: Environment): Account;
  /** Value of a command's own option. */
  text(option: string): string | undefined;
  /** The same, for one that must be there. @throws UsageError */
  requiredText(option: string): string;
  flag(option: string): boolean;
  /** The command's own word; undefined where it was left out. */
  readonly word: string | undefined;
  /** The same, for one that must be there. @throws UsageError */
  requiredWord(): string;
}

/** A command: how it is called, how it is explained, what it does. */
export interface Command {
  /** As it is typed: `doctor`, `ecs check`. */
  readonly name: string;
  /** One line in the program's help. */
  readonly summary: string;
  /** What a reader of the command's own help wants to know besides. */
  readonly details: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** @default the command takes options only */
  readonly argument?: CommandArgument;
  /** As they are typed, without `npx`, each with what it is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  run(invocation: Invocation): Promise<ExitCode>;
}
