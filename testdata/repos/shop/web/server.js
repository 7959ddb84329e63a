// The shop's front: answers on port 3000.
const http = require('node:http');
http.createServer((_, res) => res.end('shop\n')).listen(3000);
