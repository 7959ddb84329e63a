# What .ci/run does is the whole of what a change has to pass; these are the two
# commands for every day. ARGS are more arguments for go test: make e2e ARGS=-v

GO ?= go

.PHONY: test e2e

# All tests that need nothing but this folder.
test:
	$(GO) test $(ARGS) ./...

# Those too that start other programs (an API server, a container engine).
# Where one of these is missing its tests are skipped; -v says so and why. The
# programs may come and go, so results of former runs are not used again.
e2e:
	$(GO) test -tags e2e -count 1 -timeout 60m $(ARGS) ./...
