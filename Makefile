# What .ci/run does is the whole of what a change has to pass; these are the two
# commands for every day. ARGS are more arguments for go test: make e2e ARGS=-v

GO ?= go

.PHONY: test e2e

# All tests that need nothing but this folder.
test:
	$(GO) test $(ARGS) ./...

# Those too that start other programs (an API server, a container engine).
# Where one of these is missing its tests are skipped; -v says so and why.
e2e:
	$(GO) test -tags e2e -timeout 60m $(ARGS) ./...
