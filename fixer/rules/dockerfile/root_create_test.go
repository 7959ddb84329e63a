package dockerfile

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestCreateAccount makes the alternative that creates an account, which the
// archives of cases do not reach, since they take the first.
func TestCreateAccount(t *testing.T) {
	for _, c := range []struct {
		name, src, want string // want is "" where the alternative must not be offered
		params          fixer.Params
	}{
		{"debian", "FROM python:3.13-slim\nVOLUME /data\nCMD [\"app\"]\n",
			"FROM python:3.13-slim\nRUN mkdir -p /data && chown -R 10001:10001 /data\nVOLUME /data\nRUN groupadd --gid 10001 app && \\\n" +
				"    useradd --no-log-init --uid 10001 --gid app --create-home --shell /usr/sbin/nologin app\nUSER 10001:10001\nCMD [\"app\"]\n", nil},
		{"alpine", "from alpine:3.22\ncmd [\"app\"]",
			"from alpine:3.22\nrun addgroup -S -g 1234 web && adduser -S -D -u 1233 -G web web\nuser 1233:1234\ncmd [\"app\"]",
			fixer.Params{"name": "web", "uid": "1233", "gid": "1234"}},
		{"root last", "FROM ubuntu:22.04\nUSER app\nRUN make\nUSER root\nCMD [\"app\"]\n",
			"FROM ubuntu:22.04\nUSER app\nRUN make\nUSER root\nRUN groupadd --gid 10001 app && \\\n    useradd --no-log-init --uid 10001 --gid app --create-home --shell /usr/sbin/nologin app\nUSER 10001:10001\nCMD [\"app\"]\n", nil},
		{"escape", "# escape=`\nFROM debian:13\r\nCMD [\"app\"]\r\n",
			"# escape=`\nFROM debian:13\r\nRUN groupadd --gid 10001 app && `\r\n    useradd --no-log-init --uid 10001 --gid app --create-home --shell /usr/sbin/nologin app\r\nUSER 10001:10001\r\nCMD [\"app\"]\r\n", nil},
		{"known account", "FROM node:20\nCMD [\"node\"]\n", "", nil},
		{"no shell", "FROM gcr.io/distroless/static-debian13\nCMD [\"/app\"]\n", "", nil},
		{"scratch", "FROM scratch\nCMD [\"/app\"]\n", "", nil},
		{"unknown base", "FROM example.org/base:1\nCMD [\"/app\"]\n", "", nil},
		{"another shell", "FROM debian:13\nSHELL [\"/usr/bin/pwsh\", \"-c\"]\nCMD [\"/app\"]\n", "", nil},
		{"no useradd", "FROM registry.access.redhat.com/ubi9/ubi-minimal\nCMD [\"/app\"]\n", "", nil},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(c.src)}})
		s := engine.NewSession(snap, nil, []*fixer.Rule{RunsAsRoot})
		found := s.Baseline().Findings
		if len(found) != 1 {
			t.Errorf("%s: %d findings, want 1", c.name, len(found))
			continue
		}
		if offered := found[0].Fix("create-user") != nil; offered != (c.want != "") {
			t.Errorf("%s: offered %v", c.name, offered)
			continue
		}
		if c.want == "" {
			continue
		}
		if err := s.Decide(found[0].Key(), engine.Decision{Verdict: engine.Accept, Fix: "create-user", Params: c.params}); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		plan := s.Plan()
		if len(plan.Changes) != 1 {
			t.Errorf("%s: %d changes, outcomes %+v", c.name, len(plan.Changes), plan.Outcomes)
			continue
		}
		if got := string(plan.Changes[0].After); got != c.want {
			t.Errorf("%s became\n%q\nwant\n%q", c.name, got, c.want)
		}
		if left := plan.Final.Findings; len(left) > 0 {
			t.Errorf("%s is left: %s", c.name, left[0].Message)
		}
	}
}

func TestAccountParams(t *testing.T) {
	for _, bad := range []string{"", "root", "App", "a b", "-a", "a;b", strings.Repeat("a", 40), "$x"} {
		if validName(bad) == nil {
			t.Errorf("the name %q is accepted", bad)
		}
	}
	for _, bad := range []string{"", "0", "60000", "-1", "1 2", "0x10"} {
		if accountID(bad) == nil {
			t.Errorf("the number %q is accepted", bad)
		}
	}
	if err := validName("app-1"); err != nil {
		t.Error(err)
	}
}

// TestStagesThatCopyFromEachOther: which directories a stage takes from another was asked in a
// circle, without end.
func TestStagesThatCopyFromEachOther(t *testing.T) {
	const src = "FROM debian:13 AS a\nRUN mkdir /data\nCOPY --from=b /data /data\nFROM debian:13 AS b\nRUN mkdir /data\nCOPY --from=a /data /data\nCOPY --from=b /data /data\nVOLUME /data\nCMD mkdir -p /srv/x && exec app\n"
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
	report := engine.Check(snap, nil, []*fixer.Rule{RunsAsRoot})
	if len(report.Findings) == 0 || len(report.Problems) > 0 {
		t.Errorf("%d findings, problems %v", len(report.Findings), report.Problems)
	}
}

// TestAScriptThatWasReadIsNotCalledUnread: what may break says that the start script is not
// read only where that is so.
func TestAScriptThatWasReadIsNotCalledUnread(t *testing.T) {
	const unread = "which oakum does not read, fails if it changes owners or users"
	for _, there := range []bool{true, false} {
		sources := []fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./start.sh\"]\n")}}
		names := []fixer.Name{{Path: ".", Kind: buildcontext.Directory}, {Path: "Dockerfile"}}
		if there {
			sources = append(sources, fixer.Source{Path: "start.sh", Kind: fixer.Project, Context: true, Data: []byte("#!/bin/sh\nexec node main.js\n")})
			names = append(names, fixer.Name{Path: "start.sh"})
		}
		s := engine.NewSession(fixer.NewSnapshot(sources, names...), nil, []*fixer.Rule{RunsAsRoot})
		found := s.Baseline().Findings
		if len(found) != 1 || len(found[0].Fixes) == 0 {
			t.Fatalf("script there: %v: %+v", there, found)
		}
		if says := strings.Contains(found[0].Fixes[0].Breaks, unread); says == there {
			t.Errorf("script there: %v, what may break: %s", there, found[0].Fixes[0].Breaks)
		}
	}
}
