require "mkmf"

create_makefile("fletcher/fletcher")
