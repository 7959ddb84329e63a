package image

import (
	"strings"
	"testing"
)

func TestProposals(t *testing.T) {
	for in, want := range map[string]string{
		"node:16-alpine":                      "docker.io/library/node:24-alpine cgr.dev/chainguard/node gcr.io/distroless/nodejs22-debian13:nonroot",
		"node:16":                             "docker.io/library/node:24 docker.io/library/node:16-slim cgr.dev/chainguard/node gcr.io/distroless/nodejs22-debian13:nonroot",
		"node:24":                             "docker.io/library/node:24-slim cgr.dev/chainguard/node gcr.io/distroless/nodejs22-debian13:nonroot",
		"node:16-alpine3.15":                  "cgr.dev/chainguard/node gcr.io/distroless/nodejs22-debian13:nonroot", // which Alpine goes with another release is not known
		"alpine:3.18":                         "cgr.dev/chainguard/wolfi-base",
		"rockylinux:9":                        "docker.io/rockylinux/rockylinux:9",
		"nginx:1.30":                          "docker.io/nginxinc/nginx-unprivileged cgr.dev/chainguard/nginx",
		"python:3.9@" + digest:                "cgr.dev/chainguard/python gcr.io/distroless/python3-debian13:nonroot",
		"registry.example/x:1":                "",
		"mcr.microsoft.com/dotnet/aspnet:8.0": "mcr.microsoft.com/dotnet/aspnet:10.0",
		"::":                                  "",
	} {
		var got []string
		for _, p := range KnowledgeOf(in, nil).Proposals() {
			got = append(got, p.Image)
			if p.Why == "" {
				t.Errorf("%s: no reason for %s", in, p.Image)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s:\n got %s\nwant %s", in, s, want)
		}
	}
}
