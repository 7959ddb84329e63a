# What .ci/run does is the whole of what a change has to pass; these are the
# commands for every day. ARGS are more arguments for go test: make e2e ARGS=-v

GO ?= go

.PHONY: test e2e safety

# All tests that need nothing but this folder.
test:
	$(GO) test $(ARGS) ./...

# Those too that start other programs (an API server, a container engine).
# Where one of these is missing its tests are skipped; -v says so and why. The
# programs may come and go, so results of former runs are not used again.
e2e:
	$(GO) test -tags e2e -count 1 -timeout 60m $(ARGS) ./...

# What a fixer makes of the repositories below REPOS, as a table: docs/safety.md.
# AFTER names a result that somebody else made, in place of FIXER; ARGS are more
# flags: make safety REPOS=~/src ARGS=-detail
FIXER ?= oakum fix --level review --allow-dirty .
export REPOS AFTER AGAIN FIXER

safety:
	@bin=$$(mktemp -d) && trap 'rm -rf "$$bin"' EXIT && \
	$(GO) build -o "$$bin/oakum" ./cmd/oakum && $(GO) -C safety build -o "$$bin/safety" . && \
	PATH="$$bin:$$PATH" "$$bin/safety" -repos "$$REPOS" -fixer "$$FIXER" -after "$$AFTER" -again "$$AGAIN" $(ARGS)
