package image

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/languagetest"
)

// TestLifecycles: which releases an image is made of, and until when they are
// supported.
func TestLifecycles(t *testing.T) {
	tests := map[string][]string{
		"node:18-bullseye":                        {"Debian 11 (bullseye) 2024-08-14/2026-08-31", "Node.js 18 2025-04-30/"},
		"node:lts-alpine":                         nil,
		"python:3.9-alpine3.18":                   {"Alpine Linux 3.18 2025-05-09/", "Python 3.9 2025-10-31/"},
		"python:3":                                nil,
		"golang:1.18":                             {"Go 1.18 2023-02-01/"},
		"golang:1.27":                             nil, // its end is not announced
		"centos:7":                                {"CentOS 7 2024-06-30/"},
		"gcr.io/distroless/cc-debian11":           {"Debian 11 (bullseye) 2024-08-14/2026-08-31"},
		"gcr.io/distroless/nodejs20-debian12":     {"Debian 12 (bookworm) 2026-07-11/2028-06-30", "Node.js 20 2026-04-30/"},
		"gcr.io/distroless/nodejs20@" + digest:    {"Node.js 20 2026-04-30/"},
		"gcr.io/distroless/python3-debian13":      {"Debian 13 (trixie) 2028-08-09/2030-06-30"},
		"mcr.microsoft.com/dotnet/sdk:6.0-jammy":  {"Ubuntu 22.04 (jammy) 2027-04-01/2032-04-09", ".NET 6.0 2024-11-12/"},
		"node:0.10":                               {"Node.js 0.10 2016-10-31/"},
		"alpine:3.24":                             {"Alpine Linux 3.24 2028-06-01/"},
		"alpine:3":                                nil,
		"postgres:14":                             {"PostgreSQL 14 2026-11-12/"},
		"postgres:14.5-alpine3.16":                {"Alpine Linux 3.16 2024-05-23/", "PostgreSQL 14 2026-11-12/"},
		"postgres":                                nil,
		"postgres@" + digest:                      nil,
		"timescale/timescaledb:2.17.2-pg13":       {"PostgreSQL 13 2025-11-13/"},
		"pgvector/pgvector:pg16":                  {"PostgreSQL 16 2028-11-09/"},
		"maven:3.9-eclipse-temurin-24":            {"Eclipse Temurin 24 2025-09-16/"},
		"maven:3.9-amazoncorretto-24":             {"Amazon Corretto 24 2025-10-31/"},
		"gradle:8-jdk23-corretto":                 nil,
		"tomcat:8.5-jdk17-temurin":                {"Eclipse Temurin 17 2027-10-31/", "Apache Tomcat 8.5 2024-03-31/"},
		"eclipse-temurin:21-jre":                  {"Eclipse Temurin 21 2029-12-31/"},
		"wordpress:6.4-php8.0-apache":             {"PHP 8.0 2023-11-26/"},
		"registry.example.com/team/postgres:13":   nil, // whatever that is
		"mirror.gcr.io/library/postgres:13":       {"PostgreSQL 13 2025-11-13/"},
		"registry.docker.com/library/postgres:13": {"PostgreSQL 13 2025-11-13/"}, // the same image by another host of the hub

		// A number that stands for several releases: the one that is supported longest.
		"mongo:4":               {"MongoDB 4.4 2024-02-29/"},
		"mongo:7":               nil,
		"rabbitmq:3-management": {"RabbitMQ 3.13 2024-09-17/"},
		"haproxy:2":             nil, // 2.8 is supported
		"php:7-fpm":             {"PHP 7.4 2022-11-28/"},
		"opensuse/leap:15":      {"openSUSE Leap 15.6 2026-04-30/"},

		// A release that is not listed, older than one that has ended.
		"nginx:1.13-alpine": {"nginx 1.13 < nginx 1.14 2019-04-23/"},
		"redis:3.2":         {"Redis 3.2 < Redis 5.0 2022-04-27/"},
		"postgres:20250101": nil,
		"eclipse-temurin:9": nil, // 11 is supported
	}
	for in, want := range tests {
		k := KnowledgeOf(in, nil)
		var got []string
		for _, l := range k.Lifecycles {
			of := l.Of
			if l.Before != "" {
				of += " < " + l.Before
			}
			got = append(got, fmt.Sprintf("%s %s/%s", of, l.End, l.Extended))
			if !l.Verified || !strings.Contains(l.Evidence().String(), l.End) {
				t.Errorf("%s: evidence %s", in, l.Evidence().String())
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", in, got, want)
		}
	}
	l := Lifecycle{End: "2024-08-14", Extended: "2026-08-31"}
	if l.Ended("2024-08-14") || !l.Ended("2024-08-15") || l.EndedExtended("2026-08-31") || !l.EndedExtended("2026-09-01") {
		t.Error("the last day is a day of support")
	}
}

// TestEndOfLife: the reasons and the advice, as people read them.
func TestEndOfLife(t *testing.T) {
	for in, want := range map[string]string{
		"postgres:17": "",
		"postgres:13": "over: PostgreSQL 13 received its last security updates on 2025-11-13 | Use PostgreSQL 16, supported until 2028-11-09, or 18, until 2030-11-14. " +
			"A new major version does not read the old data directory: migrate with pg_upgrade, or with pg_dump and a restore",
		"golang:1.24":                  "over: Go 1.24 received its last security updates on 2026-02-10 | Use Go 1.27 or newer",
		"debian:12":                    "LTS: Debian 12 (bookworm) has only long-term support since 2026-07-11 (until 2028-06-30) | Use Debian 13 (trixie), supported until 2028-08-09",
		"ubuntu:20.04":                 "over: Ubuntu 20.04 (focal) received its last security updates on 2025-05-31 (until 2030-04-02, only paying or registered users receive updates) | Use Ubuntu 24.04 (noble), supported until 2029-05-31, or 26.04 (resolute), until 2031-04-30",
		"nginx:1.13":                   "over: nginx 1.13 is older than nginx 1.14, which received its last security updates on 2019-04-23 | Use nginx 1.30 or newer",
		"redis:6.0":                    "over: Redis 6.0 received its last security updates on 2022-05-31 | Use Redis 7.2, supported until 2029-12-01, or 8.2, until 2030-09-01",
		"fedora:40":                    "over: Fedora 40 received its last security updates on 2025-05-13 | Use Fedora 44, supported until 2027-06-02",
		"gitlab/gitlab-ce:17.0.1-ce.0": "over: GitLab 17.0 received its last security updates on 2024-08-15 | Use the newest release of GitLab. Follow the upgrade path of GitLab: some releases cannot be skipped",
		"openjdk:17-jdk-slim":          "over: no release tag is updated since July 2022 | Use eclipse-temurin: Eclipse Temurin 21, supported until 2029-12-31, or 25, until 2031-09-30",
		"openjdk:8":                    "over: no release tag is updated since July 2022 | Use eclipse-temurin: Eclipse Temurin 8, supported until 2030-12-31, or 25, until 2031-09-30",
		"bitnami/postgresql:17":        "over: Bitnami moved its versioned images to docker.io/bitnamilegacy, and publishes only latest here | Use the image of the project itself, or Bitnami Secure Images (paid). Paths, users and variables differ. Until then docker.io/bitnamilegacy has the old tags, without updates",
		"bitnami/minideb:latest":       "",
		"rockylinux:9":                 "over: the official image is not updated since November 2023 | Use rockylinux/rockylinux = rockylinux/rockylinux:9",
		"vault:1.13":                   "over: HashiCorp publishes Vault only as hashicorp/vault since version 1.14, HashiCorp Vault 1.13 received its last security updates on 2024-03-25 | Use hashicorp/vault: HashiCorp Vault 2.0 or newer", // the same tag has ended, too
		"gcr.io/kubebuilder/kube-rbac-proxy:v0.13.1":   "over: the registry no longer has it | Use quay.io/brancz/kube-rbac-proxy, or the authentication of controller-runtime itself = quay.io/brancz/kube-rbac-proxy:v0.13.1",
		"gcr.io/kubebuilder/kube-rbac-proxy@" + digest: "over: the registry no longer has it | Use quay.io/brancz/kube-rbac-proxy, or the authentication of controller-runtime itself",
		"maven:3-openjdk-17":                           "over: no tag with openjdk is built since 2022 | Use a tag with eclipse-temurin (maven) or jdk (gradle, tomcat): Eclipse Temurin 8, supported until 2030-12-31, or 25, until 2031-09-30",
		"maven:3-eclipse-temurin-21":                   "",
		"gcr.io/distroless/base-debian12":              "over: distroless images are no longer built from Debian 12 (bookworm) | Use Debian 13 (trixie), supported until 2028-08-09",
		"jaegertracing/all-in-one:1.60":                "over: Jaeger 1 received its last security updates on 2025-12-31 | Use jaegertracing/jaeger, which is Jaeger 2 with another configuration",
	} {
		e, ok := KnowledgeOf(in, nil).EndOfLife()
		got := ""
		if ok {
			got = map[bool]string{true: "over: ", false: "LTS: "}[e.Over] + strings.Join(e.Reasons, ", ") + " | " + strings.Join(e.Advice, ". ")
			if e.Same != "" {
				got += " = " + e.Same
			}
			if len(e.Evidence) != len(e.Reasons) {
				t.Errorf("%s: %d reasons, evidence %v", in, len(e.Reasons), e.Evidence)
			}
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestSuccessorsAreSupported: whatever advice names is supported on the day, and for
// a year more where there is such a release.
func TestSuccessorsAreSupported(t *testing.T) {
	l := loadTable().lifecycles()
	ended := 0
	for _, p := range l.Products {
		longest := ""
		for _, r := range p.releases() {
			longest = max(longest, r.End)
		}
		for _, r := range p.releases() {
			if r.End == "" || Day <= r.End {
				continue
			}
			ended++
			next := p.next(parseVersion(r.Version))
			for _, n := range next {
				if n.End != "" && n.End <= Day {
					t.Errorf("%s: %s has ended too", p.named(r), n.Of)
				}
				if n.End != "" && n.End < monthsFrom(enoughMonths) && longest >= monthsFrom(enoughMonths) {
					t.Errorf("%s: %s has less than a year left, and another release has more", p.named(r), n.Of)
				}
				if compareVersions(parseVersion(n.Version), parseVersion(r.Version)) <= 0 {
					t.Errorf("%s: %s is no newer release", p.named(r), n.Of)
				}
			}
			if advice := p.advice(next); !strings.HasPrefix(advice, "Use ") && !strings.HasPrefix(advice, "Move ") || strings.HasSuffix(advice, ".") {
				t.Errorf("%s: advice %q", p.named(r), advice)
			}
		}
		for _, name := range p.Images {
			supported(t, name)
		}
		if len(p.next(nil)) == 0 && p.Instead == "" {
			t.Logf("%s: no release is supported for three months more", p.Name)
		}
	}
	if ended < 500 {
		t.Errorf("only %d releases have ended", ended)
	}
	for i := range l.Left {
		gone := &l.Left[i]
		if p := l.products[gone.Product]; p != nil && len(p.next(nil)) == 0 {
			t.Errorf("%v: %s has no release to move to", gone.Repos, p.Name)
		}
		for _, name := range gone.Images {
			supported(t, name)
			if ref := parse(t, name); gone.Same == "" && !strings.Contains(gone.Advice, ref.Repository[strings.LastIndexByte(ref.Repository, '/')+1:]) &&
				!strings.Contains(strings.ToLower(strings.ReplaceAll(gone.Advice, " ", "")), ref.Repository[strings.LastIndexByte(ref.Repository, '/')+1:]) {
				t.Logf("%v: the advice does not spell %s", gone.Repos, name)
			}
		}
		if gone.Same != "" {
			supported(t, gone.Same)
		}
	}
}

// supported fails for an image that has ended itself.
func supported(t *testing.T, name string) {
	t.Helper()
	if ref := parse(t, name); strings.Count(name, "/") == 0 || ref.String() != name && ref.Name() != name {
		t.Errorf("%s is not a full name", name)
	}
	if e, ended := KnowledgeOf(name, nil).EndOfLife(); ended {
		t.Errorf("%s is recommended, and has ended: %v", name, e.Reasons)
	}
}

// TestLifecycleTable checks every entry of the table of lifecycles.
func TestLifecycleTable(t *testing.T) {
	table := loadTable()
	l := table.lifecycles()
	ids := map[string]bool{}
	repos := func(what string, list []string) {
		for _, name := range list {
			ref, err := ParseReference(strings.ReplaceAll(name, "*", "x"))
			if err != nil || ref.Name() != strings.ReplaceAll(name, "*", "x") {
				t.Errorf("%s: repository %q: not a full name: %v", what, name, err)
			}
		}
	}
	for _, p := range l.Products {
		if p.ID == "" || ids[p.ID] || p.Name == "" || !slices.Contains([]string{"", "free", "registered"}, p.Extended) || !slices.Contains([]string{"", "jvm"}, p.Platform) {
			t.Errorf("product %q %q", p.ID, p.Name)
		}
		ids[p.ID] = true
		if _, isDistribution := table.bases().byID[Distribution(p.ID)]; !isDistribution && len(p.Counts) == 0 {
			t.Errorf("%s: no image has it", p.ID)
		}
		for _, c := range p.Counts {
			repos(p.ID, c.Repos)
			if len(c.Repos) == 0 || len(c.Words) > 0 && c.Path != "" {
				t.Errorf("%s: %+v", p.ID, c)
			}
		}
		checkSources(t, table, p.ID, p.Evidence)
		var before []int
		for i, r := range p.releases() {
			number := parseVersion(r.Version)
			if len(number) == 0 || !isDay(r.End) && r.End != "" || r.Extended != "" && (!isDay(r.Extended) || r.Extended < r.End || p.Extended == "") {
				t.Errorf("%s: release %q", p.ID, p.Written[i])
			}
			if i > 0 && slices.Compare(before, number) <= 0 {
				t.Errorf("%s: %q is not older than the one before it", p.ID, p.Written[i])
			}
			before = number
		}
	}
	for _, d := range table.bases().Distributions {
		if len(d.Releases) == 0 && slices.Contains([]Distribution{Debian, Ubuntu, Alpine, UBI, AmazonLinux, CentOS, Fedora}, d.ID) {
			t.Errorf("%s has no releases", d.ID)
		}
	}
	for _, gone := range l.Left {
		what := strings.Join(gone.Repos, " ")
		repos(what, gone.Repos)
		repos(what, gone.Except)
		checkSources(t, table, what, gone.Evidence)
		if gone.Note == "" || gone.Advice == "" || strings.HasSuffix(gone.Note+gone.Advice, ".") {
			t.Errorf("%s: note %q, advice %q", what, gone.Note, gone.Advice)
		}
		if gone.Product != "" && !ids[gone.Product] {
			t.Errorf("%s: unknown product %q", what, gone.Product)
		}
	}
}

// TestLifecyclesReadWell: what the table says to people is written as everything is.
func TestLifecyclesReadWell(t *testing.T) {
	l := loadTable().lifecycles()
	check := func(what, text string) {
		for _, complaint := range languagetest.Complaints(text) {
			t.Errorf("%s: %s", what, complaint)
		}
	}
	for _, p := range l.Products {
		check(p.ID, p.Move)
		check(p.ID, p.Instead)
		check(p.ID, p.advice(p.next(nil)))
	}
	for _, gone := range l.Left {
		check(gone.Repos[0], gone.Note)
		check(gone.Repos[0], gone.Advice)
	}
}
