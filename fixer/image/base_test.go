package image

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestBaseOf describes each base in one line: distribution, release, package
// manager, shell, C library, curl, user.
func TestBaseOf(t *testing.T) {
	tests := map[string]string{
		"debian":                        "debian - apt dash glibc curl:absent root",
		"debian:12.5-slim":              "debian 12/bookworm apt dash glibc curl:absent root",
		"debian:bullseye-20250101-slim": "debian 11/bullseye apt dash glibc curl:absent root",
		"debian@" + digest:              "debian - apt dash glibc curl:absent root",
		"ubuntu:22.04":                  "ubuntu 22.04/jammy apt dash glibc curl:absent root",
		"ubuntu:noble":                  "ubuntu 24.04/noble apt dash glibc curl:absent root",
		"alpine":                        "alpine - apk busybox musl curl:absent root",
		"alpine:3":                      "alpine - apk busybox musl curl:absent root",
		"alpine:3.20.1":                 "alpine 3.20 apk busybox musl curl:absent root",
		"alpine:3.99":                   "alpine 3.99 apk busybox musl curl:absent root",
		"busybox:musl":                  "busybox - none busybox musl curl:absent root",
		"busybox":                       "busybox - none busybox ? curl:absent root",
		"scratch":                       "scratch - none none none curl:absent root",
		"fedora:40":                     "fedora 40 dnf bash glibc curl:unknown root",
		"centos:7.9.2009":               "centos 7 yum bash glibc curl:unknown root",
		"amazonlinux:2":                 "amazonlinux 2 yum bash glibc curl:present root",
		"amazonlinux:2023":              "amazonlinux 2023 dnf bash glibc curl:present root",
		"amazonlinux@" + digest:         "amazonlinux - ? bash glibc curl:present root",
		"redhat/ubi9-minimal":           "ubi 9 microdnf bash glibc curl:present root",
		"registry.access.redhat.com/ubi8/ubi-minimal:8.10":   "ubi 8 microdnf bash glibc curl:present root",
		"registry.access.redhat.com/ubi10/ubi":               "ubi 10 dnf bash glibc curl:present root",
		"registry.access.redhat.com/ubi9-micro":              "ubi 9 none bash glibc curl:absent root",
		"node":                                               "debian - apt dash glibc curl:present root",
		"node:20":                                            "debian - apt dash glibc curl:present root",
		"node:20-slim":                                       "debian - apt dash glibc curl:absent root",
		"node:20-bookworm-slim":                              "debian 12/bookworm apt dash glibc curl:absent root",
		"node:20-alpine3.19":                                 "alpine 3.19 apk busybox musl curl:unknown root",
		"node:20-alpine":                                     "alpine - apk busybox musl curl:unknown root",
		"public.ecr.aws/docker/library/node:20-alpine":       "alpine - apk busybox musl curl:unknown root",
		"python:3.12-slim-trixie":                            "debian 13/trixie apt dash glibc curl:absent root",
		"golang:1.22-alpine":                                 "alpine - apk busybox musl curl:unknown root",
		"eclipse-temurin:21-jre":                             "ubuntu - apt dash glibc curl:unknown root",
		"eclipse-temurin:17-jre-focal":                       "ubuntu 20.04/focal apt dash glibc curl:unknown root",
		"eclipse-temurin:21-ubi9-minimal":                    "ubi 9 microdnf bash glibc curl:present root",
		"maven:3.9-eclipse-temurin-21":                       "ubuntu - apt dash glibc curl:unknown root",
		"openjdk:8-jre-alpine":                               "alpine - apk busybox musl curl:unknown root",
		"php:8.3-fpm-alpine":                                 "alpine - apk busybox musl curl:present root",
		"openjdk:17":                                         "oraclelinux - dnf bash glibc curl:unknown root",
		"nginx:1.27":                                         "debian - apt dash glibc curl:present root",
		"nginx:1.27-alpine":                                  "alpine - apk busybox musl curl:present root",
		"nginx:alpine-slim":                                  "alpine - apk busybox musl curl:absent root",
		"postgres:16":                                        "debian - apt dash glibc curl:unknown root",
		"mcr.microsoft.com/dotnet/aspnet:8.0":                "debian - apt dash glibc curl:unknown root",
		"mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled": "ubuntu 22.04/jammy none none glibc curl:absent app (1654:1654)",
		"mcr.microsoft.com/dotnet/aspnet:8.0-azurelinux3.0-distroless": "azurelinux 3.0 none none glibc curl:absent app (1654:1654)",
		"mcr.microsoft.com/dotnet/sdk:8.0-windowsservercore-ltsc2022":  "windows - none cmd none curl:unknown an unknown user",
		"mcr.microsoft.com/windows/servercore:ltsc2022":                "windows - none cmd none curl:unknown an unknown user",
		"gcr.io/distroless/static-debian12:nonroot":                    "distroless 12/bookworm none none none curl:absent nonroot (65532:65532)",
		"gcr.io/distroless/base":                                       "distroless - none none glibc curl:absent root",
		"gcr.io/distroless/base-debian12:debug":                        "distroless 12/bookworm none busybox glibc curl:absent root",
		"gcr.io/distroless/static-debian12@" + digest:                  "distroless 12/bookworm none ? none curl:unknown an unknown user",
		"cgr.dev/chainguard/node:latest-dev":                           "wolfi - apk ? glibc curl:unknown node (65532:65532)",
		"cgr.dev/chainguard/static":                                    "wolfi - none none none curl:absent nonroot (65532:65532)",
		"cgr.dev/chainguard/static:latest-glibc":                       "wolfi - none none glibc curl:absent nonroot (65532:65532)",
		"cgr.dev/chainguard/wolfi-base":                                "wolfi - apk busybox glibc curl:absent root",
		"dhi.io/node:24":                                               "dhi - none none glibc curl:absent node (1000:1000)",
		"dhi.io/node:24-alpine3.23":                                    "dhi - none none musl curl:absent node (1000:1000)",
		"dhi.io/node:24-debian13-dev":                                  "dhi - apt bash glibc curl:unknown root",
		"dhi.io/node:24-alpine3.23-dev":                                "dhi - apk busybox musl curl:absent root",
		"dhi.io/python:3.12":                                           "dhi - none none glibc curl:absent nonroot (65532:65532)",
		"dhi.io/static:20250419-debian13":                              "dhi - none none ? curl:absent nonroot (65532:65532)",
		"dhi.io/debian-base:trixie":                                    "dhi - none bash glibc curl:absent nonroot (65532:65532)",
		"dhi.io/golang:1-alpine3.23-dev":                               "dhi - apk busybox musl curl:unknown root",
		"dhi.io/redis:8":                                               "dhi - none ? glibc curl:unknown nonroot (65532:65532)",
		"gcr.io/distroless/python3.14-debian13:nonroot":                "distroless 13/trixie none none glibc curl:absent nonroot (65532:65532)",
	}
	orQuestion := func(s string) string {
		if s == "" {
			return "?"
		}
		return s
	}
	for in, want := range tests {
		b, ok := baseOf(parse(t, in))
		if !ok {
			t.Errorf("%s: not known", in)
			continue
		}
		release := b.Release
		if release == "" {
			release = "-"
		}
		if b.Codename != "" {
			release += "/" + b.Codename
		}
		got := fmt.Sprintf("%s %s %s %s %s curl:%s %s", b.Distribution, release, orQuestion(string(b.Packages)),
			orQuestion(string(b.Shell)), orQuestion(string(b.Libc)), b.Has("curl"), b.Default)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestEntrypoints: nil is not known, empty is known to be unset.
func TestEntrypoints(t *testing.T) {
	for in, want := range map[string][]string{
		"gcr.io/distroless/static-debian13:nonroot": {},
		"gcr.io/distroless/static-debian13:debug":   {"/busybox/sh"},
		"gcr.io/distroless/cc-debian13":             {},
		"gcr.io/distroless/base-debian13:debug":     {"/busybox/sh"},
		"gcr.io/distroless/java21-debian13":         {"/usr/bin/java", "-jar"},
		"gcr.io/distroless/nodejs24-debian13":       {"/nodejs/bin/node"},
		"gcr.io/distroless/python3-debian12":        {"/usr/bin/python3.11"},
		"gcr.io/distroless/python3-debian13:debug":  {"/usr/bin/python3.13"},
		"gcr.io/distroless/python3.14-debian13":     {"/python/bin/python3.14"},
		"gcr.io/distroless/python3-debian11":        nil,
		"cgr.dev/chainguard/wolfi-base":             {},
		"cgr.dev/chainguard/redis":                  nil,
		"dhi.io/node:24":                            {},
		"dhi.io/redis:8":                            nil,
		"debian:13":                                 nil,
	} {
		b, _ := baseOf(parse(t, in))
		if (b.Entrypoint == nil) != (want == nil) || !slices.Equal(b.Entrypoint, want) {
			t.Errorf("%s: %q, want %q", in, b.Entrypoint, want)
		}
	}
}

// TestToolsOfVariants: what a variant has replaces what the full image has.
func TestToolsOfVariants(t *testing.T) {
	for in, want := range map[string]Presence{"node:20": Present, "node:20-slim": NotKnown, "node:20-alpine": NotKnown, "debian:12": NotKnown} {
		b, _ := baseOf(parse(t, in))
		if got := b.Has("git"); got != want {
			t.Errorf("%s: git is %s, want %s", in, got, want)
		}
	}
}

func TestBaseOfRefuses(t *testing.T) {
	for _, in := range []string{"example.com/app:1", "maven:3", "tomcat:10", "node@" + digest, "mycompany/node:20", "mhart/alpine-node"} {
		if b, ok := baseOf(parse(t, in)); ok {
			t.Errorf("%s: claims %+v", in, b)
		}
	}
}

func TestBaseAccounts(t *testing.T) {
	tests := []struct {
		in, name string
		want     string // "" when not there
	}{
		{"node:20-alpine", "node", "1000:1000"},
		{"nginx:1.27", "nginx", "101:101"},
		{"debian:12", "www-data", "33:33"},
		{"php:8-fpm-alpine", "www-data", "82:82"},
		{"ubuntu:24.04", "ubuntu", "1000:1000"},
		{"ubuntu:22.04", "ubuntu", ""},
		{"mcr.microsoft.com/dotnet/aspnet:8.0", "app", "1654:1654"},
		{"mcr.microsoft.com/dotnet/aspnet:6.0", "app", ""},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled", "www-data", ""},
		{"mcr.microsoft.com/dotnet/aspnet:6.0-jammy-chiseled", "app", ""},
		{"gcr.io/distroless/cc-debian12", "nonroot", "65532:65532"},
		{"scratch", "nobody", ""},
	}
	for _, tt := range tests {
		b, _ := baseOf(parse(t, tt.in))
		got := ""
		if a, ok := b.Account(tt.name); ok {
			got = fmt.Sprintf("%d:%d", a.UID, a.GID)
		}
		if got != tt.want {
			t.Errorf("%s, %s: %q, want %q", tt.in, tt.name, got, tt.want)
		}
	}
}

func TestBaseEvidence(t *testing.T) {
	b, _ := baseOf(parse(t, "node:20-alpine3.19"))
	for field, want := range map[BaseField]string{
		BaseDistribution: "image table: node:20-alpine3.19 is built on alpine 3.19 (source: docker.io/library/node)",
		BasePackages:     "image table: node:20-alpine3.19 installs packages with apk (source: docker-library/memcached)",
		BaseTools:        "image table: node:20-alpine3.19 includes nc, wget (partly verified)",
		BaseEntrypoint:   "image table: node:20-alpine3.19 has the entrypoint docker-entrypoint.sh (source: nodejs/docker-node)",
	} {
		if got := b.Evidence(field).String(); got != want {
			t.Errorf("%s:\n got %s\nwant %s", field, got, want)
		}
	}
	if !b.Verified(BasePackages) || b.Verified(BaseTools) || b.Verified("colour") {
		t.Error("verified")
	}
	for _, field := range BaseFields() {
		if strings.Contains(b.Evidence(field).String(), "no field") {
			t.Errorf("%s is not put into words", field)
		}
	}
}

// TestBaseTable checks every entry of the table of base images.
func TestBaseTable(t *testing.T) {
	table := loadTable()
	b := table.bases()
	known := []Distribution{
		Debian, Ubuntu, Alpine, UBI, OracleLinux, AmazonLinux, CentOS, Fedora, RockyLinux, AlmaLinux,
		OpenSUSE, AzureLinux, Mariner, Wolfi, Distroless, Hardened, BusyBox, Scratch, Windows,
	}
	evidence := func(what string, list baseEvidence) {
		for field, sources := range list {
			if !slices.Contains(BaseFields(), field) {
				t.Errorf("%s: evidence of unknown field %q", what, field)
			}
			checkSources(t, table, what+" "+string(field), sources)
		}
	}
	enums := func(what string, p Manager, s Shell, l Libc) {
		if !slices.Contains([]Manager{"", Apt, Apk, Dnf, Microdnf, Yum, Tdnf, Zypper, NoPackages}, p) ||
			!slices.Contains([]Shell{"", Dash, Bash, BusyBoxShell, PowerShell, Cmd, NoShell}, s) ||
			!slices.Contains([]Libc{"", Glibc, Musl, Uclibc, NoLibc}, l) {
			t.Errorf("%s: unknown %q, %q or %q", what, p, s, l)
		}
	}
	codenames := map[string]Distribution{}
	for _, d := range b.Distributions {
		if !slices.Contains(known, d.ID) || d.Name == "" {
			t.Errorf("distribution %q", d.ID)
		}
		known = slices.DeleteFunc(known, func(k Distribution) bool { return k == d.ID })
		enums(string(d.ID), d.Packages, d.Shell, d.Libc)
		evidence(string(d.ID), d.Evidence)
		for _, v := range d.Variants {
			checkSelector(t, v.selector)
			enums(string(d.ID), v.Packages, v.Shell, v.Libc)
			evidence(string(d.ID), v.Evidence)
		}
		for _, r := range d.Releases {
			if other, taken := codenames[r.Codename]; taken && r.Codename != "" {
				t.Errorf("codename %s of both %s and %s", r.Codename, d.ID, other)
			}
			codenames[r.Codename] = d.ID
		}
	}
	if len(known) > 0 {
		t.Errorf("no facts of %v", known)
	}
	taken := map[string]bool{}
	for _, r := range b.Repositories {
		what := r.Repos[0]
		for _, name := range r.Repos {
			ref, err := ParseReference(strings.ReplaceAll(name, "*", "x"))
			if err != nil || ref.Name() != strings.ReplaceAll(name, "*", "x") || taken[name] {
				t.Errorf("repository %q: no full name, or twice: %v", name, err)
			}
			taken[name] = true
		}
		if !slices.Contains([]string{"", "tag", "repository"}, r.Release) || r.Fixed && r.Distribution == "" {
			t.Errorf("%s: release %q, fixed %v", what, r.Release, r.Fixed)
		}
		layers := []baseFacts{r.baseFacts}
		for _, v := range r.Variants {
			if !v.restricts() {
				t.Errorf("%s: a variant for every tag", what)
			}
			checkSelector(t, v.selector)
			layers = append(layers, v.baseFacts)
		}
		for _, f := range layers {
			enums(what, f.Packages, f.Shell, f.Libc)
			evidence(what, f.Evidence)
			if _, ok := b.byID[f.Distribution]; !ok && f.Distribution != "" {
				t.Errorf("%s: unknown distribution %q", what, f.Distribution)
			}
		}
	}
}

func isDay(s string) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && isDigits(s[:4]) && isDigits(s[5:7]) && isDigits(s[8:])
}
