// Loaded before a program (NODE_OPTIONS=--require …), in all of its threads and processes: writes down who asks for a network, and refuses.
const { appendFileSync } = require('node:fs');
const dns = require('node:dns');
const dgram = require('node:dgram');
const net = require('node:net');

const loopback = /^(localhost|127(\.\d+){3}|::1)$/;

function refuse(what) {
  appendFileSync(process.env.CLR_LAB_NETWORK_LOG, `${what}\n`);
  throw new Error(`no network: ${what}`);
}

const { lookup } = dns;
dns.lookup = (name, ...rest) => (loopback.test(name) ? lookup(name, ...rest) : refuse(`lookup ${name}`));
for (const name of Object.keys(dns).filter((each) => each.startsWith('resolve'))) dns[name] = (asked) => refuse(`${name} ${asked}`);

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given;
  const { path, port, host = 'localhost' } = typeof options === 'object' ? options : { port: options, host: typeof given[1] === 'string' ? given[1] : 'localhost' };
  if (path === undefined && !loopback.test(host)) refuse(`connect ${host}:${port}`);
  return connect.apply(this, given);
};
dgram.createSocket = () => refuse('a datagram socket');
