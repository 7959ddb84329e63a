const http = require('http')
const { check } = require('./lib/password')

http
  .createServer(async (request, response) => {
    response.end(`the password fits: ${await check('correct horse')}\n`)
  })
  .listen(5000)

process.on('SIGTERM', () => process.exit(0))
