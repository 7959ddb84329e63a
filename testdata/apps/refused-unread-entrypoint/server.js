const http = require('http')

http.createServer((request, response) => response.end('here\n')).listen(3000)
