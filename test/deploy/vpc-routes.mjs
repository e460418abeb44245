// Loaded into a deployed function's process: plays the VPC's name server. Where the function connects to a host and port in
// TEST_ROUTES ("host:port=here", separated by commas) it comes out at the port `here` of this machine. All else, the name
// that the certificate must have included, stays as it was deployed.
import net from 'node:net';

const routes = new Map((process.env.TEST_ROUTES ?? '').split(',').map((route) => route.split('=')));
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  const here = routes.get(`${options?.host}:${options?.port}`);
  if (here !== undefined) Object.assign(options, { host: '127.0.0.1', port: Number(here) });
  return connect.apply(this, given);
};
