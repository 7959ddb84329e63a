const fs = require('node:fs');
const http = require('node:http');

http.createServer((request, response) => {
  if (request.method === 'POST') {
    try {
      fs.appendFileSync('/data/log', 'all is well\n');
      response.statusCode = 201;
    } catch (error) {
      response.statusCode = 500;
    }
  }
  response.end('the log is open\n');
}).listen(8080);

process.on('SIGTERM', () => process.exit(0));
