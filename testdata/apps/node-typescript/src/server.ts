import { fastify } from 'fastify'
import { distance } from './distance.js'

const app = fastify({ logger: true })

app.get('/', async () => {
  const berlin = { latitude: 52.52, longitude: 13.405 }
  const paris = { latitude: 48.8566, longitude: 2.3522 }
  return { kilometres: distance(berlin, paris) }
})

app.listen({ port: Number(process.env.PORT), host: '0.0.0.0' }).catch((error) => {
  app.log.error(error)
  process.exit(1)
})
