import { connect } from 'node:net';

/** Enough within a VPC: the caller's own limit is over already. */
const limitMs = 300;

/**
 * The step at which a TLS connection timed out, as the error that names it. A PING in plain text, which needs no secret,
 * distinguishes a server without TLS from one that hangs. Never rejects.
 */
export function connectTimeoutOf(host: string, port: number): Promise<Error> {
  return new Promise((resolve) => {
    let text = 'connect ETIMEDOUT';
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(), limitMs);
    socket
      .on('error', () => undefined)
      .once('connect', () => {
        text = 'TLS handshake timed out';
        socket.write('PING\r\n');
      })
      .once('data', (reply) => {
        // A TLS server answers with an alert.
        if (/^[+-]/.test(reply.toString('latin1'))) text = 'no TLS: the server answers in plain text';
        socket.destroy();
      })
      .once('close', () => {
        clearTimeout(timer);
        resolve(new Error(text));
      });
  });
}
