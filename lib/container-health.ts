/**
 * Commands by which ECS sees whether a container works. They read the kernel's own table of sockets, so that they run in
 * any image with a shell and grep: no curl, no path that an application would have to serve.
 */

/** States in the table: see tcp_states.h of Linux. */
const established = '01';
const listening = '0A';

/** It accepts connections: on this port, or on any. */
export function listensCommand(port?: number): string {
  const local = port === undefined ? '[0-9A-F]+' : hexadecimal(port);
  return socketCommand(`: [0-9A-F]+:${local} [0-9A-F]+:0000 ${listening} `);
}

/** It holds a connection to a server's port. */
export function holdsConnectionCommand(port: number): string {
  return socketCommand(`: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:${hexadecimal(port)} ${established} `);
}

function socketCommand(pattern: string): string {
  // One of the two tables is missing where the kernel knows only the other kind of address.
  return `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE '${pattern}'`;
}

function hexadecimal(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
