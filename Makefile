# What .ci/run does is the whole of what a change has to pass; these are the
# commands for every day. ARGS are more arguments for go test: make e2e ARGS=-v

GO ?= go

.PHONY: install test e2e release image safety netpol-judge

# Puts oakum into GOBIN, or bin in GOPATH. Its version is the commit of the clone.
install:
	$(GO) install -trimpath -buildvcs=auto ./cmd/oakum
	@bin=$$($(GO) env GOBIN); bin=$${bin:-$$($(GO) env GOPATH)/bin}; \
	echo "installed $$bin/oakum: $$("$$bin/oakum" version)"; \
	case ":$$PATH:" in *":$$bin:"*) ;; *) echo "add it to your PATH: export PATH=\"\$$PATH:$$bin\"" ;; esac

# All tests that need nothing but this directory.
test:
	$(GO) test $(ARGS) ./...

# Those too that start other processes (an API server, a container engine, BuildKit).
# Where one of these is missing its tests are skipped; -v says so and why. They
# may come and go, so results of former runs are not used again.
e2e:
	$(GO) test -tags e2e -count 1 -timeout 150m $(ARGS) ./...

# The archives of a release, in dist: docs/install.md.
release:
	.ci/release $(PLATFORMS)

# The container image.
image:
	docker build -t oakum .

# What a fixer makes of the repositories below REPOS, as a table: docs/safety.md.
# AFTER names a result that somebody else made, in place of FIXER; ARGS are more
# flags: make safety REPOS=~/src ARGS=-detail
FIXER ?= oakum fix --level review --allow-dirty .
export REPOS AFTER AGAIN FIXER

safety:
	@bin=$$(mktemp -d) && trap 'rm -rf "$$bin"' EXIT && \
	$(GO) build -o "$$bin/oakum" ./cmd/oakum && $(GO) -C safety build -o "$$bin/safety" . && \
	PATH="$$bin:$$PATH" "$$bin/safety" -repos "$$REPOS" -fixer "$$FIXER" -after "$$AFTER" -again "$$AGAIN" $(ARGS)

# Who may connect to whom under NetworkPolicies, compared with np-guard's
# netpol-analyzer: on SETS random clusters, and on the directories of manifests below
# FOLDERS, where there are any: make netpol-judge FOLDERS=~/src/netpol-analyzer/tests
SETS ?= 500

netpol-judge:
	$(GO) -C netpoltest run . -sets $(SETS) -folders "$(FOLDERS)" $(ARGS)
