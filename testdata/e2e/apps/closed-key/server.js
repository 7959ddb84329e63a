const fs = require('node:fs');
const http = require('node:http');

const seal = fs.readFileSync('seal.txt', 'utf8');
http.createServer((request, response) => response.end(`under ${seal}`)).listen(8080);
