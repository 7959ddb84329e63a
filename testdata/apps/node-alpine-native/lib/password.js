const bcrypt = require('bcrypt')

const hash = bcrypt.hashSync('correct horse', 4)

exports.check = (password) => bcrypt.compare(password, hash)
