import http from 'http'

http.createServer((request, response) => response.end(`the title is ${TITLE}\n`)).listen(3000)
