/** The commands of a client in the protocol of Redis: arrays of bulk strings. */

export interface ReadCommand {
  readonly args: readonly string[];
  /** As the client sent it. */
  readonly bytes: Buffer;
}

/** The complete commands, and what is left. */
export function commandsIn(bytes: Buffer): { readonly commands: ReadCommand[]; readonly rest: Buffer } {
  const commands: ReadCommand[] = [];
  let start = 0;
  for (let end: number | undefined; ; start = end) {
    const args: string[] = [];
    end = readCommand(bytes, start, args);
    if (end === undefined) return { commands, rest: bytes.subarray(start) };
    commands.push({ args, bytes: bytes.subarray(start, end) });
  }
}

export function encodeCommand(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;
}

/** @returns the end of the command; undefined if it is not complete */
function readCommand(bytes: Buffer, start: number, args: string[]): number | undefined {
  const header = line(bytes, start);
  if (header === undefined) return undefined;
  let at = header.end;
  for (let left = Number(header.text.slice(1)); left > 0; left--) {
    const length = line(bytes, at);
    if (length === undefined) return undefined;
    const end = length.end + Number(length.text.slice(1));
    if (bytes.length < end + 2) return undefined;
    args.push(bytes.toString('utf8', length.end, end));
    at = end + 2;
  }
  return at;
}

function line(bytes: Buffer, start: number): { readonly text: string; readonly end: number } | undefined {
  const end = bytes.indexOf('\r\n', start);
  return end < 0 ? undefined : { text: bytes.toString('latin1', start, end), end: end + 2 };
}
