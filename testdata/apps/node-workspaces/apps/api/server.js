const express = require('express')
const countries = require('@atlas/countries')

express()
  .get('/', (request, response) => response.json({ countries: countries.length, first: countries[0] }))
  .listen(7000)
