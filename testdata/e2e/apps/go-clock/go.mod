module oakum.test/clock

go 1.24
