const http = require('node:http');
const { greeting } = require('./settings.json');

http.createServer((request, response) => response.end(`${greeting}\n`)).listen(8080);

process.on('SIGTERM', () => process.exit(0));
