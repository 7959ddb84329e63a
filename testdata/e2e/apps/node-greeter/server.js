const http = require('node:http');
const ms = require('ms');

http.createServer((request, response) => {
  response.end(`hello, a day has ${ms('1d')} ms\n`);
}).listen(3000);

process.on('SIGTERM', () => process.exit(0));
