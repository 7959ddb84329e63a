const fs = require('node:fs');
const http = require('node:http');

const file = '/data/count';
const read = () => (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0);

http.createServer((request, response) => {
  if (request.method === 'POST') {
    fs.writeFileSync(file, String(read() + 1));
    response.statusCode = 201;
  }
  response.end(`count ${read()}\n`);
}).listen(8080);
