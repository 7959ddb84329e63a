import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Koa from 'koa'

const items = readFileSync(join(__dirname, 'items.xml'), 'utf8')
const app = new Koa()

app.use((ctx) => {
  ctx.type = 'application/xml'
  ctx.body = `<feed compiled="${typeof require === 'function'}">${items.trim()}</feed>`
})

app.listen(4000)
