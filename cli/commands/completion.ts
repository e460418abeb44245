import { type Command, UsageError } from '../command';
import { completionScript, shells } from '../completion-scripts';

/** `model-events completion`, for these commands and itself. */
export function completionFor(commands: readonly Command[]): Command {
  const completion: Command = {
    name: 'completion',
    summary: 'Print the completion of commands and options for a shell',
    details: `The shell completes the word model-events, so give it that name first:
alias model-events='npx model-events'. The script is made from the commands of this version.`,
    options: {},
    argument: { placeholder: 'SHELL', required: true, help: shells.join(', ') },
    examples: [
      ['model-events completion bash > ~/.model-events-completion', 'then: source it in ~/.bashrc'],
      ['model-events completion fish > ~/.config/fish/completions/model-events.fish', 'fish reads it by itself'],
    ],
    run: (invocation) => {
      const shell = shells.find((each) => each === invocation.requiredWord());
      if (shell === undefined) throw new UsageError(`completion requires one of ${shells.join(', ')}`);
      invocation.screen.line(completionScript(shell, [...commands, completion]).trimEnd());
      return Promise.resolve(0);
    },
  };
  return completion;
}
