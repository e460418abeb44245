/** The interface of a command of `model-events`. */
import type { Environment } from '../config/environment';
import type { Account } from './account';
import type { Screen } from './screen';
import type { ProcessContext } from './process-context';

/** 0: success. 1: a check failed, or AWS refused a call. 2: invalid usage or configuration. 130: Ctrl-C at a prompt. */
export type ExitCode = 0 | 1 | 2 | 130;

/** An option of one command, besides the shared ones. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** One letter, as in `-f`. */
  readonly short?: string;
  /** Name of the value in the help, as in `NAME`. */
  readonly placeholder?: string;
  readonly help: string;
}

/** The argument of a command besides its options. */
export interface CommandArgument {
  /** As in `MESSAGE_ID`. */
  readonly placeholder: string;
  readonly required: boolean;
  /** @default the command takes one */
  readonly several?: boolean;
  readonly help: string;
}

/** Invalid usage; the message contains the correct usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command cannot run in the current state; the message contains the reason and the fix. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Ctrl-C at a prompt; nothing was changed. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** One call of a command. */
export interface Invocation {
  readonly processContext: ProcessContext;
  readonly screen: Screen;
  /** `--json`: JSON on stdout and nothing else: one document, or a line for each entry. */
  readonly json: boolean;
  /** The environment's name. @throws UsageError without `-e` and MODEL_EVENTS_ENVIRONMENT */
  readonly environmentName: string;
  /** Whether an environment was named. */
  readonly hasEnvironment: boolean;
  /** Folder with the environments' files. */
  readonly configDirectory: string;
  /** The configuration of `-e`. @throws UsageError, ConfigurationError */
  environment(): Promise<Environment>;
  /** The account of the profile, in the environment's region if one is named. */
  account(environment?: Environment): Account;
  /** Value of a command's own option. */
  text(option: string): string | undefined;
  /** Value of a required option. @throws UsageError if it is missing */
  requiredText(option: string): string;
  flag(option: string): boolean;
  /** The command's argument; undefined if it was omitted. */
  readonly word: string | undefined;
  /** All arguments, of a command that takes several. */
  readonly words: readonly string[];
  /** The command's required argument. @throws UsageError if it is missing */
  requiredWord(): string;
}

/** The option that selects the same pipeline in another command. */
export const pipelineOption = (invocation: Pick<Invocation, 'flag' | 'environmentName'>): string =>
  invocation.flag('local') ? '--local' : `-e ${invocation.environmentName}`;

/** A command: its usage, its help and its work. */
export interface Command {
  /** As it is typed: `doctor`, `ecs check`. */
  readonly name: string;
  /** One line in the program's help. */
  readonly summary: string;
  /** Further paragraphs of the command's help. */
  readonly details: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** @default the command takes only options */
  readonly argument?: CommandArgument;
  /** Whether it changes something, so that it goes on when the reader of its output ends. @default it only reads */
  readonly changes?: true;
  /** As they are typed after `npx`, each with its purpose. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  run(invocation: Invocation): Promise<ExitCode>;
}
