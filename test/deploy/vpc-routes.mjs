// Loaded into a deployed function's process: emulates the VPC's DNS. A connection to a host and port in
// TEST_ROUTES ("host:port=here", separated by commas) goes to the port `here` of this machine. Everything else, such as the name
// that the certificate must have, is as deployed.
import net from 'node:net';

const routes = new Map((process.env.TEST_ROUTES ?? '').split(',').map((route) => route.split('=')));
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  const here = routes.get(`${options?.host}:${options?.port}`);
  if (here !== undefined) Object.assign(options, { host: '127.0.0.1', port: Number(here) });
  return connect.apply(this, given);
};
