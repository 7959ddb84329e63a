const http = require('node:http');
const ms = require('ms');

http.createServer((request, response) => {
  response.end(`the lantern turns every ${ms(10000)}\n`);
}).listen(3000);

process.on('SIGTERM', () => process.exit(0));
