module oakum.test/server

go 1.24
