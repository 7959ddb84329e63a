import http from 'http'
import ms from 'ms'
import { name } from './name.js'

http
  .createServer((request, response) => {
    response.end(`${name} of ${process.env.STAGE} waits ${ms(120000, { long: true })}\n`)
  })
  .listen(8080)
