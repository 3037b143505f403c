import { Server } from 'node-hl7-server';

/** node-hl7-server as its README has it, in a process of its own: `node-hl7-server PORT`. It answers AA from memory. */
const server = new Server({ bindAddress: '127.0.0.1' });
const inbound = server.createInbound({ port: Number(process.argv[2]) }, (_request, response) => {
  void response.sendResponse('AA');
});
inbound.on('listen', () => console.log('listening'));
