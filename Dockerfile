# The image of oakum itself: docs/install.md says how to build and run it.

# oakum: ignore dockerfile/unpinned-image the toolchain of go.mod is what counts, and its patches are wanted
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
# oakum: ignore cross/dockerignore go records the commit as the version, and this stage is not shipped
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=auto -ldflags="-s -w" -o /out/oakum ./cmd/oakum && \
    mkdir /out/state

FROM scratch
COPY --from=build /out/oakum /oakum
# Undo records and decisions; a volume there keeps them.
COPY --from=build --chown=65532:65532 --chmod=1777 /out/state /state
ENV XDG_STATE_HOME=/state
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/oakum"]
